"""Draw a legend of classes and colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from segments_hf.drawing.text import font_of, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segments_hf.bitmaps import Color

SHEET_COLOR: Color = (250, 250, 249)
TEXT_COLOR: Color = (41, 37, 36)

_SWATCH_BORDER: Color = (120, 113, 108)  # without it, a color as light as the sheet would be invisible

# Lengths in pixels.
_MARGIN = 12
_LINE_HEIGHT = 22
_SWATCH_SIZE = 12
_NAME_OFFSET = 18  # from the left side of the swatch to the name


def legend(entries: Iterable[tuple[str, Color]], width: int) -> Image.Image:
    """Draw a strip with the name and color of each class, in as many lines as needed; without entries, its height is 0.

    Args:
        entries: The name and color of each class.
        width: The width of the strip in pixels.
    """
    font = font_of(12)
    items: list[tuple[float, int, str, Color]] = []
    left, top = float(_MARGIN), 0
    for full_name, color in entries:
        name = shortened(full_name, font, width - 3 * _MARGIN - _NAME_OFFSET)
        item_width = _NAME_OFFSET + font.getlength(name) + 2 * _MARGIN
        if left + item_width > width and left > _MARGIN:
            left, top = float(_MARGIN), top + _LINE_HEIGHT
        items.append((left, top, name, color))
        left += item_width
    strip = Image.new("RGB", (width, top + _LINE_HEIGHT + _MARGIN if items else 0), SHEET_COLOR)
    pen = ImageDraw.Draw(strip)
    for x, y, name, color in items:
        pen.rounded_rectangle((x, y + 2, x + _SWATCH_SIZE, y + 2 + _SWATCH_SIZE), 3, color, _SWATCH_BORDER)
        pen.text((x + _NAME_OFFSET, y), name, TEXT_COLOR, font)
    return strip
