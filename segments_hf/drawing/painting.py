"""Labels onto pictures: masks, boxes, polygons, lines and points in given colors."""

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

_FARTHEST = 1e5  # pixels: Pillow draws every pixel of a line, seen or not


def paint_label(ground: Image.Image, label: RowLabel, colors: Sequence[Color], *, opacity: float) -> Image.Image:
    """A picture with a label laid over it.

    Masks and polygons are as opaque as is wanted, their outlines and all other shapes wholly. Later vectors lie over
    earlier ones.

    Args:
        ground: An RGB picture of any size: the label is scaled to it.
        label: The label; its size is known.
        colors: The color of each of its shapes.
        opacity: From 0 to 1.

    Returns:
        A new picture of the same size.
    """
    painted = ground.copy() if label.ids is None else _with_masks(ground, label, colors, opacity)
    for shape, color in zip(label.shapes, colors, strict=True):
        if shape.kind != MASK:
            _draw(painted, shape.kind, scaled_points(shape, label, painted.size), color, opacity)
    return painted


def line_width(size: tuple[int, int]) -> int:
    """Return the width of lines in pixels for a picture of this size."""
    return max(2, max(size) // 200)


def scaled_numbers(label: RowLabel, size: tuple[int, int]) -> npt.NDArray[np.unsignedinteger]:
    """The shape of each pixel of a picture, by the nearest pixel of the label's bitmap.

    Args:
        label: A label with masks.
        size: Width and height of the picture.

    Returns:
        Array of shape (height, width): 1 for the label's first shape, 2 for the second; 0 where there is none.
    """
    assert label.ids is not None  # noqa: S101
    return instance_mask(resize_nearest(label.ids, size), [{"id": shape.id} for shape in label.shapes])


def scaled_points(shape: Shape, label: RowLabel, size: tuple[int, int]) -> list[Point]:
    """The points of a shape in a picture of this size."""
    across, down = size[0] / (label.size or size)[0], size[1] / (label.size or size)[1]
    return [(_near(x * across), _near(y * down)) for x, y in shape.points]


def _near(place: float) -> float:
    return min(max(place, -_FARTHEST), _FARTHEST)


def _with_masks(ground: Image.Image, label: RowLabel, colors: Sequence[Color], opacity: float) -> Image.Image:
    numbers = scaled_numbers(label, ground.size)
    table = np.array([(0, 0, 0), *colors], np.uint8)
    share = np.where(_margins(numbers, line_width(ground.size) // 2), 1, opacity)
    share[numbers == 0] = 0
    pixels = np.asarray(ground, np.float64)
    mixed = pixels + (table[numbers] - pixels) * share[..., None]
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _margins(numbers: npt.NDArray[np.unsignedinteger], width: int) -> npt.NDArray[np.bool_]:
    """The pixels that are so near to another shape, along a row or a column."""
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
