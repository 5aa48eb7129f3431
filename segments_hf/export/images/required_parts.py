"""Return the parts of a label that a format requires, or raise an error that names the missing part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import BitmapError
from segments_hf.option_names import option

if TYPE_CHECKING:
    from segments_hf.labels import ImageLabel, Raster
    from segments_hf.labels.geometry import ImageSize


def required_raster(label: ImageLabel) -> Raster:
    """Rasterize a label.

    Raises:
        BitmapError: The bitmap cannot be read; a point is not a pair of coordinates with absolute values below 2^31;
            or the label has no bitmap, and the size of the image is not known.
    """
    if (raster := label.rasterize()) is None:
        raise BitmapError(
            "got neither a bitmap nor the size of the image; load the release with its images "
            f"({option('load_assets', True)})"
        )
    return raster


def required_size(label: ImageLabel) -> ImageSize:
    """Return the width and height of the image in pixels.

    Raises:
        BitmapError: The size is not known.
    """
    if label.size is None:
        raise BitmapError(
            f"the size of the image is not known; load the release with its images ({option('load_assets', True)})"
        )
    return label.size
