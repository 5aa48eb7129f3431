"""Check the points of vector annotations: polygons, boxes, polylines and points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import crosses_itself
from segments_hf.errors import BitmapError
from segments_hf.labels import POLYGON, VectorLabel
from segments_hf.labels.geometry import bounding_box, is_inside
from segments_hf.labels.label import NO_AREA as WITHOUT_AREA
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed, named_annotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels import Label, Vector
    from segments_hf.labels.geometry import ImageSize, Point, VisiblePart
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

_MIN_POINTS = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}

UNKNOWN_SHAPE = Fault("unknown-shape", "error", "masks, layouts and exports leave the objects out")
INVALID_POINT = Fault("point-without-coordinates", "error", "masks and layouts of the sample cannot be made")
TOO_FEW_POINTS = Fault("too-few-points", "error", "the objects have no area, so masks and boxes leave them out")
NO_AREA = Fault("no-area", "error", "masks and boxes leave the objects out")
OUTSIDE = Fault("point-outside", "warning", "masks and boxes are clipped to the image")
CROSSING = Fault(
    "self-crossing-polygon",
    "warning",
    "by the even-odd rule, parts of the object may be outside of its mask; other tools may fill them",
)
NOT_COMPARED = Fault(
    "polygon-not-checked", "warning", "the polygon has too many edges to compare all pairs; it may cross itself"
)


def faulty_shapes(row: Row, label: Label) -> Iterator[Finding]:
    """Find unknown types, too few or invalid points, shapes without area, points outside, and self-crossing polygons.

    A polygon with too many edges to compare is found too. An annotation has at most one of these faults, except that a
    polygon with points outside the image may also cross itself or have too many edges.
    """
    if not isinstance(label, VectorLabel):
        return
    found: dict[Fault, list[str]] = {}
    checked = [_checked_points(vector) for vector in label.vectors]
    valid = [vector for vector, points in zip(label.vectors, checked, strict=True) if not isinstance(points, Fault)]
    visible = iter(label.visible_parts(valid))
    polygons = []
    for vector, points in zip(label.vectors, checked, strict=True):
        point_fault = points if isinstance(points, Fault) else _fault_of_position(points, next(visible), label.size)
        if point_fault:
            found.setdefault(point_fault, []).append(named_annotation(vector.kind, vector.annotation.id))
        if not isinstance(points, Fault) and point_fault != NO_AREA and vector.kind == POLYGON:
            polygons.append((vector.annotation.id, points))
    crossing = crosses_itself([points for _, points in polygons])
    for (number, _), crosses in zip(polygons, crossing, strict=True):
        if crosses is not False:
            found.setdefault(CROSSING if crosses else NOT_COMPARED, []).append(f"polygon {number}")
    for fault, items in found.items():
        yield fault.in_row(row, _message(fault, listed(items), row))


def _checked_points(vector: Vector) -> list[Point] | Fault:
    """Return the points of a vector, or the fault of its type or points."""
    if vector.kind is None or vector.kind not in _MIN_POINTS:
        return UNKNOWN_SHAPE
    if len(vector.raw_points or ()) < _MIN_POINTS[vector.kind]:
        return TOO_FEW_POINTS
    try:
        return vector.points
    except BitmapError:
        return INVALID_POINT


def _fault_of_position(points: list[Point], visible_part: VisiblePart | str, size: ImageSize | None) -> Fault | None:
    if visible_part == WITHOUT_AREA:
        return NO_AREA
    if size is None:
        return None
    left, top, right, bottom = bounding_box(points)
    return None if is_inside((left, top), size) and is_inside((right, bottom), size) else OUTSIDE


def _message(fault: Fault, items: str, row: Row) -> str:
    minimum = ", ".join(f"{number} for a {kind}" for kind, number in _MIN_POINTS.items())
    return {
        UNKNOWN_SHAPE: f"got {items}, expected one of the types {', '.join(_MIN_POINTS)}",
        INVALID_POINT: f"got {items} with an invalid point, expected x and y below 2^31 in absolute value",
        TOO_FEW_POINTS: f"got {items} with too few points, expected at least {minimum}",
        NO_AREA: f"got {items} without a pixel inside the image",
        OUTSIDE: f"got {items} with points outside the image of {row['width']} x {row['height']} pixels",
        CROSSING: f"got {items} with edges that cross each other",
        NOT_COMPARED: f"got {items} with too many overlapping edges to compare",
    }[fault]
