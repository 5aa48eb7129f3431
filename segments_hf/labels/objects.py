"""The objects of a row as boxes, whatever kind of label it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.bitmaps import boxes, class_of_ids
from segments_hf.labels.pixels import extent, labelled_pixels, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.labels.row import Row

Point = tuple[float, float]


class Object(NamedTuple):
    """Something that was labelled.

    Attributes:
        id: The id of its annotation.
        area: Its pixels, or the square pixels of its polygon or box.
        bbox: Left, top, width and height in pixels.
        category: Its class index.
    """

    id: int
    area: float
    bbox: tuple[float, ...]
    category: int


def objects_of(row: Row) -> Iterator[Object]:
    """The annotations of a row that have a box, in their order.

    Boxes of masks are those of their pixels. Boxes of polygons, lines and points are their extent, cut at the margins
    of the image, and polygons are cut before. Those without a box, or whose box has no area, are left out, as are
    those without a class.

    Raises:
        BitmapError: The bitmap cannot be read, or a point is no place in a picture.
    """
    if "segmentation_bitmap" in row:
        yield from _of_bitmap(row)
        return
    for item in row["annotations"]:
        points = places(item)
        if item["type"] == "polygon":
            points = cut_polygon(points, row["width"], row["height"])
        if not points or item["category"] is None:
            continue
        left, top, right, bottom = extent(points)
        left, top = max(left, 0.0), max(top, 0.0)
        right, bottom = min(right, row["width"] or right), min(bottom, row["height"] or bottom)
        width, height = right - left, bottom - top
        if width > 0 and height > 0:
            area = min(polygon_area(points), width * height) if item["type"] == "polygon" else width * height
            yield Object(item["id"], area, (left, top, width, height), item["category"])


def _of_bitmap(row: Row) -> Iterator[Object]:
    if (pixels := labelled_pixels(row)) is None:
        return
    found = boxes(pixels.bitmap)
    extents = {number: extent for number, *extent in zip(*(part.tolist() for part in found), strict=True)}
    for number, index in class_of_ids(pixels.annotations).items():
        if number in extents:
            area, bbox = extents[number]
            yield Object(number, float(area), tuple(map(float, bbox)), index)


def cut_polygon(points: Sequence[Point], width: int | None, height: int | None) -> list[Point]:
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


def polygon_area(points: Sequence[Point]) -> float:
    """The area between a polygon's edges; parts that turn the other way, where it crosses itself, count against it."""
    following = [*points[1:], points[0]]
    twice = sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in zip(points, following, strict=True))
    return abs(twice) / 2
