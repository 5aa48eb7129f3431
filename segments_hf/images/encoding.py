"""Encode images that were decoded or drawn."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def png_bytes(picture: Image) -> bytes:
    """Return an image as a PNG, without metadata such as EXIF.

    Args:
        picture: An image of a mode that PNG supports.

    Raises:
        OSError: PNG does not support the mode.
    """
    file = io.BytesIO()
    picture.save(file, "PNG", exif=b"")
    return file.getvalue()
