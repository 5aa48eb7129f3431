"""A contact sheet: many images beside their labels in one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageOps

from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.first_rows import first_rows
from segments_hf.drawing.label_picture import drawn_label
from segments_hf.drawing.legend import INK, PAPER, legend
from segments_hf.drawing.overlay import GROUND
from segments_hf.drawing.text import font_of, shortened
from segments_hf.errors import AssetError, BitmapError
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes

_FADED: Color = (120, 113, 108)
_CELL = (240, 180)
_GAP = 12
_CAPTION = 24
_PAIRS_PER_LINE = 3


def contact_sheet(data: Any, n: int = 12, *, of: Any = None, **options: Any) -> Image.Image:
    """Draws the first rows: each image beside its label in the colours of the classes, and the classes below.

    Args:
        data: A release as `load_release` takes it; a dataset or a stream of rows of an image task, also in a layout, or
            a dict of its splits; or a list of rows. Only the rows that are shown are fetched and decoded.
        n: How many rows to draw at most.
        of: What tells the classes of a list of rows: the dataset that they are from, its release, or its categories.
            Without it, class indices are the names.
        **options: The options of `load_release` for a release. A picture that cannot be had is shown as missing.

    Returns:
        An RGB picture.

    Raises:
        OptionError: There are no rows, or an option does not fit.
        AssetError: An image of a dataset cannot be read; the error names the sample.
        BitmapError: A label cannot be read; so does this one.
        SegmentsHFError: It is something else, or does not carry categories.

    >>> from segments_hf.demo import demo_release
    >>> contact_sheet(demo_release(), n=6).size
    (1488, 478)
    """
    rows, classes = first_rows(data, n, of, **options)
    across = min(_PAIRS_PER_LINE, len(rows))
    lines = -(-len(rows) // across)
    width = across * (2 * _CELL[0] + _GAP) + _GAP
    height = lines * (_CELL[1] + _CAPTION + _GAP) + _GAP
    strip = legend(zip(classes.names or (), classes.colors, strict=True), width)
    sheet = Image.new("RGB", (width, height + strip.height), PAPER)
    for number, row in enumerate(rows):
        line, place = divmod(number, across)
        left, top = _GAP + place * (2 * _CELL[0] + _GAP), _GAP + line * (_CELL[1] + _CAPTION + _GAP)
        try:
            sheet.paste(_pair(row, classes), (left, top))
        except (AssetError, BitmapError) as error:
            raise type(error)(f"sample {row.get('name', number)!r}: {error}") from error
    sheet.paste(strip, (0, height))
    return sheet


def _pair(row: Mapping[str, Any], classes: Classes) -> Image.Image:
    pair = Image.new("RGB", (2 * _CELL[0], _CELL[1] + _CAPTION), PAPER)
    image = decode_image(row.get("image"))
    pair.paste(_in_cell(None if image is None else to_rgb(image, _CELL), "no image"), (0, 0))
    label = row_label(row, classes)
    drawn = None if label is None or label.is_empty else drawn_label(label, classes, _CELL, names=True)
    pair.paste(_in_cell(drawn, row.get("status") or "no label"), (_CELL[0], 0))
    if "name" in row:
        pen = ImageDraw.Draw(pair)
        font = font_of(12)
        count = len(row["annotations"] or ())
        says = f"{row['status']} · {count} object{'' if count == 1 else 's'}"
        pen.text((2, _CELL[1] + 5), shortened(str(row["name"]), font, _CELL[0] - 8), INK, font)
        pen.text((_CELL[0] + 2, _CELL[1] + 5), shortened(says, font, _CELL[0] - 8), _FADED, font)
    return pair


def _in_cell(picture: Image.Image | None, otherwise: str) -> Image.Image:
    if picture is not None:
        return ImageOps.pad(picture, _CELL, color=PAPER)
    cell = Image.new("RGB", _CELL, GROUND)
    font = font_of(12)
    middle = (_CELL[0] / 2, _CELL[1] / 2)
    ImageDraw.Draw(cell).text(middle, shortened(otherwise, font, _CELL[0] - 8), _FADED, font, anchor="mm")
    return cell
