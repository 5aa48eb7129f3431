"""Points of polygons, boxes, lines and keypoints."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from segments_hf.bitmaps import FARTHEST
from segments_hf.labels import VectorLabel
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.labels import Label, Vector
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

_LEAST_POINTS = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}

UNKNOWN_SHAPE = Fault("unknown-shape", "error", "no mask and no export shows the objects")
NO_PLACE = Fault("point-without-place", "error", "masks and layouts of the sample cannot be made")
TOO_FEW_POINTS = Fault("too-few-points", "error", "the objects have no extent, so no mask and no box shows them")
NO_AREA = Fault("no-area", "error", "the objects cover no pixel, so no mask and no box shows them")
OUTSIDE = Fault("point-outside", "warning", "what is outside is cut off")


def shapes(row: Row, label: Label) -> Iterator[Finding]:
    """Shapes that are none, or lie outside of the image. Each annotation has the first fault that fits."""
    found: dict[Fault, list[str]] = {}
    for vector in label.vectors if isinstance(label, VectorLabel) else ():
        if fault := _fault(vector, row["width"], row["height"]):
            found.setdefault(fault, []).append(f"{vector.kind} {vector.annotation.id}")
    for fault, items in found.items():
        yield fault.in_row(row, _what(fault, listed(items), row))


def _fault(vector: Vector, width: int | None, height: int | None) -> Fault | None:
    kind, points = vector.kind, vector.raw_points or ()
    if kind is None or kind not in _LEAST_POINTS:
        return UNKNOWN_SHAPE
    if len(points) < _LEAST_POINTS[kind]:
        return TOO_FEW_POINTS
    try:
        xs, ys, *_ = zip(*points, strict=True)
        is_number = isfinite(sum(xs) + sum(ys))
    except (TypeError, ValueError):  # a point or a number is None, or a point has no y
        is_number = False
    return _fault_of_places(kind, xs, ys, width, height) if is_number else NO_PLACE


def _fault_of_places(
    kind: str, xs: Sequence[float], ys: Sequence[float], width: int | None, height: int | None
) -> Fault | None:
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    if not (-FARTHEST < left <= right < FARTHEST and -FARTHEST < top <= bottom < FARTHEST):
        return NO_PLACE
    if (kind == "bbox" and (left == right or top == bottom)) or (kind == "polygon" and _are_in_line(xs, ys)):
        return NO_AREA
    if width and height and (left < 0 or top < 0 or right > width or bottom > height):
        return OUTSIDE
    return None


def _are_in_line(xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether all points are on one line."""
    step_x = step_y = 0.0
    for x, y in zip(xs, ys, strict=True):
        to_x, to_y = x - xs[0], y - ys[0]
        if step_x * to_y != step_y * to_x:
            return False
        if not (step_x or step_y):
            step_x, step_y = to_x, to_y
    return True


def _what(fault: Fault, items: str, row: Row) -> str:
    wanted = ", ".join(f"{number} for a {kind}" for kind, number in _LEAST_POINTS.items())
    return {
        UNKNOWN_SHAPE: f"got {items}; known are {', '.join(_LEAST_POINTS)}",
        NO_PLACE: f"got {items} with a point that is not x and y within 2^31 pixels",
        TOO_FEW_POINTS: f"got {items} with too few points; wanted {wanted} at least",
        NO_AREA: f"got {items} whose points are all on one line",
        OUTSIDE: f"got {items} with points outside of the image of {row['width']} x {row['height']} pixels",
    }[fault]
