"""Geometry of points, boxes and polygons in image coordinates.

Coordinates are in pixels: x to the right, y down, (0, 0) is the top left corner of the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from segments_hf.bitmaps import polygon_coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, width, height
ImageSize: TypeAlias = tuple[int, int]  # width, height

_LARGEST_SIDE = 2**16  # pixels: the assumed width and height of an image of unknown size


def bounding_box(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """Return the left, top, right and bottom of the box around some points."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def clipped_box(points: Sequence[Point], size: ImageSize | None) -> Box | None:
    """Return the part of the box around some points that is inside the image.

    Args:
        points: The points, at least one.
        size: The size of the image. If it is unknown, the box is clipped only at the left and top border.

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
    """Tell whether a point is in the image or on its border. An image of unknown size ends only at the left and top."""
    x, y = point
    return x >= 0 and y >= 0 and (size is None or (x <= size[0] and y <= size[1]))


def clip_polygon(points: Sequence[Point], size: ImageSize | None) -> list[Point]:
    """Return the part of a polygon that is inside the image, by the algorithm of Sutherland and Hodgman.

    If the clipped polygon has several separate parts, edges along the border of the image connect them. These edges
    enclose no area.

    Args:
        points: The corners of the polygon.
        size: The size of the image. If it is unknown, the polygon is clipped only at the left and top border.

    Returns:
        The corners of the part inside, in the same order; empty if the polygon is outside of the image.
    """
    clipped = list(points)
    for axis, limit, sign in _sides(size):
        unclipped, clipped = clipped, []
        for start, end in _edges(unclipped):
            start_depth, end_depth = sign * (start[axis] - limit), sign * (end[axis] - limit)
            if (start_depth >= 0) != (end_depth >= 0):
                share, other_axis = start_depth / (start_depth - end_depth), 1 - axis
                crossing = start[other_axis] + share * (end[other_axis] - start[other_axis])
                clipped.append((crossing, limit) if axis else (limit, crossing))
            if end_depth >= 0:
                clipped.append(end)
    return _without_spikes(clipped, size)


def rectangle(points: Sequence[Point]) -> list[Point]:
    """Return the four corners of the box around some points, clockwise; empty if there are no points."""
    if not points:
        return []
    left, top, right, bottom = bounding_box(points)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


class VisiblePart(NamedTuple):
    """The part of an object that is inside the image.

    Attributes:
        points: The points of the part. A polyline keeps all its points, even those outside of the image.
        box: The box around the part.
        area: The area in pixels by the even-odd rule. For a polygon that crosses itself, it is the number of its
            pixels. For polylines and points, it is 0.
    """

    points: list[Point]
    box: Box
    area: float


def measure_polygons(polygons: Sequence[Sequence[Point]], size: ImageSize | None) -> list[VisiblePart | None]:
    """Clip polygons to the image and measure them, filled by the even-odd rule.

    Args:
        polygons: The corners of each polygon.
        size: The size of the image; if it is unknown, pixels are counted in an image of 65536 x 65536 pixels.

    Returns:
        The part of each polygon that is inside the image; None if that part covers no pixel center or has no area.

    Raises:
        BitmapError: A coordinate is not a number, or its absolute value is 2^31 or more.

    >>> square, bow_tie = [(0, 0), (2.5, 0), (2.5, 2), (0, 2)], [(2, 2), (22, 18), (22, 2), (2, 18)]
    >>> [part.area for part in measure_polygons([square, bow_tie], (30, 20))]
    [5.0, 160.0]
    """
    width, height = size or (_LARGEST_SIDE, _LARGEST_SIDE)
    coverage = polygon_coverage([[polygon] for polygon in polygons], height, width)
    is_simple = coverage.pixels == np.abs(coverage.windings)
    return [
        _visible_part(polygon, size, pixels, is_simple=simple) if pixels else None
        for polygon, simple, pixels in zip(polygons, is_simple.tolist(), coverage.pixels.tolist(), strict=True)
    ]


def _visible_part(
    polygon: Sequence[Point], size: ImageSize | None, pixels: int, *, is_simple: bool
) -> VisiblePart | None:
    """Return the part of a polygon that is inside the image; None if it has no area.

    Args:
        polygon: The corners of a polygon that covers at least one pixel.
        size: The size of the image.
        pixels: The number of pixels that the polygon covers.
        is_simple: Whether the polygon does not cross itself. The area of other polygons is their number of pixels.
    """
    points = corners = list(polygon)
    if not _is_wholly_inside(polygon, size):
        points = clip_polygon(polygon, size)
        corners = _visible_corners(points, size)
    if not corners:
        return None
    left, top, right, bottom = bounding_box(corners)
    width, height = right - left, bottom - top
    # Because of rounding, a polygon whose corners are on one line can cover a pixel. Its area is then the number of its
    # pixels instead of 0, so that it is an object in every output.
    area = min((is_simple and polygon_area(points)) or float(pixels), width * height)
    return VisiblePart(points, (left, top, width, height), area) if area else None


def _is_wholly_inside(points: Sequence[Point], size: ImageSize | None) -> bool:
    left, top, right, bottom = bounding_box(points)
    return is_inside((left, top), size) and is_inside((right, bottom), size)


def _visible_corners(clipped: Sequence[Point], size: ImageSize | None) -> list[Point]:
    """Return the corners of a clipped polygon, without edges on the border that only connect separate parts."""
    edges = list(_edges(clipped))
    on_sides = [
        [(start, end) for start, end in edges if start[axis] == end[axis] == limit] for axis, limit, _ in _sides(size)
    ]
    hidden = {edge for on_side in on_sides for edge in on_side}
    visible = [point for edge in edges if edge not in hidden for point in edge]
    for (axis, _, _), on_side in zip(_sides(size), on_sides, strict=True):
        # The corners on a side of the image divide the side into segments. By the even-odd rule, every second segment
        # is next to the inside of the polygon.
        ends = sorted((point for edge in on_side for point in edge), key=lambda point: point[1 - axis])
        visible += [point for pair in zip(ends[::2], ends[1::2], strict=True) if pair[0] != pair[1] for point in pair]
    return visible


def _without_spikes(clipped: Sequence[Point], size: ImageSize | None) -> list[Point]:
    """Remove the corners at which a clipped polygon turns back on the border: a spike there has no area."""
    sides = _sides(size)
    start = next((i for i, point in enumerate(clipped) if all(point[axis] != limit for axis, limit, _ in sides)), 0)
    points: list[Point] = []
    # Begin at a corner off the border, so that the first and last corners are not parts of one spike.
    for point in [*clipped[start:], *clipped[:start]]:
        points.append(point)
        while len(points) > 2 and _is_spike(points[-3:], sides):  # noqa: PLR2004
            del points[-2]
    return points if len(points) < len(clipped) else list(clipped)  # if no corner was removed, keep the original order


def _is_spike(points: Sequence[Point], sides: Sequence[tuple[int, float, int]]) -> bool:
    """Tell whether three successive points are on one side of the image, and the polygon turns back at the second."""
    previous, point, following = points
    return any(
        previous[axis] == point[axis] == following[axis] == limit
        and (point[1 - axis] - previous[1 - axis]) * (following[1 - axis] - point[1 - axis]) <= 0
        for axis, limit, _ in sides
    )


def _sides(size: ImageSize | None) -> list[tuple[int, float, int]]:
    """Return the axis and the coordinate of each side of the image, and 1 if larger coordinates are inside, else -1."""
    ends = [] if size is None else [(0, float(size[0]), -1), (1, float(size[1]), -1)]
    return [(0, 0.0, 1), (1, 0.0, 1), *ends]


def _edges(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Iterate over the edges of a polygon, each from one corner to the next."""
    return zip([*points[-1:], *points[:-1]], points, strict=True)


def polygon_area(points: Sequence[Point]) -> float:
    """Return the area of a polygon that does not cross itself."""
    return abs(sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in _edges(points))) / 2
