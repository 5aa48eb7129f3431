"""Draw the thumbnail of a point cloud: the view from above, and the object number of each pixel."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.drawing.classes import Classes
from segments_hf.drawing.clouds.ground import fit_ground, range_without_outliers
from segments_hf.drawing.clouds.point_pixels import draw_points, point_colors, relative_heights
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.labels import CUBOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.drawing.clouds.ground import Ground
    from segments_hf.preview.packing import Numbers
    from segments_hf.preview.shown_label import ShownObject

    Floats = npt.NDArray[np.float64]

_SIZE = (320, 240)  # the width and height of a thumbnail in pixels
_LINE_WIDTH = 2  # in pixels
_GRAY_LEVELS = 16  # few levels, so that the PNG file has few bytes
_BYTE_VALUES = 256  # the number of values of a byte
_HIGHEST_RANK = 2**15 - 1  # the highest rank of points without an object


class CloudThumb(NamedTuple):
    """The thumbnail of a point cloud.

    Attributes:
        image: The points in gray, as a ``data:`` URL of a PNG file.
        numbers: The object number of each pixel, an array of shape (H, W); 0 for pixels without an object.
    """

    image: str
    numbers: Numbers


def draw_cloud_thumb(positions: Floats, numbers: Numbers | None, objects: Sequence[ShownObject]) -> CloudThumb:
    """Draw points and objects from above, with x to the right and y up.

    Args:
        positions: x, y and z of the points: array of shape (N, 3), finite.
        numbers: The object number of each point, 0 for unlabeled points; None if the points have no label.
        objects: The objects. Those that have `geometry_3d` are drawn.
    """
    if numbers is None:
        numbers = np.zeros(len(positions), np.uint32)
    outlines = [_outline_of(item) for item in objects if item.geometry_3d is not None]
    labeled = positions[numbers > 0]
    ground = fit_ground(
        positions, np.concatenate([*outlines, range_without_outliers(labeled) if len(labeled) else labeled]), _SIZE
    )
    pixels, heights = ground.pixels_of(positions), relative_heights(positions[:, 2])
    ranks = (heights * _HIGHEST_RANK).astype(np.uint16)
    grays = point_colors(heights, np.full(len(positions), -1), Classes())
    picture = draw_points(pixels, ranks, grays, _SIZE, UNLABELED_COLOR)
    ranks[numbers > 0] += _HIGHEST_RANK + 1  # labeled points cover other points
    colors = np.asarray(draw_points(pixels, ranks, _colors_of_numbers(numbers), _SIZE, (0, 0, 0)), np.int32)
    canvas = Image.fromarray(colors @ np.array([1, _BYTE_VALUES, _BYTE_VALUES**2], np.int32))
    _draw_objects(canvas, objects, ground)
    return CloudThumb(_png_url(picture), np.asarray(canvas).astype(np.uint32))


def _colors_of_numbers(numbers: Numbers) -> npt.NDArray[np.uint8]:
    """Encode numbers below 2^24 as colors: uint8 array of shape (N, 3), the lowest byte first."""
    low, middle = numbers % _BYTE_VALUES, numbers // _BYTE_VALUES % _BYTE_VALUES
    return np.stack([low, middle, numbers // _BYTE_VALUES**2], axis=1).astype(np.uint8)


def _draw_objects(canvas: Image.Image, objects: Sequence[ShownObject], ground: Ground) -> None:
    """Draw each object that has `geometry_3d`, with its object number as the value of the pixels.

    A cuboid is drawn as its footprint and its heading, a polygon as its outline, and a point as a disk.
    """
    pen = ImageDraw.Draw(canvas)
    for number, item in enumerate(objects, start=1):
        if item.geometry_3d is None:
            continue
        points = [tuple(point) for point in ground.pixels_of(_outline_of(item)).tolist()]
        match item.type:
            case _ if item.type == CUBOID:
                corners, heading = points[:4], points[4:]
                pen.line([*corners, corners[0]], number, _LINE_WIDTH)
                pen.line(heading, number, _LINE_WIDTH)
            case "polygon" | "polyline":
                pen.line([*points, points[0]] if item.type == "polygon" else points, number, _LINE_WIDTH)
            case _:
                for x, y in points:
                    pen.ellipse((x - 3, y - 3, x + 3, y + 3), number)


def _outline_of(item: ShownObject) -> Floats:
    """Return the points with which an object is drawn: float64 array of shape (K, 3).

    For a polygon, line or point, return its points. For a cuboid, return its four corners at half of its height, its
    center, and the center of its front.
    """
    geometry = np.array(item.geometry_3d).reshape(-1, 3)
    if item.type != CUBOID:
        return geometry
    center, front, left, _ = geometry
    outline: Floats = center + np.array([front + left, front - left, -front - left, left - front, 0 * front, front])
    return outline


def _png_url(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.convert("RGB").quantize(_GRAY_LEVELS).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
