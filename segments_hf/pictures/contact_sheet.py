"""A contact sheet: many images beside their labels in one picture."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from segments_hf.dataset.categories import class_colors
from segments_hf.pictures.label_picture import label_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.release import Category

_PAPER: Color = (250, 250, 249)
_INK: Color = (41, 37, 36)
_FADED: Color = (120, 113, 108)
_EMPTY: Color = (231, 229, 228)
_CELL = (240, 180)
_GAP = 12
_CAPTION = 24
_PAIRS_PER_LINE = 3


def contact_sheet(rows: Iterable[Mapping[str, Any]], categories: Sequence[Category], n: int = 12) -> Image.Image:
    """Draws the first rows: each image beside its label in the colours of the classes, and the classes below.

    Args:
        rows: Rows of an image task or in a layout, with pictures decoded: a dataset, a stream or a list.
        categories: The categories, in the order of the class indices.
        n: How many rows to draw at most.

    Returns:
        An RGB picture.

    Raises:
        ValueError: There are no rows.
    """
    chosen = list(islice(rows, n))
    if not chosen:
        raise ValueError("got no rows, wanted one at least")
    colors = class_colors(categories)
    across = min(_PAIRS_PER_LINE, len(chosen))
    lines = -(-len(chosen) // across)
    width = across * (2 * _CELL[0] + _GAP) + _GAP
    height = lines * (_CELL[1] + _CAPTION + _GAP) + _GAP
    legend = _legend(categories, colors, width)
    sheet = Image.new("RGB", (width, height + legend.height), _PAPER)
    for number, row in enumerate(chosen):
        line, place = divmod(number, across)
        left, top = _GAP + place * (2 * _CELL[0] + _GAP), _GAP + line * (_CELL[1] + _CAPTION + _GAP)
        sheet.paste(_pair(row, colors), (left, top))
    sheet.paste(legend, (0, height))
    return sheet


def _pair(row: Mapping[str, Any], colors: Sequence[Color]) -> Image.Image:
    pair = Image.new("RGB", (2 * _CELL[0], _CELL[1] + _CAPTION), _PAPER)
    pair.paste(_fitted(row["image"], "no image", Image.Resampling.LANCZOS), (0, 0))
    is_labeled = "annotations" not in row or row["annotations"] or row.get("segmentation_bitmap") is not None
    drawn = label_picture(row, colors) if is_labeled else None
    pair.paste(_fitted(drawn, row.get("status") or "no label", Image.Resampling.NEAREST), (_CELL[0], 0))
    pen = ImageDraw.Draw(pair)
    font = _font(12)
    if "name" in row:
        name = _shortened(str(row["name"]), font, _CELL[0] - 8)
        label = f"{row['status']} · {len(row['annotations'] or ())} objects"
        pen.text((2, _CELL[1] + 5), name, _INK, font)
        pen.text((_CELL[0] + 2, _CELL[1] + 5), label, _FADED, font)
    return pair


def _fitted(picture: Image.Image | None, otherwise: str, resampling: Image.Resampling) -> Image.Image:
    if picture is not None:
        # Reduced first: the whole of a large photograph need not be converted.
        small = ImageOps.contain(picture, _CELL, resampling).convert("RGB")
        return ImageOps.pad(small, _CELL, color=_PAPER)
    cell = Image.new("RGB", _CELL, _EMPTY)
    ImageDraw.Draw(cell).text((_CELL[0] / 2, _CELL[1] / 2), otherwise, _FADED, _font(12), anchor="mm")
    return cell


def _legend(categories: Sequence[Category], colors: Sequence[Color], width: int) -> Image.Image:
    font = _font(12)
    places: list[tuple[float, int, str, Color]] = []
    left, top = float(_GAP), 0
    for category, color in zip(categories, colors, strict=True):
        name = _shortened(category.name, font, width - 3 * _GAP - 18)
        size = 18 + font.getlength(name) + 2 * _GAP
        if left + size > width and left > _GAP:
            left, top = float(_GAP), top + 22
        places.append((left, top, name, color))
        left += size
    legend = Image.new("RGB", (width, top + 22 + _GAP if places else 0), _PAPER)
    pen = ImageDraw.Draw(legend)
    for x, y, name, color in places:
        pen.rounded_rectangle((x, y + 2, x + 12, y + 14), 3, color)
        pen.text((x + 18, y), name, _INK, font)
    return legend


def _shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    text = text.replace("\n", " ")
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
