"""Check the points of polygons, boxes, polylines and keypoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import BitmapError
from segments_hf.labels import VectorLabel
from segments_hf.labels.geometry import is_inside
from segments_hf.labels.label import NO_AREA as HAS_NO_AREA
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels import Label, Vector
    from segments_hf.labels.geometry import ImageSize, VisiblePart
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

_MIN_POINTS = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}

UNKNOWN_SHAPE = Fault("unknown-shape", "error", "masks and exports leave the objects out")
INVALID_POINT = Fault("point-without-place", "error", "masks and layouts of the sample cannot be made")
TOO_FEW_POINTS = Fault("too-few-points", "error", "the objects have no area, so masks and boxes leave them out")
NO_AREA = Fault("no-area", "error", "masks and boxes leave the objects out")
OUTSIDE = Fault("point-outside", "warning", "masks and boxes are clipped to the image")


def shapes(row: Row, label: Label) -> Iterator[Finding]:
    """Find invalid shapes and points outside the image. Each annotation gets the first fault that applies."""
    if not isinstance(label, VectorLabel):
        return
    found: dict[Fault, list[str]] = {}
    faults = [_fault_of_points(vector) for vector in label.vectors]
    visible = iter(label.visible_parts([v for v, fault in zip(label.vectors, faults, strict=True) if fault is None]))
    for vector, fault in zip(label.vectors, faults, strict=True):
        if first := fault or _fault_of_position(vector, next(visible), label.size):
            found.setdefault(first, []).append(f"{vector.kind} {vector.annotation.id}")
    for first, items in found.items():
        yield first.in_row(row, _what(first, listed(items), row))


def _fault_of_points(vector: Vector) -> Fault | None:
    if vector.kind is None or vector.kind not in _MIN_POINTS:
        return UNKNOWN_SHAPE
    if len(vector.raw_points or ()) < _MIN_POINTS[vector.kind]:
        return TOO_FEW_POINTS
    try:
        _ = vector.points
    except BitmapError:
        return INVALID_POINT
    return None


def _fault_of_position(vector: Vector, part: VisiblePart | str, size: ImageSize | None) -> Fault | None:
    if part == HAS_NO_AREA:
        return NO_AREA
    return None if size is None or all(is_inside(point, size) for point in vector.points) else OUTSIDE


def _what(fault: Fault, items: str, row: Row) -> str:
    minimum = ", ".join(f"{number} for a {kind}" for kind, number in _MIN_POINTS.items())
    return {
        UNKNOWN_SHAPE: f"got {items}, expected one of the types {', '.join(_MIN_POINTS)}",
        INVALID_POINT: f"got {items} with an invalid point, expected x and y within 2^31 pixels",
        TOO_FEW_POINTS: f"got {items} with too few points, expected at least {minimum}",
        NO_AREA: f"got {items} without a pixel inside the image",
        OUTSIDE: f"got {items} with points outside the image of {row['width']} x {row['height']} pixels",
    }[fault]
