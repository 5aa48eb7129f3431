"""Text in pictures: a font with accents, names cut to a width, and a color that can be read on another."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from segments_hf.bitmaps import Color

# Roboto by Google, under the Apache License 2.0: Pillow's own font has no accents.
_FONT = Path(__file__).with_name("Roboto-Regular.ttf")
_LONGEST = 300  # characters that are measured at most: a name may be a book
_WHITE: Color = (255, 255, 255)
_BLACK: Color = (0, 0, 0)
_BRIGHT = 150  # from this luminance on, of 255, black is read better than white


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """The font of all pictures, with the letters of Latin, Greek and Cyrillic.

    Args:
        size: Its size in pixels.
    """
    # The same everywhere: the other engine is not in every build of Pillow.
    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)


def one_line(text: str) -> str:
    r"""A name in one line, without what does not print or turns the direction of writing.

    >>> one_line("sweet\npepper\u202e\ud800 é")
    'sweet pepper   é'
    """
    whole = unicodedata.normalize("NFC", text)  # the font has é, and no accent by itself
    return "".join(letter if letter.isprintable() else " " for letter in whole)


def shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """A name in one line that is no wider than `width` pixels: a longer one ends in an ellipsis."""
    text = one_line(text[:_LONGEST])
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def ink_on(color: Color) -> Color:
    """Black or white, whichever is read better on a color.

    >>> ink_on((255, 230, 0)), ink_on((20, 20, 120))
    ((0, 0, 0), (255, 255, 255))
    """
    red, green, blue = color
    return _BLACK if 0.299 * red + 0.587 * green + 0.114 * blue >= _BRIGHT else _WHITE


def cut(text: str, most: int) -> str:
    """A name in one line of so many characters at most: a longer one ends in an ellipsis.

    >>> cut("sunflower", 6)
    'sunfl…'
    """
    whole = one_line(text[:_LONGEST])
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"
