"""Draw a contact sheet: many images beside their labels in one picture."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageOps

from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.first_rows import first_rows
from segments_hf.drawing.label_picture import draw_label
from segments_hf.drawing.legend import SHEET_COLOR, TEXT_COLOR, legend
from segments_hf.drawing.overlay import NO_IMAGE_COLOR
from segments_hf.drawing.text import font_of, shortened
from segments_hf.errors import AssetError, BitmapError, OptionError, SegmentsHFError
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from logging import Logger

    from typing_extensions import Unpack

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.data_types import Data, ReleaseKeywords
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.labels.row import Row

logger: Logger = logging.getLogger(__name__)

_FAINT_TEXT_COLOR: Color = (120, 113, 108)
# All lengths are in pixels.
_CELL = (240, 180)  # the width and height of an image or a label
_GAP = 12
_CAPTION = 24
_PAIRS_PER_LINE = 3


def contact_sheet(
    data: Data | Sequence[Row] | Iterator[Row],
    limit: int = 12,
    *,
    of: ClassSource = None,
    on_error: str | None = None,
    **options: Unpack[ReleaseKeywords],
) -> Image.Image:
    """Draw the first rows: each image beside its label in the colors of the classes, and a legend below.

    Args:
        data: A release in any form that `load_release` accepts; a dataset or a stream of an image task, or a dict of
            its splits, which may be in a layout; or a list of rows. Only the images of the drawn rows are fetched and
            decoded.
        limit: The maximum number of rows to draw.
        of: For a list of rows, the source of the class names and colors: a dataset, a release, or categories. By
            default, the picture shows class indices.
        on_error: For a release, what to do with a sample that has an error: ``"raise"``, ``"skip"`` it, or ``"keep"``
            it and show a placeholder for the image or label that cannot be read. The default is ``"keep"``.
        **options: The options of `load_release` for a release: which samples are read, and how images are fetched.

    Returns:
        An RGB picture.

    Raises:
        OptionError: There are no rows, or an option is invalid.
        AssetError: An image of a dataset cannot be read; the error names the sample.
        BitmapError: A label of a dataset cannot be read; the error names the sample.
        SegmentsHFError: The data have an unsupported type, or contain no categories.

    >>> from segments_hf.demo import demo_release
    >>> contact_sheet(demo_release(), limit=6).size
    (1488, 478)
    """
    rows, classes = first_rows(data, limit, of, on_error, **options)
    policy = on_error or ("raise" if releases_by_split(data) is None else "keep")
    sheet = draw_sheet(rows, classes, policy)
    if sheet is None:
        raise OptionError("got only rows whose image or label cannot be read, expected at least one row to draw")
    return sheet


def draw_sheet(rows: Sequence[Row], classes: Classes, on_error: str) -> Image.Image | None:
    """Draw rows as a contact sheet.

    Args:
        rows: The rows.
        classes: The classes of the rows.
        on_error: What to do if an image or label cannot be read: ``raise`` the error, ``skip`` the row, or ``keep``
            the row and draw a placeholder.

    Returns:
        An RGB picture; None if all rows are skipped.

    Raises:
        AssetError: An image cannot be read, and `on_error` is ``raise``; the error names the sample.
        BitmapError: A label cannot be read, and `on_error` is ``raise``; the error names the sample.
    """
    pairs = _pairs(rows, classes, on_error)
    return _arrange(pairs, classes) if pairs else None


def _arrange(pairs: Sequence[Image.Image], classes: Classes) -> Image.Image:
    columns = min(_PAIRS_PER_LINE, len(pairs))
    lines = -(-len(pairs) // columns)
    width = columns * (2 * _CELL[0] + _GAP) + _GAP
    height = lines * (_CELL[1] + _CAPTION + _GAP) + _GAP
    strip = legend(zip(classes.names or (), classes.colors, strict=True), width)
    sheet = Image.new("RGB", (width, height + strip.height), SHEET_COLOR)
    for number, pair in enumerate(pairs):
        line, column = divmod(number, columns)
        left, top = _GAP + column * (2 * _CELL[0] + _GAP), _GAP + line * (_CELL[1] + _CAPTION + _GAP)
        sheet.paste(pair, (left, top))
    sheet.paste(strip, (0, height))
    return sheet


def _pairs(rows: Sequence[Row], classes: Classes, on_error: str) -> list[Image.Image]:
    pairs = []
    for number, row in enumerate(rows):
        where = f"sample {row.get('name', number)!r}"
        image, label = _image_cell(row), _label_cell(row, classes)
        errors = [cell for cell in (image, label) if isinstance(cell, SegmentsHFError)]
        if errors and on_error == "raise":
            raise type(errors[0])(f"{where}: {errors[0]}") from errors[0]
        for error in errors:
            logger.warning("%s %s: %s", where, "left out" if on_error == "skip" else "shown with a placeholder", error)
        if not errors or on_error == "keep":
            pairs.append(
                _pair(
                    row,
                    _cell_or_placeholder(image, "unreadable image"),
                    _cell_or_placeholder(label, "unreadable label"),
                )
            )
    return pairs


def _cell_or_placeholder(cell: Image.Image | SegmentsHFError, placeholder: str) -> Image.Image:
    return cell if isinstance(cell, Image.Image) else _in_cell(None, placeholder)


def _image_cell(row: Row) -> Image.Image | AssetError:
    try:
        image = decode_image(row.get("image"))
        return _in_cell(None if image is None else to_rgb(image, _CELL), "no image")
    except AssetError as error:
        return error


def _label_cell(row: Row, classes: Classes) -> Image.Image | AssetError | BitmapError:
    try:
        label = row_label(row, classes)
        drawn = None if label is None or label.is_empty else draw_label(label, classes, _CELL, names=True)
        return _in_cell(drawn, row.get("status") or "no label")
    except (AssetError, BitmapError) as error:
        return error


def _pair(row: Row, image: Image.Image, label: Image.Image) -> Image.Image:
    pair = Image.new("RGB", (2 * _CELL[0], _CELL[1] + _CAPTION), SHEET_COLOR)
    pair.paste(image, (0, 0))
    pair.paste(label, (_CELL[0], 0))
    if "name" in row:
        pen = ImageDraw.Draw(pair)
        font = font_of(12)
        count = len(row["annotations"] or ())
        summary = f"{row['status']} · {count} object{'' if count == 1 else 's'}"
        pen.text((2, _CELL[1] + 5), shortened(str(row["name"]), font, _CELL[0] - 8), TEXT_COLOR, font)
        pen.text((_CELL[0] + 2, _CELL[1] + 5), shortened(summary, font, _CELL[0] - 8), _FAINT_TEXT_COLOR, font)
    return pair


def _in_cell(picture: Image.Image | None, placeholder: str) -> Image.Image:
    """Fit a picture into a cell; if there is no picture, write the text `placeholder` into the cell."""
    if picture is not None:
        return ImageOps.pad(picture, _CELL, color=SHEET_COLOR)
    cell = Image.new("RGB", _CELL, NO_IMAGE_COLOR)
    font = font_of(12)
    middle = (_CELL[0] / 2, _CELL[1] / 2)
    ImageDraw.Draw(cell).text(middle, shortened(placeholder, font, _CELL[0] - 8), _FAINT_TEXT_COLOR, font, anchor="mm")
    return cell
