"""The parts of a row that formats need, or an error that names the missing part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from segments_hf.labels import Label, Raster
    from segments_hf.labels.geometry import ImageSize


def raster_of(label: Label) -> Raster:
    """Draw a label as pixels.

    Raises:
        BitmapError: The bitmap cannot be read, a point is not a place, or the size of the image is unknown.
    """
    if (raster := label.rasterize()) is None:
        raise BitmapError("the size of its image is not known, and there is no bitmap; load it with its images")
    return raster


def size_of_image(label: Label) -> ImageSize:
    """Return the width and height of the image in pixels.

    Raises:
        BitmapError: The size is not known.
    """
    if label.size is None:
        raise BitmapError("the size of its image is not known; load it with its images")
    return label.size
