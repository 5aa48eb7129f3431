"""``semantic-segmentation``: `image` and `label`, as in segments/sidewalk-semantic.

What ``run_semantic_segmentation.py`` of transformers reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.layouts.layout import Layout
from segments_hf.layouts.mask_columns import semantic_masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Category


def semantic_segmentation(categories: Sequence[Category], ignore_index: int | None) -> Layout:
    """The layout: `label` is the semantic mask."""
    return Layout(("image", "label"), semantic_masks(categories, "label", ignore_index))
