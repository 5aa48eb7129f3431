"""Draw a contact sheet: many images beside their labels in one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw, ImageOps

from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.first_rows import first_rows
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.drawing.legend import SHEET_COLOR, TEXT_COLOR, legend
from segments_hf.drawing.overlay import NO_IMAGE_COLOR, blank, draw_over, with_size
from segments_hf.drawing.text import font_of, shortened
from segments_hf.errors import AssetError, BitmapError, OptionError, SegmentsHFError
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.io.number_text import counted
from segments_hf.io.redaction import own_logger
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from logging import Logger

    from typing_extensions import Unpack

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.data_types import Data, ReleaseKeywords
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.labels.row import Row

logger: Logger = own_logger(__name__)

_FAINT_TEXT_COLOR: Color = (120, 113, 108)
# All lengths are in pixels.
_CELL = (240, 180)  # the width and height of an image or a label
_GAP = 12
_CAPTION = 24
_PAIRS_PER_LINE = 3
_OPACITY = 0.5  # of masks and polygons, through which the image stays visible


class _ScaledImage(NamedTuple):
    """An image scaled to fit into a cell, and its width and height before."""

    picture: Image.Image
    size: tuple[int, int]


@short_traceback
def contact_sheet(
    data: Data | Sequence[Row] | Iterator[Row],
    limit: int = 12,
    *,
    of: ClassSource = None,
    on_error: str | None = None,
    **options: Unpack[ReleaseKeywords],
) -> Image.Image:
    """Draw the first rows: each image beside the same image with its label over it, and a legend of the classes below.

    Masks and polygons are half transparent, and each object has an outline. If a row has no image, its label is drawn
    on a dark background.

    Args:
        data: A release in any form that `load_release` accepts; a dataset or a stream of an image task, or a dict of
            its splits, which may be in a layout; or a list of rows. Only the images of the drawn rows are fetched and
            decoded.
        limit: The maximum number of rows to draw.
        of: For a list of rows, the source of the class names and colors: a dataset, a release, or categories. By
            default, the legend shows class indices.
        on_error: For a release, what to do with a sample that has an error: ``"raise"``, ``"skip"`` it, or ``"keep"``
            it and show a placeholder for the image or label that cannot be read. The default is ``"keep"``.
        **options: The options of `load_release` for a release: which samples are read, and how images are fetched.

    Returns:
        An RGB picture.

    Raises:
        OptionError: There are no rows, the rows are not those of images, or an option is invalid.
        AssetError: An image of a dataset cannot be read; the error names the sample.
        BitmapError: A label of a dataset cannot be read; the error names the sample.
        SegmentsHFError: The data have an unsupported type, or contain no categories.

    >>> from segments_hf.demo import demo_release
    >>> contact_sheet(demo_release(), limit=6).size
    (1488, 478)
    """
    rows, classes = first_rows(data, limit, of, on_error, tool="contact_sheet", **options)
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
    seen: set[int | None] = set()
    pairs = _pairs(rows, classes, on_error, seen)
    return _arrange(pairs, _legend_entries(classes, seen)) if pairs else None


def _legend_entries(classes: Classes, seen: set[int | None]) -> list[tuple[str, Color]]:
    """Return the name and color of each class; of the drawn classes if the names are not known."""
    indices = (
        sorted(index for index in seen if index is not None) if classes.names is None else range(len(classes.names))
    )
    entries: list[int | None] = [*indices, *([None] if None in seen else [])]
    return [(classes.name(index), classes.color(index)) for index in entries]


def _arrange(pairs: Sequence[Image.Image], entries: Sequence[tuple[str, Color]]) -> Image.Image:
    columns = min(_PAIRS_PER_LINE, len(pairs))
    lines = -(-len(pairs) // columns)
    width = columns * (2 * _CELL[0] + _GAP) + _GAP
    height = lines * (_CELL[1] + _CAPTION + _GAP) + _GAP
    strip = legend(entries, width)
    sheet = Image.new("RGB", (width, height + strip.height), SHEET_COLOR)
    for number, pair in enumerate(pairs):
        line, column = divmod(number, columns)
        left, top = _GAP + column * (2 * _CELL[0] + _GAP), _GAP + line * (_CELL[1] + _CAPTION + _GAP)
        sheet.paste(pair, (left, top))
    sheet.paste(strip, (0, height))
    return sheet


def _pairs(rows: Sequence[Row], classes: Classes, on_error: str, seen: set[int | None]) -> list[Image.Image]:
    pairs = []
    for number, row in enumerate(rows):
        where = f"sample {row.get('name', number)!r}"
        image = _image(row)
        label = _label_cell(row, classes, image if isinstance(image, _ScaledImage) else None, seen)
        errors = [part for part in (image, label) if isinstance(part, SegmentsHFError)]
        if errors and on_error == "raise":
            raise type(errors[0])(f"{where}: {errors[0]}") from errors[0]
        for error in errors:
            logger.warning("%s %s: %s", where, "left out" if on_error == "skip" else "shown with a placeholder", error)
        if not errors or on_error == "keep":
            image_cell = _in_cell(
                image.picture if isinstance(image, _ScaledImage) else None, "unreadable image" if image else "no image"
            )
            label_cell = label if isinstance(label, Image.Image) else _in_cell(None, "unreadable label")
            pairs.append(_pair(row, image_cell, label_cell))
    return pairs


def _image(row: Row) -> _ScaledImage | AssetError | None:
    """Return the image of a row, the error if it cannot be read, or None if there is no image."""
    try:
        image = decode_image(row.get("image"))
        return None if image is None else _ScaledImage(to_rgb(image, _CELL), image.size)
    except AssetError as error:
        return error


def _label_cell(
    row: Row, classes: Classes, image: _ScaledImage | None, seen: set[int | None]
) -> Image.Image | AssetError | BitmapError:
    """Draw the label of a row over its image, or on a dark background if there is no image.

    Args:
        row: The row.
        classes: The classes.
        image: The image.
        seen: A set to which the class indices of the label are added; None stands for objects without a class.

    Returns:
        The picture, or the error if the label cannot be read.
    """
    try:
        label = row_label(row, classes)
        if label is None or label.is_empty:
            return _in_cell(None, row.get("status") or "no label")
        background = image.picture if image else blank(label, _CELL, UNLABELED_COLOR)
        if background is None:
            return _in_cell(None, "unknown image size")
        seen.update(shape.category for shape in label.shapes)
        label = with_size(label, image.size if image else None)
        return _in_cell(draw_over(background, label, classes, names=False, opacity=_OPACITY))
    except (AssetError, BitmapError) as error:
        return error


def _pair(row: Row, image: Image.Image, label: Image.Image) -> Image.Image:
    width = 2 * _CELL[0]
    pair = Image.new("RGB", (width, _CELL[1] + _CAPTION), SHEET_COLOR)
    pair.paste(image, (0, 0))
    pair.paste(label, (_CELL[0], 0))
    if "name" in row:
        pen = ImageDraw.Draw(pair)
        font = font_of(12)
        count = len(row["annotations"] or ())
        summary = shortened(f"{row['status']} · {counted(count, 'object')}", font, _CELL[0])
        name = shortened(str(row["name"]), font, width - font.getlength(summary) - _GAP)
        pen.text((2, _CELL[1] + 5), name, TEXT_COLOR, font)
        pen.text((width - 2, _CELL[1] + 5), summary, _FAINT_TEXT_COLOR, font, anchor="ra")
    return pair


def _in_cell(picture: Image.Image | None, placeholder: str = "") -> Image.Image:
    """Fit a picture into a cell; if there is no picture, write the text `placeholder` into the cell."""
    if picture is not None:
        return ImageOps.pad(picture, _CELL, color=SHEET_COLOR)
    cell = Image.new("RGB", _CELL, NO_IMAGE_COLOR)
    font = font_of(12)
    middle = (_CELL[0] / 2, _CELL[1] / 2)
    ImageDraw.Draw(cell).text(middle, shortened(placeholder, font, _CELL[0] - 8), _FAINT_TEXT_COLOR, font, anchor="mm")
    return cell
