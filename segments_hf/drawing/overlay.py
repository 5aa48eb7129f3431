"""Draw a label over its image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image

from segments_hf.drawing.classes import classes_of
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.painting import paint_label
from segments_hf.drawing.tags import draw_tags
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.drawing.drawable import RowLabel

NO_IMAGE_COLOR: Color = (231, 229, 228)  # the background if there is no image


def overlay(
    row: Mapping[str, Any],
    of: ClassSource = None,
    *,
    size: tuple[int, int] | None = None,
    names: bool = True,
    opacity: float = 0.5,
) -> Image.Image | None:
    """Draw the label of a row over its image: masks with outlines, boxes, polygons, lines, points and class names.

    Args:
        row: A row of a release or in a layout. Its images may be encoded or decoded.
        of: The source of the class names and colors: the dataset of the row, its release, or its categories. By
            default, the picture shows class indices. For a grayscale semantic mask that was made with `ignore_index`,
            pass the dataset: its features say which class each value of the mask stands for.
        size: A width and height in pixels. The picture is enlarged or reduced to fit into them, and keeps its aspect
            ratio. By default, the picture has the size of the image or, without an image, of the label.
        names: Whether to write the class name of each object beside the object.
        opacity: The opacity of masks and polygons, from 0 to 1.

    Returns:
        An RGB picture: only the image if the row has no label, and the label on a gray background if it has no image.
        None if the row has no image, and no label or a label of unknown size.

    Raises:
        AssetError: The image cannot be read.
        BitmapError: The label cannot be read.
        OptionError: The row has a class index that `of` does not have.
    """
    classes = classes_of(of)
    label = row_label(row, classes)
    image = decode_image(row.get("image"))
    background = blank_background(label, size) if image is None else to_rgb(image, size)
    if background is None or label is None:
        return background
    return draw_over(background, with_size(label, image.size if image else None), classes, names=names, opacity=opacity)


def with_size(label: RowLabel, image_size: tuple[int, int] | None) -> RowLabel:
    """Return a copy of a label with the size of the image, if the size of the label is unknown; else the label."""
    return label if label.size else label._replace(size=image_size)


def blank_background(
    label: RowLabel | None, size: tuple[int, int] | None, color: Color = NO_IMAGE_COLOR
) -> Image.Image | None:
    """Return a plain background of the size of a label, scaled to fit into `size`.

    The result is None if there is no label or its size is unknown.
    """
    if label is None or label.size is None:
        return None
    plain = Image.new("RGB", (1, 1), color)
    if size is None:
        return plain.resize(label.size)
    # `ImageOps.contain`, with which `to_rgb` scales images, computes the size in the same way.
    scale = min(size[0] / label.size[0], size[1] / label.size[1])
    return plain.resize((max(1, round(label.size[0] * scale)), max(1, round(label.size[1] * scale))))


def draw_over(
    background: Image.Image, label: RowLabel, classes: Classes, *, names: bool, opacity: float
) -> Image.Image:
    """Draw a label with outlines over a background, in the colors of the classes.

    Args:
        background: An RGB picture of any size, to which the label is scaled.
        label: The label, with a known size.
        classes: The classes.
        names: Whether to write the class name of each object beside the object.
        opacity: The opacity of masks and polygons, from 0 to 1.
    """
    colors = [classes.color(shape.class_index) for shape in label.shapes]
    painted = paint_label(background, label, colors, opacity=opacity)
    if names:
        draw_tags(painted, label, [classes.name(shape.class_index) for shape in label.shapes], colors)
    return painted
