"""Draw a contact sheet: many images beside their labels, or many point clouds, in one picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PIL import Image

from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.drawing.clouds.cloud_part import cloud_part, most_cameras
from segments_hf.drawing.first_rows import first_rows
from segments_hf.drawing.image_part import image_part
from segments_hf.drawing.legend import SHEET_COLOR, legend
from segments_hf.drawing.sheet_part import GAP, with_caption
from segments_hf.errors import OptionError
from segments_hf.io.redaction import own_logger
from segments_hf.labels import is_point_cloud
from segments_hf.labels.row import sample_name
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from logging import Logger

    from typing_extensions import Unpack

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.data_types import Data, ReleaseKeywords
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.drawing.sheet_part import SheetPart
    from segments_hf.labels.row import Row

logger: Logger = own_logger(__name__)

_PARTS_PER_LINE = 3


@short_traceback
def contact_sheet(
    data: Data | Sequence[Row] | Iterator[Row],
    limit: int = 12,
    *,
    of: ClassSource = None,
    on_error: str | None = None,
    **options: Unpack[ReleaseKeywords],
) -> Image.Image:
    """Draw the first rows and a legend of the classes: each image beside the same image with its label over it.

    Masks and polygons are half transparent, and each object has an outline. If a row has no image, its label is drawn
    on a dark background.

    A point cloud is drawn from above, as `plot` draws it. The images of up to nine cameras are below it, with the boxes
    over them, if ``cameras=True`` was passed for the release, or to `load_release` for the dataset. A text in the
    picture says if the point cloud is missing, and how many objects are not visible because they are far from the
    points.

    Args:
        data: A release in any form that `load_release` accepts; a dataset or a stream of point clouds, or of images,
            which may be in a layout; a dict of the splits of such data; or a list or an iterator of rows. Only the
            images and point clouds of the drawn rows are fetched and decoded.
        limit: The maximum number of rows to draw.
        of: For a list of rows, the source of the class names and colors: a dataset, a release, or categories. By
            default, the legend shows class indices.
        on_error: For a release, what to do with a sample that has an error: ``"raise"``, ``"skip"`` it, or ``"keep"``
            it and show a placeholder for each file or label that cannot be read. The default is ``"keep"``.
        **options: The options of `load_release` for a release: which samples are read, and how images are fetched.

    Returns:
        An RGB picture.

    Raises:
        OptionError: There are no rows to draw; a row is neither that of an image nor that of a point cloud, contains
            arrays, or has a class index that `of` does not have; or an option is invalid.
        AssetError: An image or point cloud cannot be read; the error names the sample.
        BitmapError: A label of an image cannot be read; the error names the sample.
        PointCloudError: A label, pose or camera of a point cloud is invalid; the error names the sample.
        MissingExtraError: laspy or lazrs is not installed, for a LAS or LAZ file.
        SegmentsHFError: The data have an unsupported type, or contain no categories.

    >>> from segments_hf.demo import demo_release
    >>> contact_sheet(demo_release(), limit=6).size
    (1488, 478)
    """
    rows, classes = first_rows(data, limit, of, on_error, tool="contact_sheet", **options)
    policy = on_error or ("raise" if releases_by_split(data) is None else "keep")
    sheet = draw_sheet(rows, classes, policy)
    if sheet is None:
        raise OptionError(
            "got only rows whose image, point cloud or label cannot be read, expected at least one row to draw"
        )
    return sheet


def draw_sheet(rows: Sequence[Row], classes: Classes, on_error: str) -> Image.Image | None:
    """Draw rows as a contact sheet.

    Args:
        rows: The rows: all of images, or all of point clouds.
        classes: The classes of the rows.
        on_error: What to do if an image, a point cloud or a label cannot be read: ``raise`` the error, ``skip`` the
            row, or ``keep`` the row and draw a placeholder.

    Returns:
        An RGB picture; None if all rows are skipped.

    Raises:
        AssetError: An image or point cloud cannot be read, and `on_error` is ``raise``; the error names the sample.
        BitmapError: A label of an image cannot be read, and `on_error` is ``raise``; the error names the sample.
        PointCloudError: A label, pose or camera is invalid, and `on_error` is ``raise``; the error names the sample.
        MissingExtraError: laspy or lazrs is not installed, for a LAS or LAZ file, and `on_error` is ``raise``.
        OptionError: A label has a class index that `classes` does not have.
    """
    drawn_classes: set[int | None] = set()
    parts = _draw_parts(rows, _draw_function(rows), classes, on_error, drawn_classes)
    return _arrange(parts, _legend_entries(classes, drawn_classes)) if parts else None


def _draw_function(rows: Sequence[Row]) -> Callable[[Row, Classes, set[int | None]], SheetPart]:
    """Return the function that draws one row: that for images or that for point clouds."""
    return partial(cloud_part, cameras=most_cameras(rows)) if is_point_cloud(rows[0]) else image_part


def _draw_parts(
    rows: Sequence[Row],
    draw: Callable[[Row, Classes, set[int | None]], SheetPart],
    classes: Classes,
    on_error: str,
    drawn_classes: set[int | None],
) -> list[Image.Image]:
    parts = []
    for number, row in enumerate(rows):
        row_name = sample_name(row) if "name" in row else f"row {number}"
        part = draw(row, classes, drawn_classes)
        if part.errors and on_error == "raise":
            raise type(part.errors[0])(f"{row_name}: {part.errors[0]}") from part.errors[0]
        for error in part.errors:
            logger.warning(
                "%s %s: %s", row_name, "left out" if on_error == "skip" else "shown with a placeholder", error
            )
        if not part.errors or on_error == "keep":
            parts.append(with_caption(part.picture, row))
    return parts


def _legend_entries(classes: Classes, drawn_classes: set[int | None]) -> list[tuple[str, Color]]:
    """Return the name and color of each class, or only of the drawn classes if the names of the classes are unknown.

    If objects without a class are drawn, they have an entry too.
    """
    indices = (
        sorted(index for index in drawn_classes if index is not None)
        if classes.names is None
        else range(len(classes.names))
    )
    entries: list[int | None] = [*indices, *([None] if None in drawn_classes else [])]
    return [(classes.name(index), classes.color(index)) for index in entries]


def _arrange(parts: Sequence[Image.Image], entries: Sequence[tuple[str, Color]]) -> Image.Image:
    """Arrange the parts, which have the same size, in lines, and draw the legend below them."""
    columns = min(_PARTS_PER_LINE, len(parts))
    lines = -(-len(parts) // columns)
    part_width, part_height = parts[0].width + GAP, parts[0].height + GAP
    width, height = columns * part_width + GAP, lines * part_height + GAP
    strip = legend(entries, width)
    sheet = Image.new("RGB", (width, height + strip.height), SHEET_COLOR)
    for number, part in enumerate(parts):
        line, column = divmod(number, columns)
        sheet.paste(part, (GAP + column * part_width, GAP + line * part_height))
    sheet.paste(strip, (0, height))
    return sheet
