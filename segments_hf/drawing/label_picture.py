"""Draw the label of a row: masks, boxes, polygons, lines and points in the colors of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.drawing.classes import classes_of
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.overlay import blank, draw_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.drawing.drawable import RowLabel

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
    return draw_label(row_label(row, classes), classes, None, names=False)


def draw_label(label: RowLabel | None, classes: Classes, size: tuple[int, int] | None, *, names: bool) -> Image | None:
    """Draw a label on a dark background, scaled to fit into `size`; None if the label or its size is missing."""
    background = blank(label, size, UNLABELED_COLOR)
    return (
        None if background is None or label is None else draw_over(background, label, classes, names=names, opacity=1)
    )
