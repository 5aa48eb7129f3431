"""Encode images that were decoded or drawn."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def png_bytes(picture: Image) -> bytes:
    """Return an image as a PNG file, with its color profile and without EXIF data.

    Args:
        picture: An image of a mode that PNG supports.

    Raises:
        OSError: PNG does not support the mode.
    """
    file = io.BytesIO()
    picture.save(file, "PNG", exif=b"")
    return file.getvalue()


def jpeg_bytes(picture: Image) -> bytes:
    """Return an image as a JPEG file of high quality, with its color profile and without EXIF data.

    Args:
        picture: An image of a mode that JPEG supports.

    Raises:
        OSError: JPEG does not support the mode.
    """
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95, subsampling=0, icc_profile=picture.info.get("icc_profile"), exif=b"")
    return file.getvalue()


def tiff_bytes(picture: Image) -> bytes:
    """Return an image as a TIFF file, with its color profile and without the other tags of its original file.

    Args:
        picture: An image of a mode that TIFF supports.

    Raises:
        OSError: TIFF does not support the mode.
    """
    file = io.BytesIO()
    picture.copy().save(file, "TIFF", exif=b"")  # a copy has no tags, such as the orientation
    return file.getvalue()
