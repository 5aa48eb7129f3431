"""``object-detection``: `image_id`, `image`, `width`, `height`, `objects`, as in cppe-5.

What ``run_object_detection.py`` of transformers reads: `objects` is a struct of lists, and `bbox` is left, top, width,
height in pixels. An object whose box has no area is left out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Value
from datasets import Sequence as Lists

from segments_hf.labels import label_of
from segments_hf.labels.categories import class_names
from segments_hf.labels.label import NO_AREA
from segments_hf.layouts.layout import IMAGE_ENCODING, Columns, Layout
from segments_hf.layouts.layout_label import LayoutLabel, LayoutObject, MaskClasses

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


def _read(row: Row, classes: MaskClasses) -> LayoutLabel | None:
    del classes
    found = row["objects"]
    if found is None:
        return None
    size = (row["width"], row["height"]) if row.get("width") and row.get("height") else None
    parts = zip(found["category"], found["area"], found["bbox"], strict=True)
    return LayoutLabel(size, None, [LayoutObject(0, index, area, tuple(bbox)) for index, area, bbox in parts])


@dataclass(frozen=True)
class _Objects:
    names: tuple[str, ...]

    @property
    def features(self) -> dict[str, Any]:
        # A struct of lists; on `datasets` 3 the example script reads the class names from its `feature`.
        objects = Lists(
            {
                "id": Value("int64"),
                "area": Value("float64"),
                "bbox": [Value("float64")],
                "category": ClassLabel(names=list(self.names)),
            }
        )
        return {"image_id": Value("int64"), "objects": objects}

    def columns_of(self, row: Row) -> Columns:
        label = label_of(row)
        if label is None or not label.has_content:
            return Columns({"image_id": image_id(row), "objects": None})
        found, left_out = label.objects()
        boxes = [item for item in found if item.box_area]
        if len(boxes) < len(found):
            left_out[NO_AREA] += len(found) - len(boxes)
        objects = {
            "id": [item.annotation.id for item in boxes],
            "area": [item.area or item.box_area for item in boxes],  # a line and points have no area of their own
            "bbox": [item.bbox for item in boxes],
            "category": [item.class_index for item in boxes],
        }
        return Columns({"image_id": image_id(row), "objects": objects}, left_out)


def image_id(row: Row) -> int:
    """A number for an image, from 0 to 2^53 - 1: the same wherever and in whatever order its row is read.

    A stream has no row numbers that workers would not give twice.
    """
    key = f"{row.get('uuid') or row['name']}\n{row.get('frame_index')}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 11


LAYOUT = Layout(
    "object-detection",
    ("image_id", "image", "width", "height", "objects"),
    ("objects",),
    lambda categories, _: _Objects(tuple(class_names(categories))),
    _read,
    f"{IMAGE_ENCODING} "
    "`objects` holds a list of each property: `bbox` is left, top, width, height in pixels, `area` is in pixels, and "
    "`category` is a number of `id2label.json`.",
    ("object-detection", None),
)
