"""Draw the thumbnail of a point cloud: the view from above, and the object number of each pixel."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.drawing.classes import Classes
from segments_hf.drawing.clouds.ground import fit_ground, range_of_most
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

_SIZE = (320, 240)  # the width and height in pixels
_LINE = 2  # the width of lines in pixels
_GRAYS = 16  # a picture of few grays has few bytes
_BYTE = 256
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
    """Draw points and boxes from above, with x to the right and y up.

    Args:
        positions: x, y and z of the points: array of shape (N, 3), finite.
        numbers: The object number of each point; None without a label.
        objects: The objects with their places.
    """
    if numbers is None:
        numbers = np.zeros(len(positions), np.uint32)
    places = [_outline_of(item) for item in objects if item.place is not None]
    labeled = positions[numbers > 0]
    ground = fit_ground(
        positions, np.concatenate([*places, range_of_most(labeled) if len(labeled) else labeled]), _SIZE
    )
    pixels, heights = ground.pixels_of(positions), relative_heights(positions[:, 2])
    ranks = (heights * _HIGHEST_RANK).astype(np.uint16)
    grays = point_colors(heights, np.full(len(positions), -1), Classes())
    picture = draw_points(pixels, ranks, grays, _SIZE, UNLABELED_COLOR)
    ranks[numbers > 0] += _HIGHEST_RANK + 1  # labeled points cover other points
    found = np.asarray(draw_points(pixels, ranks, _to_colors(numbers), _SIZE, (0, 0, 0)), np.int32)
    canvas = Image.fromarray(found @ np.array([1, _BYTE, _BYTE**2], np.int32))
    _draw_objects(canvas, objects, ground)
    return CloudThumb(_png(picture), np.asarray(canvas).astype(np.uint32))


def _to_colors(numbers: Numbers) -> npt.NDArray[np.uint8]:
    """Return numbers below 2^24 as colors: uint8 array of shape (N, 3)."""
    return np.stack([numbers % _BYTE, numbers // _BYTE % _BYTE, numbers // _BYTE**2], axis=1).astype(np.uint8)


def _draw_objects(canvas: Image.Image, objects: Sequence[ShownObject], ground: Ground) -> None:
    """Draw the footprints and headings of boxes, and lines, polygons and points, with their object numbers."""
    pen = ImageDraw.Draw(canvas)
    for number, item in enumerate(objects, start=1):
        if item.place is None:
            continue
        points = [tuple(point) for point in ground.pixels_of(_outline_of(item)).tolist()]
        match item.type:
            case _ if item.type == CUBOID:
                corners, heading = points[:4], points[4:]
                pen.line([*corners, corners[0]], number, _LINE)
                pen.line(heading, number, _LINE)
            case "polygon" | "polyline":
                pen.line([*points, points[0]] if item.type == "polygon" else points, number, _LINE)
            case _:
                for x, y in points:
                    pen.ellipse((x - 3, y - 3, x + 3, y + 3), number)


def _outline_of(item: ShownObject) -> Floats:
    """Return the points of a vector; of a cuboid, the four corners at half its height, the center and the front."""
    place = np.array(item.place).reshape(-1, 3)
    if item.type != CUBOID:
        return place
    center, front, left, _ = place
    outline: Floats = center + np.array([front + left, front - left, -front - left, left - front, 0 * front, front])
    return outline


def _png(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.convert("RGB").quantize(_GRAYS).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
