"""Draw the boxes of a point cloud over the image of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import ImageDraw

from segments_hf.drawing.clouds.projected_boxes import project_boxes
from segments_hf.drawing.painting import line_width, thin_width
from segments_hf.drawing.text import text_color_on
from segments_hf.errors import AssetError, PointCloudError
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from segments_hf.drawing.classes import Classes
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes


class CameraView(NamedTuple):
    """The image of a camera, scaled and with boxes.

    Attributes:
        picture: An RGB picture.
        image_size: The width and height of the image in pixels, before it was scaled.
    """

    picture: Image.Image
    image_size: tuple[int, int]


def cameras_of(row: Row) -> list[Mapping[str, Any]]:
    """Return the cameras of a row that have an image."""
    return [camera for camera in row.get("cameras") or () if camera.get("image") is not None]


def draw_camera(camera: Mapping[str, Any], boxes: Boxes | None, classes: Classes, size: tuple[int, int]) -> CameraView:
    """Draw the edges and headings of boxes over the image of a camera; near boxes cover far boxes.

    Args:
        camera: An entry of the `cameras` of a row, with an image. Without a calibration, no boxes are drawn.
        boxes: Boxes in the frame of the sensor, or None.
        classes: The classes.
        size: A width and height in pixels. The image is enlarged or reduced to fit into them, and keeps its aspect
            ratio.

    Raises:
        AssetError: The image cannot be read; the error names the camera.
        PointCloudError: The calibration is invalid; the error names the camera.
        OptionError: A box has a class index that `classes` does not have.
    """
    try:
        image = decode_image(camera["image"])
        assert image is not None  # noqa: S101
        picture = to_rgb(image, size)
        if boxes is not None:
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
    for box in project_boxes(boxes, camera, image_size):
        class_index = int(boxes.class_indices[box.box_index])
        color = classes.color(None if class_index < 0 else class_index)
        scaled = [(line * scale).ravel().tolist() for line in box.lines]
        for fill, line_size in ((text_color_on(color), width + 2 * border), (color, width)):
            for line in scaled:
                pen.line(line, fill, line_size)
