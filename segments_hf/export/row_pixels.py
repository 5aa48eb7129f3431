"""The pixels of a row that is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import BitmapError
from segments_hf.labels.pixels import Pixels, labelled_pixels

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


def pixels_of(row: Row) -> Pixels:
    """What was labelled, as pixels; polygons are drawn in the order of the annotations.

    Raises:
        BitmapError: The bitmap cannot be read, a point is no place, or the size of the image is not known.
    """
    if (pixels := labelled_pixels(row)) is None:
        raise BitmapError("the size of its image is not known, and there is no bitmap; load it with its images")
    return pixels


def size_in_pixels(row: Row) -> tuple[int, int]:
    """The width and height of a row's image.

    Raises:
        BitmapError: They are not known.
    """
    if row["width"] is None or row["height"] is None:
        raise BitmapError("the size of its image is not known; load it with its images")
    return row["width"], row["height"]
