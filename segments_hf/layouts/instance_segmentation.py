"""``instance-segmentation``: `image`, `annotation`, `semantic_class_to_id`.

What ``run_instance_segmentation.py`` of transformers reads: in `annotation`, the first channel is the class, the
second the instance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from datasets import Image, Value

from segments_hf.bitmaps import encode_bitmap, instance_mask, present_ids, semantic_mask
from segments_hf.errors import BitmapError, OptionError
from segments_hf.labels.categories import CARRIER, to_feature_id
from segments_hf.labels.label import last_of_ids
from segments_hf.labels.mask_values import mask_feature, mask_names
from segments_hf.layouts.layout import Columns, Layout
from segments_hf.layouts.mask_columns import left_out_of, raster_of, stored_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels import Raster
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

_LARGEST = 255  # what fits into a channel


def instance_segmentation(categories: Sequence[Category], ignore_index: int | None) -> Layout:  # noqa: ARG001
    """The layout: `annotation` is an RGB PNG with class index + 1, the number of the instance, and 0.

    Raises:
        OptionError: There are more than 255 classes.
    """
    if len(categories) > _LARGEST:
        raise OptionError(
            f"got {len(categories)} classes, but a channel of instance-segmentation holds {_LARGEST}; "
            "panoptic-segmentation holds any number"
        )
    made = _Annotations(tuple(mask_names(categories).values()), to_feature_id(categories))
    return Layout((CARRIER, "annotation", "semantic_class_to_id"), made)


@dataclass(frozen=True)
class _Annotations:
    names: tuple[str, ...]
    carried: str

    @property
    def features(self) -> dict[str, Any]:
        return {
            # The example script takes an image as it is decoded, and its model wants three channels. The bytes stay.
            CARRIER: Image(mode="RGB", id=self.carried),
            "annotation": mask_feature(dict(enumerate(self.names))),
            "semantic_class_to_id": {name: Value("int64") for name in self.names},
        }

    def columns_of(self, row: Row) -> Columns:
        raster = raster_of(row)
        numbers = {name: number for number, name in enumerate(self.names)}
        values = {"annotation": raster and _annotation(raster), "semantic_class_to_id": numbers}
        return Columns(values, left_out_of(row, raster))


def _annotation(raster: Raster) -> dict[str, Any]:
    counted = last_of_ids([item["id"] for item in raster.instances])
    classed = [raster.instances[index] for index in counted if raster.instances[index]["category"] is not None]
    if len(classed) > _LARGEST:  # some may have no pixels
        present = set(present_ids(raster.ids).tolist())
        classed = [item for item in classed if item["id"] in present]
    if len(classed) > _LARGEST:
        raise BitmapError(
            f"got {len(classed)} instances, but a channel of instance-segmentation holds {_LARGEST}; "
            "leave the sample out with on_error='skip', or use panoptic-segmentation, which holds any number"
        )
    instances = instance_mask(raster.ids, classed).astype(np.uint32)
    return stored_image(encode_bitmap(semantic_mask(raster.ids, classed) | instances << np.uint32(8), alpha=False))
