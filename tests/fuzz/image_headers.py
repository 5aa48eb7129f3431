"""Check that the sizes in image headers are correct, for any content of a file."""

from __future__ import annotations

import io

from PIL import Image

from segments_hf.errors import AssetError
from segments_hf.images import FORMATS, ImageLimits, check_image, open_image, read_header
from segments_hf.images.file_structure import image_format
from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size
from segments_hf.io.file_content import FileContent

LIMITS = ImageLimits(max_pixels=2**20)
_PLAIN_SIZES = {"PNG": plain_png_size, "JPEG": plain_jpeg_size}


def check_plain_header(content: bytes) -> bool:
    """If the size of an image is read without Pillow, check that Pillow reads the same size and no rotation.

    Args:
        content: The content of a file.

    Returns:
        Whether the size was read without Pillow.
    """
    kind = image_format(content) or ""
    size = _PLAIN_SIZES[kind](content) if kind in _PLAIN_SIZES else None
    if size is None or size[0] * size[1] > 2 * (Image.MAX_IMAGE_PIXELS or 0):
        return False
    with Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN]) as image:
        assert (image.format, image.size) == (kind, size)
        try:
            image.load()
        except (OSError, SyntaxError, ValueError):
            return True
        assert image.size == size
        assert image.getexif().get(0x0112, 1) == 1
    return True


def check_decoded_size(content: bytes) -> bool:
    """Check that an image that can be opened has the size of its header. Only an `AssetError` may be raised.

    Args:
        content: The content of a file.

    Returns:
        Whether the image can be opened.
    """
    file = FileContent(content)
    try:
        image = open_image(file)
    except AssetError:
        image = None
    try:
        size = read_header(file).size
    except AssetError:
        assert image is None
        return False
    if image is not None:
        assert image.size == size
    try:
        header = check_image(file, LIMITS)
    except AssetError:
        return image is not None
    assert header.size == size
    return image is not None
