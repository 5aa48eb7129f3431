"""``object-detection``: `image_id`, `image`, `width`, `height`, `objects`, as in cppe-5.

What ``run_object_detection.py`` of transformers reads.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Value
from datasets import Sequence as Lists

from segments_hf.bitmaps import boxes, class_of_ids
from segments_hf.dataset.categories import class_names
from segments_hf.dataset.layouts.layout import DROPPED, Layout
from segments_hf.dataset.pixels import extent, has_pixels, labelled_pixels, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.dataset.row_map import Row
    from segments_hf.release import Category

Point = tuple[float, float]
_Object = tuple[int, float, tuple[float, ...], int]  # id, area, bbox, class index


def object_detection(categories: Sequence[Category], ignore_index: int | None) -> Layout:  # noqa: ARG001
    """The layout: `objects` is a struct of lists, and `bbox` is left, top, width, height in pixels.

    Boxes of masks are those of their pixels. Boxes of polygons, lines and points are their extent, cut at the margins
    of the image, and polygons are cut before. An object without a box, or whose box has no area, is dropped.
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
        found = list(_objects(row))
        ids, areas, bboxes, classes = (list(part) for part in zip(*found, strict=True)) if found else ([], [], [], [])
        objects = {"id": ids, "area": areas, "bbox": bboxes, "category": classes}
        return {"image_id": image_id(row), "objects": objects, DROPPED: len(row["annotations"]) - len(found)}


def image_id(row: Row) -> int:
    """A number for an image, from 0 to 2^53 - 1: the same wherever and in whatever order its row is read.

    A stream has no row numbers that workers would not give twice.
    """
    key = f"{row.get('uuid') or row['name']}\n{row.get('frame_index')}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 11


def _objects(row: Row) -> Iterator[_Object]:
    if "segmentation_bitmap" in row:
        yield from _objects_of_bitmap(row)
        return
    for item in row["annotations"]:
        points = places(item)
        if item["type"] == "polygon":
            points = _cut(points, row["width"], row["height"])
        if not points or item["category"] is None:
            continue
        left, top, right, bottom = extent(points)
        left, top = max(left, 0.0), max(top, 0.0)
        right, bottom = min(right, row["width"] or right), min(bottom, row["height"] or bottom)
        width, height = right - left, bottom - top
        if width > 0 and height > 0:
            area = min(_polygon_area(points), width * height) if item["type"] == "polygon" else width * height
            yield item["id"], area, (left, top, width, height), item["category"]


def _objects_of_bitmap(row: Row) -> Iterator[_Object]:
    if (pixels := labelled_pixels(row)) is None:
        return
    found = boxes(pixels.bitmap)
    extents = {number: extent for number, *extent in zip(*(part.tolist() for part in found), strict=True)}
    for number, index in class_of_ids(pixels.annotations).items():
        if number in extents:
            area, bbox = extents[number]
            yield number, float(area), tuple(map(float, bbox)), index


def _cut(points: Sequence[Point], width: int | None, height: int | None) -> list[Point]:
    """The part of a polygon that is inside the image, by the algorithm of Sutherland and Hodgman."""
    cut = list(points)
    for axis, limit, sign in ((0, 0, 1), (1, 0, 1), (0, width, -1), (1, height, -1)):
        if limit is None:
            continue
        before, cut = cut, []
        for start, end in zip(before[-1:] + before[:-1], before, strict=True):
            outer, inner = sign * (start[axis] - limit), sign * (end[axis] - limit)
            if (outer >= 0) != (inner >= 0):
                share = outer / (outer - inner)
                cut.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
            if inner >= 0:
                cut.append(end)
    return cut


def _polygon_area(points: Sequence[Point]) -> float:
    """The area between a polygon's edges; parts that turn the other way, where it crosses itself, count against it."""
    following = [*points[1:], points[0]]
    twice = sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in zip(points, following, strict=True))
    return abs(twice) / 2
