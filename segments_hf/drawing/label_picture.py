"""Draw the label of a row: masks, boxes, polygons, lines and points in the colors of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.drawing.classes import classes_of
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.overlay import blank_background
from segments_hf.drawing.painting import paint_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import ClassSource

UNLABELED_COLOR: Color = (24, 24, 27)


def label_picture(row: Mapping[str, Any], of: ClassSource = None) -> Image | None:
    """Draw the label of a row on a dark background.

    Args:
        row: A row of a release or in a layout. Its images may be encoded or decoded.
        of: The source of the class colors: the dataset of the row, its release, or its categories. By default, the
            colors are those of a fixed palette.

    Returns:
        An RGB picture of the size of the label; None if there is no label or its size is unknown.

    Raises:
        BitmapError: The label cannot be read.
        OptionError: The row has a class index that `of` does not have.
    """
    classes = classes_of(of)
    label = row_label(row, classes)
    background = blank_background(label, None, UNLABELED_COLOR)
    if background is None or label is None:
        return None
    colors = [classes.color(shape.class_index) for shape in label.shapes]
    return paint_label(background, label, colors, opacity=1, outlines=False)
