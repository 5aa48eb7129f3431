"""Points, boxes and polygons in pixels of the image: x to the right, y down, (0, 0) is the top left corner."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from segments_hf.bitmaps import polygon_coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, width, height
ImageSize: TypeAlias = tuple[int, int]  # width, height

_LARGEST_SIDE = 2**16  # pixels: no image is larger, where its size is not known


def bounding_box(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """Return the left, top, right and bottom of some points."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def clipped_box(points: Sequence[Point], size: ImageSize | None) -> Box | None:
    """Return the part of the box around some points that is inside the image.

    Args:
        points: One point at least.
        size: The size of the image. If it is unknown, only the left and top margin clip.

    Returns:
        The box; its width or height may be 0. None if the box is outside of the image.

    >>> clipped_box([(-10, -10), (30, 20)], (40, 40)), clipped_box([(-10, -10), (-1, 20)], (40, 40))
    ((0.0, 0.0, 30.0, 20.0), None)
    """
    left, top, right, bottom = bounding_box(points)
    left, top = max(left, 0.0), max(top, 0.0)
    if size is not None:
        right, bottom = min(right, size[0]), min(bottom, size[1])
    return (left, top, right - left, bottom - top) if left <= right and top <= bottom else None


def is_inside(point: Point, size: ImageSize | None) -> bool:
    """Tell whether a point is in the image or on its margin."""
    x, y = point
    return x >= 0 and y >= 0 and (size is None or (x <= size[0] and y <= size[1]))


def clip_polygon(points: Sequence[Point], size: ImageSize | None) -> list[Point]:
    """Return the part of a polygon that is inside the image, by the algorithm of Sutherland and Hodgman.

    Args:
        points: The corners of the polygon.
        size: The size of the image. If it is unknown, only the left and top margin clip.

    Returns:
        The corners of the part, in the same order; none if nothing is inside.
    """
    width, height = size or (None, None)
    clipped = list(points)
    for axis, limit, sign in ((0, 0, 1), (1, 0, 1), (0, width, -1), (1, height, -1)):
        if limit is None:
            continue
        before, clipped = clipped, []
        for start, end in zip(before[-1:] + before[:-1], before, strict=True):
            start_depth, end_depth = sign * (start[axis] - limit), sign * (end[axis] - limit)
            if (start_depth >= 0) != (end_depth >= 0):
                share = start_depth / (start_depth - end_depth)
                clipped.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
            if end_depth >= 0:
                clipped.append(end)
    return clipped


def rectangle(points: Sequence[Point]) -> list[Point]:
    """Return the four corners of the box around some points, clockwise; none if there are no points."""
    if not points:
        return []
    left, top, right, bottom = bounding_box(points)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def polygon_areas(polygons: Sequence[Sequence[Point]], size: ImageSize | None) -> list[float]:
    """Measure polygons inside the image, filled by the even-odd rule.

    Args:
        polygons: The corners of each polygon.
        size: The size of the image; if it is unknown, the image is taken to be as large as images can be.

    Returns:
        The area of each polygon in pixels, after clipping. It is the number of its pixels if the polygon crosses
        itself, and 0 if it covers the center of no pixel.

    Raises:
        BitmapError: A coordinate is not a number, or 2^31 pixels away or more.

    >>> square, bow_tie = [(0, 0), (2.5, 0), (2.5, 2), (0, 2)], [(2, 2), (22, 18), (22, 2), (2, 18)]
    >>> polygon_areas([square, bow_tie], (30, 20))
    [5.0, 160.0]
    """
    width, height = size or (_LARGEST_SIDE, _LARGEST_SIDE)
    coverage = polygon_coverage([[polygon] for polygon in polygons], height, width)
    is_simple = coverage.pixels == np.abs(coverage.windings)
    return [
        _shoelace_area(clip_polygon(polygon, size)) if simple and pixels else float(pixels)
        for polygon, simple, pixels in zip(polygons, is_simple.tolist(), coverage.pixels.tolist(), strict=True)
    ]


def _shoelace_area(points: Sequence[Point]) -> float:
    """The area of a polygon that does not cross itself."""
    following = [*points[1:], points[0]]
    twice = sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in zip(points, following, strict=True))
    return abs(twice) / 2
