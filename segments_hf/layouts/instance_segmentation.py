"""``instance-segmentation``: `image`, `annotation`, `semantic_class_to_id`.

The columns are those of ``run_instance_segmentation.py`` in transformers. `annotation` is an RGB PNG: R is class
index + 1, G is the number of the instance in the image, and B is 0. Unlabeled pixels are 0. `semantic_class_to_id` has
the value of R of each class name, and 0 for ``unlabeled``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from datasets import Image, Value

from segments_hf.bitmaps import decode_bitmap, encode_bitmap, present_ids
from segments_hf.bitmaps.masks import instance_values, semantic_values
from segments_hf.bitmaps.value_table import MaskValues
from segments_hf.errors import BitmapError, OptionError
from segments_hf.labels.categories import to_feature_id
from segments_hf.labels.label import last_indices
from segments_hf.labels.mask_values import mask_feature, mask_names
from segments_hf.layouts.layout import IMAGE_ENCODING, Columns, Layout, LayoutOptions
from segments_hf.layouts.layout_label import LayoutLabel, MaskClasses, mask_label
from segments_hf.layouts.mask_columns import left_out_of, raster_of, stored_image
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels import Raster
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

_CHANNEL_MAX = 255  # the maximum value of a channel


def _make(categories: Sequence[Category], options: LayoutOptions) -> _Annotations:
    del options
    if len(categories) > _CHANNEL_MAX:
        raise OptionError(
            f"got {len(categories)} classes, but instance-segmentation allows at most {_CHANNEL_MAX}; use "
            "panoptic-segmentation, which has no limit"
        )
    return _Annotations(tuple(mask_names(categories).values()), to_feature_id(categories))


def _read(row: Row, classes: MaskClasses) -> LayoutLabel | None:
    del classes
    if row["annotation"] is None:
        return None
    ids = decode_bitmap(row["annotation"])
    values = np.unique(ids).tolist()
    return mask_label(ids, {value: (value & _CHANNEL_MAX) - 1 for value in values if value & _CHANNEL_MAX})


@dataclass(frozen=True)
class _Annotations:
    names_by_value: tuple[str, ...]
    image_feature_id: str

    @property
    def features(self) -> dict[str, Any]:
        return {
            # Gray images decode to RGB, because the model of the example script needs three channels. This mode
            # does not change the stored bytes.
            "image": Image(mode="RGB", id=self.image_feature_id),
            "annotation": mask_feature(dict(enumerate(self.names_by_value))),
            "semantic_class_to_id": {name: Value("int64") for name in self.names_by_value},
        }

    def columns_of(self, row: Row) -> Columns:
        raster = raster_of(row)
        value_of_name = {name: value for value, name in enumerate(self.names_by_value)}
        values = {"annotation": raster and _encode(raster), "semantic_class_to_id": value_of_name}
        return Columns(values, left_out_of(row, raster))


def _encode(raster: Raster) -> dict[str, Any]:
    """Return the value of the column `annotation` for a label.

    Raises:
        BitmapError: There are too many instances.
    """
    indices = last_indices([item["id"] for item in raster.instances])
    with_class = [raster.instances[index] for index in indices if raster.instances[index]["category"] is not None]
    if len(with_class) > _CHANNEL_MAX:  # count only instances with pixels
        present = set(present_ids(raster.ids).tolist())
        with_class = [item for item in with_class if item["id"] in present]
    if len(with_class) > _CHANNEL_MAX:
        raise BitmapError(
            f"got {len(with_class)} instances, but instance-segmentation allows at most {_CHANNEL_MAX} per image; "
            f"leave out the sample with {option('on_error', 'skip')}, or use panoptic-segmentation, which has no limit"
        )
    classes, instances = semantic_values(with_class).of_id, instance_values(with_class).of_id
    values = MaskValues({number: classes[number] | instances[number] << 8 for number in classes})
    return stored_image(encode_bitmap(raster.ids, alpha=False, values=values))


LAYOUT = Layout(
    "instance-segmentation",
    ("image", "annotation", "semantic_class_to_id"),
    ("annotation",),
    _make,
    _read,
    f"{IMAGE_ENCODING} "
    "`annotation` is an RGB PNG: R is the value of the class of a pixel, and G is the number of the instance in the "
    "image, from 1 on. Unlabeled pixels are 0. `semantic_class_to_id` has the value of each class name, and "
    "`id2label.json` the name of each value.",
    "R of `annotation`",
    ("image-segmentation", "instance-segmentation"),
    first_value=1,
)
