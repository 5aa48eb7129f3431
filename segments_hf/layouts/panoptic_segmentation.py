"""``panoptic-segmentation``: `image`, `label`, `segments_info`, as in nielsr/ade20k-panoptic-demo.

`label` is the panoptic mask of `add_panoptic_masks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import decode_bitmap
from segments_hf.images.viewing import decode_image
from segments_hf.layouts.layout import IMAGE_ENCODING, Layout
from segments_hf.layouts.layout_label import LayoutLabel, LayoutObject, MaskClasses
from segments_hf.layouts.mask_columns import SEGMENTS, panoptic_masks

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


def _read(row: Row, classes: MaskClasses) -> LayoutLabel | None:
    del classes
    mask = decode_image(row["label"])
    if mask is None or row[SEGMENTS] is None:
        return None
    objects = [LayoutObject(item["id"], item["category_id"], float(item["area"])) for item in row[SEGMENTS]]
    return LayoutLabel(mask.size, decode_bitmap(mask), objects)


LAYOUT = Layout(
    "panoptic-segmentation",
    ("image", "label", SEGMENTS),
    ("label", SEGMENTS),
    lambda categories, _: panoptic_masks(categories, "label"),
    _read,
    f"{IMAGE_ENCODING} "
    "`label` is an RGB PNG: R + 256 G + 65536 B is the `id` of an entry of `segments_info`, and 0 is unlabeled. "
    "In an entry, `category_id` is a class index, whose name is in `id2label.json`, and `bbox` is left, top, width, "
    "height in pixels.",
    "`category_id`",
    ("image-segmentation", "panoptic-segmentation"),
)
