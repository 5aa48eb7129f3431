"""``object-detection``: `image_id`, `image`, `width`, `height`, `objects`, as in cppe-5.

What ``run_object_detection.py`` of transformers reads.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Value
from datasets import Sequence as Lists

from segments_hf.labels.categories import class_names
from segments_hf.labels.objects import objects_of
from segments_hf.labels.pixels import has_pixels
from segments_hf.layouts.layout import DROPPED, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels.row import Row
    from segments_hf.release import Category


def object_detection(categories: Sequence[Category], ignore_index: int | None) -> Layout:  # noqa: ARG001
    """The layout: `objects` is a struct of lists, and `bbox` is left, top, width, height in pixels.

    The boxes are those of `objects_of`; an object without one is dropped.
    """
    names = ("image_id", "image", "width", "height", "objects")
    return Layout(names, _Objects(tuple(class_names(categories))))


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
        return {"image_id": Value("int64"), "objects": objects, DROPPED: Value("int64")}

    def __call__(self, row: Row) -> dict[str, Any]:
        is_vector = "segmentation_bitmap" not in row
        if not has_pixels(row) and not (is_vector and row["annotations"]):
            return {"image_id": image_id(row), "objects": None, DROPPED: 0}
        found = list(objects_of(row))
        ids, areas, bboxes, classes = (list(part) for part in zip(*found, strict=True)) if found else ([], [], [], [])
        objects = {"id": ids, "area": areas, "bbox": bboxes, "category": classes}
        return {"image_id": image_id(row), "objects": objects, DROPPED: len(row["annotations"]) - len(found)}


def image_id(row: Row) -> int:
    """A number for an image, from 0 to 2^53 - 1: the same wherever and in whatever order its row is read.

    A stream has no row numbers that workers would not give twice.
    """
    key = f"{row.get('uuid') or row['name']}\n{row.get('frame_index')}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 11
