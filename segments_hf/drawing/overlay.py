"""An image with its label laid over it."""

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
    from segments_hf.drawing.classes import Classes
    from segments_hf.drawing.drawable import RowLabel

GROUND: Color = (231, 229, 228)  # where there is no image


def overlay(
    row: Mapping[str, Any],
    of: Any = None,
    *,
    size: tuple[int, int] | None = None,
    names: bool = True,
    opacity: float = 0.5,
) -> Image.Image | None:
    """The image of a row with its label laid over it: masks with outlines, boxes, polygons, lines, points and names.

    Args:
        row: A row of a release or in a layout; its pictures may be decoded or not.
        of: The source of the classes: the dataset of the row, its release, or its categories. Without it, class
            indices are the names.
        size: The width and height in pixels that the picture shall fit into, larger or smaller; by default it has the
            size of the image.
        names: Whether objects have tags with the names of their classes.
        opacity: How opaque masks and polygons are, from 0 to 1.

    Returns:
        An RGB picture. Without an image the ground is gray; None where the size is not known either.

    Raises:
        AssetError: The image cannot be read.
        BitmapError: The label cannot be read.
        OptionError: The row has a class that is not among the categories.
    """
    classes = classes_of(of)
    label = row_label(row, classes)
    image = decode_image(row.get("image"))
    ground = blank(label, size) if image is None else to_rgb(image, size)
    return (
        ground if ground is None or label is None else laid_over(ground, label, classes, names=names, opacity=opacity)
    )


def blank(label: RowLabel | None, size: tuple[int, int] | None, color: Color = GROUND) -> Image.Image | None:
    """A ground of the size of a label, fitted into `size`; None where it is not known."""
    if label is None or label.size is None:
        return None
    plain = Image.new("RGB", (1, 1), color)
    if size is None:
        return plain.resize(label.size)
    # As `ImageOps.contain` fits the image.
    scale = min(size[0] / label.size[0], size[1] / label.size[1])
    return plain.resize((max(1, round(label.size[0] * scale)), max(1, round(label.size[1] * scale))))


def laid_over(ground: Image.Image, label: RowLabel, classes: Classes, *, names: bool, opacity: float) -> Image.Image:
    """A picture with a label over it, in the colors of the classes."""
    colors = [classes.color(shape.category) for shape in label.shapes]
    label = label if label.size else label._replace(size=ground.size)
    painted = paint_label(ground, label, colors, opacity=opacity)
    if names:
        draw_tags(painted, label, [classes.name(shape.category) for shape in label.shapes], colors)
    return painted
