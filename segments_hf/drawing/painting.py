"""Paint the masks, boxes, polygons, lines and points of a label on a background, in given colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import instance_mask, resize_nearest
from segments_hf.drawing.drawable import MASK
from segments_hf.drawing.text import text_color_on
from segments_hf.labels.geometry import bounding_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.drawable import RowLabel, Shape

Point: TypeAlias = tuple[float, float]
# An array of shape (height, width): 1 for the first shape of a label, 2 for the second, 0 for no shape.
ShapeMap: TypeAlias = "npt.NDArray[np.unsignedinteger[Any]]"

# Coordinates are limited to this distance from 0, in pixels, because Pillow visits all pixels of a line, even those
# outside of the picture.
_MAX_COORDINATE = 1e5


def paint_label(
    background: Image.Image, label: RowLabel, colors: Sequence[Color], *, opacity: float, outlines: bool = True
) -> Image.Image:
    """Paint a label on a copy of a background.

    `opacity` applies to masks and polygons. With outlines, masks and polygons have an opaque border in the color of
    their object, and each object is surrounded by a thin black or white line. Then each object is visible on any image,
    and objects of the same class that touch can be told apart. Later polygons, boxes, lines and points cover earlier
    ones.

    Args:
        background: An RGB picture of any size, to which the label is scaled.
        label: The label, with a known size.
        colors: The color of each shape of the label.
        opacity: The opacity of masks and polygons, from 0 to 1.
        outlines: Whether to paint the borders of masks and polygons, and the black or white lines. Boxes, polylines
            and points are drawn in both cases.

    Returns:
        A new picture of the size of the background.
    """
    painted = background.copy() if label.ids is None else _paint_masks(background, label, colors, opacity, outlines)
    for shape, color in zip(label.shapes, colors, strict=True):
        if shape.kind != MASK:
            points = scaled_points(shape, label, painted.size)
            if shape.kind == "polygon":
                _fill(painted, points, color, opacity)
            if outlines:
                _draw_lines(painted, shape.kind, points, text_color_on(color), border=thin_width(painted.size))
            if outlines or shape.kind != "polygon":
                _draw_lines(painted, shape.kind, points, color)
    return painted


def line_width(size: tuple[int, int]) -> int:
    """Return the width of lines in pixels for a picture of this size."""
    return max(2, max(size) // 200)


def thin_width(size: tuple[int, int]) -> int:
    """Return the width in pixels of the black or white line around an object, for a picture of this size."""
    return max(1, line_width(size) // 4)


def scaled_shape_map(label: RowLabel, size: tuple[int, int]) -> ShapeMap:
    """Scale the bitmap of a label to the size of a picture, without interpolation, and number its shapes.

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
    return min(max(coordinate, -_MAX_COORDINATE), _MAX_COORDINATE)


def _paint_masks(
    background: Image.Image, label: RowLabel, colors: Sequence[Color], opacity: float, outlines: bool
) -> Image.Image:
    shape_map = scaled_shape_map(label, background.size)
    pixels = np.array([(0, 0, 0), *colors], np.uint8)[shape_map]
    transparency = np.where(shape_map == 0, 255, 255 - round(255 * opacity)).astype(np.uint8)
    if outlines:
        lines = _lines_around(shape_map, thin_width(background.size))
        is_line = lines > 0
        contrasts = np.array([(0, 0, 0), *map(text_color_on, colors)], np.uint8)
        pixels[is_line] = contrasts[lines[is_line]]
        transparency[is_line | _borders(shape_map, line_width(background.size) // 2)] = 0
    painted = Image.fromarray(pixels)
    painted.paste(background, mask=Image.fromarray(transparency))
    return painted


def _borders(shape_map: ShapeMap, width: int) -> npt.NDArray[np.bool_]:
    """Return the borders of shapes: True for a pixel of a shape that is near to a pixel outside of this shape.

    Near means at most `width` pixels away in the same row or column.
    """
    is_border = np.zeros(shape_map.shape, bool)
    for step in range(1, width + 1):
        differs_in_row = shape_map[:, step:] != shape_map[:, :-step]
        differs_in_column = shape_map[step:] != shape_map[:-step]
        is_border[:, step:] |= differs_in_row
        is_border[:, :-step] |= differs_in_row
        is_border[step:] |= differs_in_column
        is_border[:-step] |= differs_in_column
    return is_border & (shape_map > 0)


def _lines_around(shape_map: ShapeMap, width: int) -> ShapeMap:
    """Return for each pixel the number of the shape whose black or white line covers it, or 0.

    The line of a shape covers the unlabeled pixels around the shape. Where two shapes touch, only the left or upper one
    has a line, which covers pixels of that shape.
    """
    lines = np.zeros_like(shape_map)
    for step in range(1, width + 1):
        # Each pair of pixels is `step` pixels apart in a row or column: `before` is to the left of `after` or above it.
        for before, after in ((shape_map[:, :-step], shape_map[:, step:]), (shape_map[:-step], shape_map[step:])):
            rows, columns = before.shape
            lines_before = lines[:rows, :columns]
            lines_after = lines[lines.shape[0] - rows :, lines.shape[1] - columns :]
            np.copyto(lines_before, after, where=(before == 0) & (after > 0))
            np.copyto(lines_after, before, where=(after == 0) & (before > 0))
            np.copyto(lines_before, before, where=(before != after) & (before > 0) & (after > 0))
    return lines


def _fill(canvas: Image.Image, points: list[Point], color: Color, opacity: float) -> None:
    if len(points) > 1:
        inside = Image.new("L", canvas.size)
        ImageDraw.Draw(inside).polygon(points, fill=round(255 * opacity))
        canvas.paste(color, mask=inside)


def _draw_lines(canvas: Image.Image, kind: str, points: list[Point], color: Color, *, border: int = 0) -> None:
    """Draw the lines or points of a vector, and add `border` pixels to their width on each side."""
    pen = ImageDraw.Draw(canvas)
    width = line_width(canvas.size)
    match kind:
        case "polygon" if len(points) > 1:
            pen.line([*points, *points[:2]], fill=color, width=width + 2 * border, joint="curve")
        case "bbox":
            left, top, right, bottom = bounding_box(points)
            # Pillow draws the lines of a rectangle inside its corners.
            corners = (left - border, top - border, right + border, bottom + border)
            pen.rectangle(corners, outline=color, width=width + 2 * border)
        case "polyline":
            pen.line(points, fill=color, width=width + 2 * border, joint="curve")
        case _:
            radius = 2 * width + border
            for x, y in points:
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
