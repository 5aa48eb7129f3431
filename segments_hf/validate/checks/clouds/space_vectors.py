"""Check the types of the annotations of a point cloud, and the coordinates of its polygons, polylines and points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import PointCloudError
from segments_hf.labels import CuboidLabel
from segments_hf.points.checked_numbers import checked_numbers
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.checks.vectors import INVALID_POINT, TOO_FEW_POINTS, UNKNOWN_SHAPE
from segments_hf.validate.wording import listed, named_annotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels import Label
    from segments_hf.labels.cuboid_label import Shape
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

# These faults have other effects than in labels of images.
_UNKNOWN_SHAPE = Fault(UNKNOWN_SHAPE.name, "error", "boxes and layouts leave the objects out")
_INVALID_POINT = Fault(INVALID_POINT.name, "error", "the shapes cannot be drawn or transformed")
_TOO_FEW_POINTS = Fault(TOO_FEW_POINTS.name, "error", "the shapes have no length or area")

_MIN_POINTS = {"point": 1, "polyline": 2, "polygon": 3}
_NUM_COORDINATES = (2, 3)  # points in camera images have no z


def faulty_space_vectors(row: Row, label: Label) -> Iterator[Finding]:
    """Find annotations of unknown types, and shapes with too few or with invalid points."""
    if not isinstance(label, CuboidLabel):
        return
    found: dict[Fault, list[str]] = {}
    for shape in label.shapes:
        fault = _fault(shape)
        if fault:
            found.setdefault(fault, []).append(named_annotation(shape.kind, shape.id))
    minimum = ", ".join(f"{number} for a {kind}" for kind, number in _MIN_POINTS.items())
    messages = {
        _UNKNOWN_SHAPE: f", expected one of the types {', '.join(sorted(label.object_kinds))}",
        _INVALID_POINT: " with an invalid point, expected x, y and perhaps z, below 1e12 in absolute value",
        _TOO_FEW_POINTS: f" with too few points, expected at least {minimum}",
    }
    for fault, items in found.items():
        yield fault.in_row(row, f"got {listed(items)}{messages[fault]}")


def _fault(shape: Shape) -> Fault | None:
    """Return the fault of an annotation; None if it has no fault, or is a cuboid, which `faulty_cuboids` checks."""
    if shape.kind is None or shape.kind not in CuboidLabel.object_kinds:
        return _UNKNOWN_SHAPE
    if shape.kind not in _MIN_POINTS:
        return None
    points = shape.raw_points or ()
    if len(points) < _MIN_POINTS[shape.kind]:
        return _TOO_FEW_POINTS
    return None if all(map(_is_point, points)) else _INVALID_POINT


def _is_point(point: object) -> bool:
    """Tell whether a point has two or three valid coordinates."""
    if not isinstance(point, list) or len(point) not in _NUM_COORDINATES:
        return False
    try:
        checked_numbers(point, (len(point),), "point")
    except PointCloudError:
        return False
    return True
