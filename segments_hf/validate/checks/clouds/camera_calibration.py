"""Check the ego pose and the calibrations of the cameras of a point cloud."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError, PointCloudError
from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content
from segments_hf.io.number_text import counted
from segments_hf.points import pose_matrix, project
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

    Points = npt.NDArray[np.number[Any]]

INVALID_POSE = Fault("invalid-ego-pose", "error", "the labels cannot be transformed to the frame of the points")
UNUSABLE_CAMERA = Fault(
    "unusable-camera", "warning", "points and boxes cannot be projected into the image of the camera"
)
NO_POINTS_IN_CAMERA = Fault(
    "camera-without-points",
    "warning",
    "the pose or the convention of the camera may be wrong; projected points and boxes are not in the image",
)

_ORIGIN = np.zeros((1, 3))
_CALIBRATION = ("intrinsic_matrix", "translation", "rotation", "camera_convention", "distortion")
_CONVENTIONS = ("OpenGL", "OpenCV")
_SOME_POINTS = 2**13  # the number of points that are projected first, because most cameras see one of them


def camera_name(camera: Mapping[str, Any]) -> str:
    """Return the name of a camera in findings."""
    return f"camera {camera.get('name')!r}"


def ego_poses(row: Row) -> Iterator[Finding]:
    """Find an ego pose that is not a position and a quaternion of finite numbers."""
    try:
        pose_matrix(row["ego_pose"])
    except PointCloudError as error:
        yield INVALID_POSE.in_row(row, str(error))


def cameras(row: Row) -> Iterator[Finding]:
    """Find cameras whose calibration is missing or invalid."""
    errors = [
        f"{camera_name(camera)}: {error}"
        for camera in row.get("cameras") or ()
        if (error := _calibration_error(tuple(_to_tuples(camera.get(name)) for name in _CALIBRATION)))
    ]
    if errors:
        yield UNUSABLE_CAMERA.in_row(row, listed(errors))


@lru_cache(maxsize=1024)  # the frames of a sequence often have the same cameras
def _calibration_error(calibration: tuple[object, ...]) -> str | None:
    """Return the error of a calibration, the values of `_CALIBRATION`; None if it is valid."""
    try:
        project(_ORIGIN, dict(zip(_CALIBRATION, calibration, strict=True)))
    except PointCloudError as error:
        return str(error)
    return None


def _to_tuples(value: object) -> object:
    """Convert lists to tuples, which can be cached."""
    return tuple(map(_to_tuples, value)) if isinstance(value, list) else value


def cameras_without_points(row: Row, points: Points) -> Iterator[Finding]:
    """Find cameras into whose image no point is projected.

    Args:
        row: The row.
        points: The points in the frame of the sensor: x, y, z; array of shape (N, 3).
    """
    if not len(points):
        return
    found = []
    for camera in row.get("cameras") or ():
        try:
            if not _sees(camera, points):
                found.append(f"{camera_name(camera)}{_hint(camera, points)}")
        except PointCloudError:  # `cameras` reports the error
            continue
    if found:
        yield NO_POINTS_IN_CAMERA.in_row(
            row, f"none of {counted(len(points), 'point')} is in the image of {listed(found)}"
        )


def _sees(camera: Mapping[str, Any], points: Points) -> bool:
    """Tell whether a point is in the image of a camera."""
    step = -(-len(points) // _SOME_POINTS)
    return bool(_is_inside(camera, points[::step]).any() or _is_inside(camera, points).any())


def _is_inside(camera: Mapping[str, Any], points: Points) -> npt.NDArray[np.bool_]:
    """Tell which points are in the image of a camera: bool array of shape (N,)."""
    u, v, _ = project(points, camera).T
    width, height = _image_size(camera)
    is_inside: npt.NDArray[np.bool_] = (u >= 0) & (u < width) & (v >= 0) & (v < height)  # False for NaN
    return is_inside


def _image_size(camera: Mapping[str, Any]) -> tuple[float, float]:
    """Return the width and height of the image of a camera.

    If the image was not loaded, its center is taken to be the principal point. If the principal point is not positive,
    the size is infinite.
    """
    if camera.get("image") is not None:
        try:
            return read_header(stored_content(camera["image"])).size
        except AssetError:  # `unreadable_parts` reports the error
            pass
    (_, _, x), (_, _, y), _ = camera["intrinsic_matrix"]
    return (2 * x, 2 * y) if x > 0 and y > 0 else (np.inf, np.inf)


def _hint(camera: Mapping[str, Any], points: Points) -> str:
    """Return a note if points are in the image with the other convention for the axes of a camera."""
    convention = camera.get("camera_convention") or _CONVENTIONS[0]
    others = [name for name in _CONVENTIONS if name != convention]
    counts = [int(_is_inside({**camera, "camera_convention": name}, points).sum()) for name in others]
    notes = [
        f" (with the convention {name}, {counted(number, 'point')} would be)"
        for name, number in zip(others, counts, strict=True)
        if number
    ]
    return "".join(notes)
