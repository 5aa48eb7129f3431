"""The parts of a contact sheet: each part shows one row in cells above a caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw, ImageOps

from segments_hf.drawing.legend import SHEET_COLOR, TEXT_COLOR
from segments_hf.drawing.overlay import NO_IMAGE_COLOR
from segments_hf.drawing.text import font_of, row_title, shortened
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.errors import SegmentsHFError
    from segments_hf.labels.row import Row

# All lengths are in pixels.
PART_WIDTH = 480
GAP = 12
_CAPTION_HEIGHT = 24
_FAINT_TEXT_COLOR: Color = (120, 113, 108)


class SheetPart(NamedTuple):
    """The picture of a row, and its errors.

    Attributes:
        picture: An RGB picture of the width `PART_WIDTH`, without a caption. A placeholder is drawn for each file that
            cannot be read, and for an invalid label, pose or calibration.
        errors: The errors of these files, and of the label, pose and calibrations.
    """

    picture: Image.Image
    errors: Sequence[SegmentsHFError]


def in_cell(picture: Image.Image | None, size: tuple[int, int], placeholder: str = "") -> Image.Image:
    """Fit a picture into a cell; if there is no picture, write the text `placeholder` into the cell."""
    if picture is not None:
        return ImageOps.pad(picture, size, color=SHEET_COLOR)
    cell = Image.new("RGB", size, NO_IMAGE_COLOR)
    font = font_of(12)
    middle = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(cell).text(middle, shortened(placeholder, font, size[0] - 8), _FAINT_TEXT_COLOR, font, anchor="mm")
    return cell


def with_caption(picture: Image.Image, row: Row) -> Image.Image:
    """Write the name of the sample, the status of its label and the number of its objects below the picture of a row.

    Missing values are left out. A row in a layout without a column `name` has an empty caption.
    """
    part = Image.new("RGB", (PART_WIDTH, picture.height + _CAPTION_HEIGHT), SHEET_COLOR)
    part.paste(picture, (0, 0))
    if "name" in row:
        pen = ImageDraw.Draw(part)
        font = font_of(12)
        count = counted(len(row["annotations"] or ()), "object") if "annotations" in row else None
        summary = shortened(" · ".join(filter(None, [row.get("status"), count])), font, PART_WIDTH / 2)
        name = shortened(row_title(row), font, PART_WIDTH - font.getlength(summary) - GAP)
        pen.text((2, picture.height + 5), name, TEXT_COLOR, font)
        pen.text((PART_WIDTH - 2, picture.height + 5), summary, _FAINT_TEXT_COLOR, font, anchor="ra")
    return part
