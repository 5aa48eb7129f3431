"""Encode the images of cameras for a page, with the edges of the boxes that each camera sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from segments_hf.drawing.clouds.camera_view import cameras_of
from segments_hf.drawing.clouds.projected_boxes import project_boxes
from segments_hf.errors import AssetError, PointCloudError
from segments_hf.labels import CuboidLabel
from segments_hf.preview.shown_cloud import annotation_numbers
from segments_hf.preview.shown_image import show_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes

    Floats = npt.NDArray[np.float64]

_DECIMALS = 1  # of coordinates in pixels of the shown image
_TOLERANCE = 0.1  # the largest distance of a simplified line from the original line, in pixels of the shown image


class ShownCamera(msgspec.Struct):
    """The image of a camera, and the boxes that the camera sees.

    Attributes:
        name: The name of the camera.
        image: The ``data:`` URL of the shown image; None if the camera has no image, or if the image cannot be read.
        size: The width and height of the shown image in pixels.
        full_size: The width and height of the original image in pixels.
        boxes: For each box that the camera sees, from the farthest to the nearest: its object number, and the SVG path
            of its edges and its heading in pixels of the shown image.
    """

    name: str
    image: str | None = None
    size: tuple[int, int] | None = None
    full_size: tuple[int, int] | None = None
    boxes: list[tuple[int, str]] = []


def show_cameras(
    row: Row, label: Label | None, longest_side: int, max_bytes: int
) -> tuple[list[ShownCamera], list[str]]:
    """Encode the cameras of a row for a page.

    Args:
        row: A row of a point cloud.
        label: The label of the row. Without cuboids, or if a cuboid or the pose is invalid, the images have no boxes.
        longest_side: The limit of the longest side of each shown image in pixels.
        max_bytes: The limit of the bytes of each image.

    Returns:
        The cameras; and the notices, one for each image that cannot be read and for each invalid calibration. Both
        lists are empty if no camera of the row has an image.
    """
    if not cameras_of(row):
        return [], []
    boxes, numbers = _numbered_boxes(label)
    notices: list[str] = []
    shown = [_show_camera(camera, boxes, numbers, longest_side, max_bytes, notices) for camera in row["cameras"]]
    return shown, notices


def _numbered_boxes(label: Label | None) -> tuple[Boxes | None, list[int]]:
    """Return the boxes of a label in the frame of the sensor, and their object numbers.

    For an invalid label or another type of label, return None and an empty list.
    """
    if not isinstance(label, CuboidLabel):
        return None, []
    try:
        boxes = label.boxes()
    except PointCloudError:  # the sample already has a notice about its label
        return None, []
    return boxes, annotation_numbers(label, boxes.ids.tolist())


def _show_camera(
    camera: Mapping[str, Any],
    boxes: Boxes | None,
    numbers: list[int],
    longest_side: int,
    max_bytes: int,
    notices: list[str],
) -> ShownCamera:
    name = str(camera.get("name") or "camera")
    shown = ShownCamera(name)
    if camera.get("image") is None:
        return shown
    try:
        image = show_image(camera["image"], longest_side, max_bytes, with_thumb=False)
    except AssetError as error:
        notices.append(f"The image of camera {name!r} cannot be shown: {error}.")
        return shown
    shown.image, shown.size, shown.full_size = image.url, image.size, image.full_size
    scale = np.array(image.size) / image.full_size
    try:
        projected = [] if boxes is None else project_boxes(boxes, camera, image.full_size)
    except PointCloudError as error:
        notices.append(f"The image of camera {name!r} is shown without boxes: {error}.")
        return shown
    shown.boxes = [(numbers[box.box_index], "".join(_path(line * scale) for line in box.lines)) for box in projected]
    return shown


def _path(line: Floats) -> str:
    """Return the SVG path of a line.

    >>> _path(np.array([[0, 0], [5, 5], [10, 10.0]])), _path(np.array([[0, 0], [5, 1], [10, 0.25]]))
    ('M0 0L10 10', 'M0 0L5 1L10 0.2')
    """
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in np.round(_simplified(line), _DECIMALS).tolist())


def _simplified(line: Floats) -> Floats:
    """Keep every n-th point of a line, and its last point.

    n is at first the index of the last point, and is halved until all points are within `_TOLERANCE` of the line
    through the kept points.
    """
    step = len(line) - 1
    while step > 1:
        kept = np.unique([*range(0, len(line), step), len(line) - 1])
        if _distances(line, kept).max() <= _TOLERANCE:
            simplified: Floats = line[kept]
            return simplified
        step //= 2
    return line


def _distances(line: Floats, kept: npt.NDArray[np.intp]) -> Floats:
    """Return the distance of each point of a line from the segment between the kept points before and after it.

    Args:
        line: Array of shape (K, 2).
        kept: The indices of the kept points, ascending. The first and the last point of the line are kept.
    """
    segments = np.clip(np.searchsorted(kept, np.arange(len(line)), side="right") - 1, 0, len(kept) - 2)
    starts, ends = line[kept[segments]], line[kept[segments + 1]]
    directions, offsets = ends - starts, line - starts
    squared_lengths = (directions**2).sum(axis=1)
    shares = (offsets * directions).sum(axis=1) / np.where(squared_lengths > 0, squared_lengths, 1)
    nearest = np.clip(shares, 0, 1)[:, None] * directions  # the nearest point of the segment, relative to its start
    distances: Floats = np.linalg.norm(offsets - nearest, axis=1)
    return distances
