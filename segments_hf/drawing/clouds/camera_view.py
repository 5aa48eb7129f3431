"""Draw the boxes of a point cloud over the picture of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import ImageDraw

from segments_hf.drawing.painting import line_width, thin_width
from segments_hf.drawing.text import text_color_on
from segments_hf.errors import AssetError, PointCloudError
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.points import project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    from PIL import Image

    from segments_hf.drawing.classes import Classes
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes

    Floats = npt.NDArray[np.float64]

_CALIBRATION = ("intrinsic_matrix", "translation", "rotation")
# The corners at the ends of each edge of a box, in the order of `Boxes.corners`.
_EDGES = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]])
_NEAREST = 0.1  # the depth of the near plane, in the unit of the points: edges end there
_MARGIN = 0.05  # of the width and height: how far outside of the image lines are drawn, because lines are wide
_SAMPLES = 33  # points along an edge, which is curved in the picture of a distorting lens


class CameraView(NamedTuple):
    """The picture of a camera with boxes.

    Attributes:
        picture: An RGB picture.
        image_size: The width and height of the image of the camera.
    """

    picture: Image.Image
    image_size: tuple[int, int]


def cameras_of(row: Row) -> list[Mapping[str, Any]]:
    """Return the cameras of a row that have an image."""
    return [camera for camera in row.get("cameras") or () if camera.get("image") is not None]


def draw_camera(camera: Mapping[str, Any], boxes: Boxes | None, classes: Classes, size: tuple[int, int]) -> CameraView:
    """Draw the picture of a camera, with the edges and headings of boxes; near boxes cover far boxes.

    Args:
        camera: An entry of the `cameras` of a row, with an image. Without a calibration, no boxes are drawn.
        boxes: Boxes in the frame of the sensor.
        classes: The classes.
        size: The width and height in pixels to which the image is enlarged or reduced, with its aspect ratio.

    Raises:
        AssetError: The image cannot be read; the error names the camera.
        PointCloudError: The calibration is invalid; the error names the camera.
        OptionError: A box has a class index that `classes` does not have.
    """
    try:
        image = decode_image(camera["image"])
        assert image is not None  # noqa: S101
        picture = to_rgb(image, size)
        if boxes is not None and len(boxes) and all(camera.get(field) is not None for field in _CALIBRATION):
            _draw_boxes(picture, image.size, boxes, camera, classes)
    except (AssetError, PointCloudError) as error:
        raise type(error)(f"camera {camera.get('name')!r}: {error}") from error
    return CameraView(picture, image.size)


def _draw_boxes(
    picture: Image.Image, image_size: tuple[int, int], boxes: Boxes, camera: Mapping[str, Any], classes: Classes
) -> None:
    pen = ImageDraw.Draw(picture)
    width, border = line_width(picture.size), thin_width(picture.size)
    scale = np.array(picture.size) / image_size
    far_first = boxes[np.argsort(-project(boxes.center, camera)[:, 2])]
    lines_of_boxes = _visible_lines(far_first, camera, image_size)
    for class_index, lines in zip(far_first.class_indices.tolist(), lines_of_boxes, strict=True):
        color = classes.color(None if class_index < 0 else class_index)
        scaled = [(line * scale).ravel().tolist() for line in lines]
        for fill, line_size in ((text_color_on(color), width + 2 * border), (color, width)):
            for line in scaled:
                pen.line(line, fill, line_size)


def _visible_lines(boxes: Boxes, camera: Mapping[str, Any], image_size: tuple[int, int]) -> Iterator[list[Floats]]:
    """Yield the lines of each box in pixels of the image: arrays of shape (K, 2), K >= 2.

    Parts of edges behind the camera, beyond the range of the lens, or far outside of the image are left out.
    """
    starts, ends = _edges(boxes)
    pixels = project(_sampled(starts, ends, camera).reshape(-1, 3), camera)[:, :2].reshape(len(boxes), -1, _SAMPLES, 2)
    is_visible = _are_visible(pixels, image_size)
    for lines, visible in zip(pixels, is_visible, strict=True):
        yield [part for line, shown in zip(lines, visible, strict=True) for part in _parts(line, shown)]


def _edges(boxes: Boxes) -> tuple[Floats, Floats]:
    """Return the ends of the edges and of the headings, in the order of the boxes: two arrays of shape (L, 3)."""
    corners = boxes.corners()
    bottom = corners[:, :4].mean(axis=1)
    front = corners[:, :2].mean(axis=1)
    starts = np.concatenate([corners[:, _EDGES[:, 0]], bottom[:, None]], axis=1)
    ends = np.concatenate([corners[:, _EDGES[:, 1]], front[:, None]], axis=1)
    return starts.reshape(-1, 3), ends.reshape(-1, 3)


def _sampled(starts: Floats, ends: Floats, camera: Mapping[str, Any]) -> Floats:
    """Return points along edges, from the near plane on: array of shape (L, 33, 3); NaN for edges behind the camera.

    The points are at equal angles, so that they are about equally dense in the picture of any lens.
    """
    sampled = np.full((len(starts), _SAMPLES, 3), np.nan)
    depths = np.stack([project(starts, camera)[:, 2], project(ends, camera)[:, 2]])
    is_seen = (depths > _NEAREST).any(axis=0)
    starts, ends, (from_depth, to_depth) = starts[is_seen], ends[is_seen], depths[:, is_seen, None]
    change = to_depth - from_depth
    crossing = (_NEAREST - from_depth) / np.where(change == 0, 1, change)
    first = starts + np.where(from_depth < _NEAREST, crossing, 0) * (ends - starts)
    last = starts + np.where(to_depth < _NEAREST, crossing, 1) * (ends - starts)
    sampled[is_seen] = _at_equal_angles(first, last, np.array(camera["translation"], np.float64))
    return sampled


def _at_equal_angles(starts: Floats, ends: Floats, center: Floats) -> Floats:
    """Return points on lines at equal angles, seen from a center: float64 array of shape (L, 33, 3)."""
    to_start, to_end = (starts - center)[:, None], (ends - center)[:, None]
    start_distance, end_distance = (np.linalg.norm(side, axis=2, keepdims=True) for side in (to_start, to_end))
    cosine = (to_start * to_end).sum(axis=2, keepdims=True) / (start_distance * end_distance)
    angle = np.arccos(np.clip(cosine, -1, 1 - 1e-9))  # an angle of 0 would cause a division by 0
    steps = np.linspace(0, 1, _SAMPLES)[:, None]
    start_weight, end_weight = np.sin((1 - steps) * angle) / start_distance, np.sin(steps * angle) / end_distance
    points: Floats = center + (start_weight * to_start + end_weight * to_end) / (start_weight + end_weight)
    return points


def _are_visible(pixels: Floats, image_size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Tell which segments between two neighboring points may cross the image: bool array of shape (..., K - 1)."""
    size = np.array(image_size, np.float64)
    starts, ends = pixels[..., :-1, :], pixels[..., 1:, :]
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)  # NaN if one of both is NaN
    with np.errstate(invalid="ignore"):
        crosses = (high > -_MARGIN * size) & (low < (1 + _MARGIN) * size)
    is_visible: npt.NDArray[np.bool_] = crosses[..., 0] & crosses[..., 1]
    return is_visible


def _parts(line: Floats, is_visible: npt.NDArray[np.bool_]) -> Iterator[Floats]:
    """Yield the parts of a line whose segments are visible."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], is_visible, [False]])))
    for first, end in zip(borders[::2].tolist(), borders[1::2].tolist(), strict=True):
        yield line[first : end + 1]
