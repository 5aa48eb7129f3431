"""Text in pictures: the font, names shortened to a width, and a readable text color."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from segments_hf.bitmaps import Color
    from segments_hf.labels.row import Row

# Roboto by Google, under the Apache License 2.0. The default font of Pillow has no letters with accents.
_FONT = Path(__file__).with_name("Roboto-Regular.ttf")
_MAX_CHARACTERS = 300  # longer texts are cut before they are measured, because a name may have any length
_WHITE: Color = (255, 255, 255)
_BLACK: Color = (0, 0, 0)
_BRIGHT_LUMINANCE = 150  # text is black on colors of at least this luminance, from 0 to 255


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of all pictures, Roboto, which has Latin, Greek and Cyrillic letters.

    Args:
        size: The size in pixels.
    """
    # Some builds of Pillow lack the layout engine Raqm, and all builds must draw the same pictures.
    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)


def one_line(text: str) -> str:
    r"""Replace line ends, unprintable characters and marks that reverse the direction of text with spaces.

    >>> one_line("sweet\npepper\u202e\ud800 é")
    'sweet pepper   é'
    """
    composed = unicodedata.normalize("NFC", text)  # the font has the letter é, but no combining accents
    return "".join(letter if letter.isprintable() else " " for letter in composed)


def row_title(row: Row) -> str:
    """Return the name of the sample of a row, and its frame in a sequence.

    >>> row_title({"name": "street", "frame_index": 3, "frame_name": None})
    'street · frame 3'
    """
    index = row.get("frame_index")
    if index is None:
        return str(row["name"])
    return f"{row['name']} · {row.get('frame_name') or f'frame {index}'}"


def shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Return a text in one line of at most `width` pixels; a longer text is cut and ends in an ellipsis."""
    text = one_line(text[:_MAX_CHARACTERS])
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def text_color_on(color: Color) -> Color:
    """Return black or white, whichever is more readable on a color.

    >>> text_color_on((255, 230, 0)), text_color_on((20, 20, 120))
    ((0, 0, 0), (255, 255, 255))
    """
    red, green, blue = color
    return _BLACK if 0.299 * red + 0.587 * green + 0.114 * blue >= _BRIGHT_LUMINANCE else _WHITE


def cut(text: str, max_characters: int) -> str:
    """Return a text in one line of at most `max_characters`; a longer text is cut and ends in an ellipsis.

    >>> cut("sunflower", 6)
    'sunfl…'
    """
    line = one_line(text[:_MAX_CHARACTERS])
    return line if len(line) <= max_characters else f"{line[: max_characters - 1]}…"
