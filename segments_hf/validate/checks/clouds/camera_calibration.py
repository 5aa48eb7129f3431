"""Check the ego pose of a point cloud, and the calibrations of its cameras."""

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
    "projected points and boxes are not in the image; the pose or the convention of the camera may be wrong",
)

_ORIGIN = np.zeros((1, 3))
_CALIBRATION_FIELDS = ("intrinsic_matrix", "translation", "rotation", "camera_convention", "distortion")
_CONVENTIONS = ("OpenGL", "OpenCV")  # the default first
_POINTS_PROJECTED_FIRST = 2**13  # at most; all points are projected only if none of these is in the image


def camera_name(camera: Mapping[str, Any]) -> str:
    """Return the name of a camera for messages."""
    return f"camera {camera.get('name')!r}"


def invalid_ego_pose(row: Row) -> Iterator[Finding]:
    """Find an ego pose whose position or heading is missing or has invalid numbers. A row may have no ego pose."""
    try:
        pose_matrix(row["ego_pose"])
    except PointCloudError as error:
        yield INVALID_POSE.in_row(row, str(error))


def unusable_cameras(row: Row) -> Iterator[Finding]:
    """Find cameras whose calibration is missing or invalid."""
    errors = [
        f"{camera_name(camera)}: {error}"
        for camera in row.get("cameras") or ()
        if (error := _calibration_error(tuple(_to_tuples(camera.get(name)) for name in _CALIBRATION_FIELDS)))
    ]
    if errors:
        yield UNUSABLE_CAMERA.in_row(row, listed(errors))


@lru_cache(maxsize=1024)  # the frames of a sequence often have the same cameras
def _calibration_error(calibration: tuple[object, ...]) -> str | None:
    """Return the error message for a calibration; None if it is valid.

    Args:
        calibration: The values of the fields in `_CALIBRATION_FIELDS`.
    """
    try:
        project(_ORIGIN, dict(zip(_CALIBRATION_FIELDS, calibration, strict=True)))
    except PointCloudError as error:
        return str(error)
    return None


def _to_tuples(value: object) -> object:
    """Convert nested lists to tuples, which `lru_cache` can hash."""
    return tuple(map(_to_tuples, value)) if isinstance(value, list) else value


def cameras_without_points(row: Row, points: Points) -> Iterator[Finding]:
    """Find cameras into whose image no point is projected. Cameras with an invalid calibration are left out.

    Args:
        row: The row.
        points: The points in the frame of the sensor: x, y, z; array of shape (N, 3).
    """
    if not len(points):
        return
    found = []
    for camera in row.get("cameras") or ():
        try:
            if not _sees_a_point(camera, points):
                found.append(f"{camera_name(camera)}{_note_about_convention(camera, points)}")
        except PointCloudError:  # `unusable_cameras` reports the error
            continue
    if found:
        yield NO_POINTS_IN_CAMERA.in_row(
            row, f"none of {counted(len(points), 'point')} is in the image of {listed(found)}"
        )


def _sees_a_point(camera: Mapping[str, Any], points: Points) -> bool:
    """Tell whether any of the points is in the image of a camera."""
    step = -(-len(points) // _POINTS_PROJECTED_FIRST)
    return bool(_are_in_image(camera, points[::step]).any() or _are_in_image(camera, points).any())


def _are_in_image(camera: Mapping[str, Any], points: Points) -> npt.NDArray[np.bool_]:
    """Tell which points are in the image of a camera: bool array of shape (N,)."""
    u, v, _ = project(points, camera).T
    width, height = _image_size(camera)
    are_in_image: npt.NDArray[np.bool_] = (u >= 0) & (u < width) & (v >= 0) & (v < height)  # False for NaN
    return are_in_image


def _image_size(camera: Mapping[str, Any]) -> tuple[float, float]:
    """Return the width and height of the image of a camera in pixels.

    If the image was not loaded or cannot be read, the principal point is assumed to be its center; if x or y of this
    point is not positive, the size is infinite.
    """
    if camera.get("image") is not None:
        try:
            return read_header(stored_content(camera["image"])).size
        except AssetError:  # `unreadable_camera_images` reports the image
            pass
    (_, _, x), (_, _, y), _ = camera["intrinsic_matrix"]
    return (2 * x, 2 * y) if x > 0 and y > 0 else (np.inf, np.inf)


def _note_about_convention(camera: Mapping[str, Any], points: Points) -> str:
    """Return a note if points would be in the image with another convention for the axes of the camera; else ''."""
    convention = camera.get("camera_convention") or _CONVENTIONS[0]
    others = [name for name in _CONVENTIONS if name != convention]
    counts = [int(_are_in_image({**camera, "camera_convention": name}, points).sum()) for name in others]
    notes = [
        f" (with the convention {name}, {counted(number, 'point')} would be)"
        for name, number in zip(others, counts, strict=True)
        if number
    ]
    return "".join(notes)
