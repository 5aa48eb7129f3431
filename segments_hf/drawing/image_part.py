"""Draw a row of an image for a contact sheet: the image beside the same image with its label."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.drawing.overlay import blank_background, draw_over, with_size
from segments_hf.drawing.sheet_part import PART_WIDTH, SheetPart, in_cell
from segments_hf.errors import AssetError, BitmapError, SegmentsHFError
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from segments_hf.drawing.classes import Classes
    from segments_hf.labels.row import Row

_CELL = (PART_WIDTH // 2, 180)  # the width and height of an image or a label, in pixels
_OPACITY = 0.5  # of masks and polygons, through which the image stays visible


class _ScaledImage(NamedTuple):
    """An image that is scaled to fit into a cell, and its original width and height."""

    picture: Image.Image
    original_size: tuple[int, int]


def image_part(row: Row, classes: Classes, drawn_classes: set[int | None]) -> SheetPart:
    """Draw the image of a row beside the same image with its label over it.

    Args:
        row: The row.
        classes: The classes.
        drawn_classes: A set to which the class indices of the label are added; None stands for objects without a class.

    Raises:
        OptionError: The label has a class index that `classes` does not have.
    """
    image = _image(row)
    label = _label_cell(row, classes, image if isinstance(image, _ScaledImage) else None, drawn_classes)
    image_cell = in_cell(
        image.picture if isinstance(image, _ScaledImage) else None, _CELL, "unreadable image" if image else "no image"
    )
    picture = Image.new("RGB", (PART_WIDTH, _CELL[1]))
    picture.paste(image_cell, (0, 0))
    picture.paste(label if isinstance(label, Image.Image) else in_cell(None, _CELL, "unreadable label"), (_CELL[0], 0))
    return SheetPart(picture, [error for error in (image, label) if isinstance(error, SegmentsHFError)])


def _image(row: Row) -> _ScaledImage | AssetError | None:
    """Return the image of a row, the error if it cannot be read, or None if there is no image."""
    try:
        image = decode_image(row.get("image"))
        return None if image is None else _ScaledImage(to_rgb(image, _CELL), image.size)
    except AssetError as error:
        return error


def _label_cell(
    row: Row, classes: Classes, image: _ScaledImage | None, drawn_classes: set[int | None]
) -> Image.Image | AssetError | BitmapError:
    """Draw the label of a row over its image, or on a dark background if there is no image.

    Args:
        row: The row.
        classes: The classes.
        image: The scaled image; None if the row has no image, or its image cannot be read.
        drawn_classes: A set to which the class indices of the label are added; None stands for objects without a class.

    Returns:
        The picture, or the error if the label cannot be read. If there are neither objects nor a bitmap, the
        picture shows the status of the label or, without a status, ``no label``. If the size of the image is unknown,
        the picture says so.
    """
    try:
        label = row_label(row, classes)
        if label is None or label.is_empty:
            return in_cell(None, _CELL, row.get("status") or "no label")
        background = image.picture if image else blank_background(label, _CELL, UNLABELED_COLOR)
        if background is None:
            return in_cell(None, _CELL, "unknown image size")
        drawn_classes.update(shape.class_index for shape in label.shapes)
        label = with_size(label, image.original_size if image else None)
        return in_cell(draw_over(background, label, classes, names=False, opacity=_OPACITY), _CELL)
    except (AssetError, BitmapError) as error:
        return error
