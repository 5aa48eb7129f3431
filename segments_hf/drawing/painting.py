"""Paint the masks, boxes, polygons, lines and points of a label on a background, in given colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import instance_mask, resize_nearest
from segments_hf.drawing.drawable import MASK
from segments_hf.labels.geometry import bounding_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.drawable import RowLabel, Shape

Point: TypeAlias = tuple[float, float]

_FARTHEST = (
    1e5  # pixels: a limit for coordinates, because Pillow visits all pixels of a line, even those outside the picture
)


def paint_label(background: Image.Image, label: RowLabel, colors: Sequence[Color], *, opacity: float) -> Image.Image:
    """Paint a label on a copy of a background.

    `opacity` applies to masks and polygons; their outlines and all other shapes are opaque. Later vectors cover earlier
    ones.

    Args:
        background: An RGB picture of any size, to which the label is scaled.
        label: The label, with a known size.
        colors: The color of each shape of the label.
        opacity: The opacity of masks and polygons, from 0 to 1.

    Returns:
        A new picture of the same size.
    """
    painted = background.copy() if label.ids is None else _with_masks(background, label, colors, opacity)
    for shape, color in zip(label.shapes, colors, strict=True):
        if shape.kind != MASK:
            _draw(painted, shape.kind, scaled_points(shape, label, painted.size), color, opacity)
    return painted


def line_width(size: tuple[int, int]) -> int:
    """Return the width of lines in pixels for a picture of this size."""
    return max(2, max(size) // 200)


def scaled_numbers(label: RowLabel, size: tuple[int, int]) -> npt.NDArray[np.unsignedinteger]:
    """Scale the bitmap of a label to the size of a picture, by nearest neighbors, and number its shapes.

    Args:
        label: A label with masks.
        size: The width and height of the picture.

    Returns:
        An array of shape (height, width): 1 for the first shape of the label, 2 for the second, 0 for no shape.
    """
    assert label.ids is not None  # noqa: S101
    return instance_mask(resize_nearest(label.ids, size), [{"id": shape.id} for shape in label.shapes])


def scaled_points(shape: Shape, label: RowLabel, size: tuple[int, int]) -> list[Point]:
    """Scale the points of a shape to a picture of this size."""
    x_scale, y_scale = size[0] / (label.size or size)[0], size[1] / (label.size or size)[1]
    return [(_limited(x * x_scale), _limited(y * y_scale)) for x, y in shape.points]


def _limited(coordinate: float) -> float:
    return min(max(coordinate, -_FARTHEST), _FARTHEST)


def _with_masks(background: Image.Image, label: RowLabel, colors: Sequence[Color], opacity: float) -> Image.Image:
    numbers = scaled_numbers(label, background.size)
    table = np.array([(0, 0, 0), *colors], np.uint8)
    share = np.where(_outlines(numbers, line_width(background.size) // 2), 1, opacity)
    share[numbers == 0] = 0
    pixels = np.asarray(background, np.float64)
    mixed = pixels + (table[numbers] - pixels) * share[..., None]
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _outlines(numbers: npt.NDArray[np.unsignedinteger], width: int) -> npt.NDArray[np.bool_]:
    """Return the pixels that are at most `width` pixels from another shape, along their row or column."""
    found = np.zeros(numbers.shape, bool)
    for step in range(1, width + 1):
        beside = numbers[:, step:] != numbers[:, :-step]
        below = numbers[step:] != numbers[:-step]
        found[:, step:] |= beside
        found[:, :-step] |= beside
        found[step:] |= below
        found[:-step] |= below
    return found


def _draw(canvas: Image.Image, kind: str, points: list[Point], color: Color, opacity: float) -> None:
    pen = ImageDraw.Draw(canvas)
    width = line_width(canvas.size)
    match kind:
        case "polygon" if len(points) > 1:
            inside = Image.new("L", canvas.size)
            ImageDraw.Draw(inside).polygon(points, fill=round(255 * opacity))
            canvas.paste(color, mask=inside)
            if opacity < 1:
                pen.line([*points, points[0]], fill=color, width=width, joint="curve")
        case "bbox":
            pen.rectangle(bounding_box(points), outline=color, width=width)
        case "polyline":
            pen.line(points, fill=color, width=width, joint="curve")
        case _:
            for x, y in points:
                pen.ellipse((x - 2 * width, y - 2 * width, x + 2 * width, y + 2 * width), fill=color)
