"""``panoptic-segmentation``: `image`, `label`, `segments_info`, as in nielsr/ade20k-panoptic-demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.layouts.layout import Layout
from segments_hf.layouts.mask_columns import panoptic_masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Category


def panoptic_segmentation(categories: Sequence[Category], ignore_index: int | None) -> Layout:  # noqa: ARG001
    """The layout: `label` is the panoptic mask."""
    return Layout(("image", "label", "segments_info"), panoptic_masks(categories, "label"))
