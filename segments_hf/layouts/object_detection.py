"""``object-detection``: `image_id`, `image`, `width`, `height`, `objects`, as in cppe-5.

The columns are those of ``run_object_detection.py`` in transformers. `objects` is a struct of lists, and `bbox` is
left, top, width, height in pixels. Objects whose bounding box has no area are left out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Sequence, Value

from segments_hf.labels import image_label_of
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
    ids = found.get("id") or [0] * len(found["bbox"])  # other programs may leave out `id`
    objects = zip(ids, found["category"], found["area"], found["bbox"], strict=True)
    return LayoutLabel(size, None, [LayoutObject(id_, index, area, tuple(bbox)) for id_, index, area, bbox in objects])


@dataclass(frozen=True)
class _Objects:
    class_names: tuple[str, ...]

    @property
    def features(self) -> dict[str, Any]:
        # A `Sequence` of a dict is a struct of lists. The example script for `datasets` 3 reads the attribute `feature`
        # of a `Sequence`.
        objects = Sequence(
            {
                "id": Value("int64"),
                "area": Value("float64"),
                "bbox": [Value("float64")],
                "category": ClassLabel(names=list(self.class_names)),
            }
        )
        return {"image_id": Value("int64"), "objects": objects}

    def columns_of(self, row: Row) -> Columns:
        label = image_label_of(row)
        if label is None or not label.has_content:
            return Columns({"image_id": image_id(row), "objects": None})
        found, left_out = label.objects()
        with_area = [item for item in found if item.box_area]
        if len(with_area) < len(found):
            left_out[NO_AREA] += len(found) - len(with_area)
        objects = {
            "id": [item.annotation.id for item in with_area],
            "area": [item.area or item.box_area for item in with_area],  # the area of a polyline or of points is 0
            "bbox": [item.bbox for item in with_area],
            "category": [item.class_index for item in with_area],
        }
        return Columns({"image_id": image_id(row), "objects": objects}, left_out)


def image_id(row: Row) -> int:
    """Return an id for the image of a row: a number from 0 to 2^53 - 1, computed from the sample and the frame.

    The number of the row would not be unique, because each worker of a stream counts its own rows.
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
    "`objects` has one list for each property: `bbox` is left, top, width, height in pixels, `area` is in pixels, and "
    "`category` is a class index, whose name is in `id2label.json`.",
    "`category`",
    ("object-detection", None),
)
