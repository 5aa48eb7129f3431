"""Points of polygons, boxes, lines and keypoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.bitmaps import FARTHEST
from segments_hf.dataset.pixels import extent
from segments_hf.look.checks.fault import Fault, Row, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segments_hf.look.finding import Finding

    Points = Sequence[Sequence[float]]

_LEAST_POINTS = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}

UNKNOWN_SHAPE = Fault("unknown-shape", "error", "no mask and no export shows the objects")
NO_PLACE = Fault("point-without-place", "error", "masks and layouts of the sample cannot be made")
TOO_FEW_POINTS = Fault("too-few-points", "error", "the objects have no extent, so no mask and no box shows them")
NO_AREA = Fault("no-area", "error", "the objects cover no pixel, so no mask and no box shows them")
OUTSIDE = Fault("point-outside", "warning", "what is outside is cut off")


def shapes(row: Row) -> Iterator[Finding]:
    """Shapes that are none, or lie outside of the image. Each annotation has the first fault that fits."""
    found: dict[Fault, list[str]] = {}
    for item in row["annotations"] if "segmentation_bitmap" not in row else ():
        if fault := _fault(item, row["width"], row["height"]):
            found.setdefault(fault, []).append(f"{item['type']} {item['id']}")
    for fault, items in found.items():
        yield fault.in_row(row, _what(fault, listed(items), row))


def _fault(item: Mapping[str, Any], width: int | None, height: int | None) -> Fault | None:
    kind, points = item["type"], item["points"] or ()
    if kind not in _LEAST_POINTS:
        return UNKNOWN_SHAPE
    if not all(map(_is_place, points)):
        return NO_PLACE
    if len(points) < _LEAST_POINTS[kind]:
        return TOO_FEW_POINTS
    left, top, right, bottom = extent(points)
    if (kind == "bbox" and (left == right or top == bottom)) or (kind == "polygon" and _are_in_line(points)):
        return NO_AREA
    if width and height and (left < 0 or top < 0 or right > width or bottom > height):
        return OUTSIDE
    return None


def _is_place(point: Sequence[float | None] | None) -> bool:
    return point is not None and len(point) > 1 and all(x is not None and abs(x) < FARTHEST for x in point[:2])


def _are_in_line(points: Points) -> bool:
    """Whether all points are on one line."""
    x, y = points[0][:2]
    steps = [(point[0] - x, point[1] - y) for point in points]
    step_x, step_y = next((step for step in steps if any(step)), (0.0, 0.0))
    return all(step_x * to_y == step_y * to_x for to_x, to_y in steps)


def _what(fault: Fault, items: str, row: Row) -> str:
    wanted = ", ".join(f"{number} for a {kind}" for kind, number in _LEAST_POINTS.items())
    return {
        UNKNOWN_SHAPE: f"got {items}; known are {', '.join(_LEAST_POINTS)}",
        NO_PLACE: f"a point is not x and y within 2^31 pixels: {items}",
        TOO_FEW_POINTS: f"there are too few points in {items}; the least are {wanted}",
        NO_AREA: f"all points are on one line in {items}",
        OUTSIDE: f"points are outside of the image of {row['width']} x {row['height']} pixels: {items}",
    }[fault]
