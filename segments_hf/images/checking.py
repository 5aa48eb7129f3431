"""Check that a file is a complete image within the limits."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.file_structure import image_format, structure_fault
from segments_hf.images.header import Header, read_header
from segments_hf.images.lossless import check_lossless
from segments_hf.images.opening import UnwantedError, decode, inspect_image
from segments_hf.option_names import option

if TYPE_CHECKING:
    from segments_hf.io.fetch_options import ImageLimits
    from segments_hf.io.file_content import FileContent


@lru_cache(maxsize=1)
def _decoding_semaphore(process: int) -> threading.BoundedSemaphore:  # noqa: ARG001  (the key of the cache)
    """Return a semaphore that limits simultaneous decoding to one image per processor, because an image may be large.

    Each process has its own semaphore, because a semaphore that was copied by a fork may be locked forever.
    """
    return threading.BoundedSemaphore(os.cpu_count() or 1)


def check_image(image: FileContent, limits: ImageLimits, *, is_new: bool = True, is_bitmap: bool = False) -> Header:
    """Check that a file is a complete image.

    Args:
        image: The content of the file.
        limits: The limits of the image, and whether all pixels are decoded.
        is_new: False for a file that was checked before. The structure of such a file is not checked again.
        is_bitmap: Whether the pixels are instance ids. Then the image must have none of the faults in `bitmap_fault`.

    Returns:
        The header.

    Raises:
        UnwantedError: The image is too large, its format is not supported, or its pixels cannot be ids although it is a
            bitmap.
        AssetError: The file is empty, truncated, damaged, or not an image.
    """
    if image.size > limits.max_bytes:
        raise UnwantedError(f"got more bytes than {option('max_bytes', limits.max_bytes)} allows")
    header = read_header(image)
    width, height = header.size
    if width * height > limits.max_pixels:
        raise UnwantedError(
            f"got {width} x {height} pixels, more than {option('max_pixels', limits.max_pixels)} allows"
        )
    must_decode = limits.verify == "decode"
    if is_new:
        with image.view() as content:
            must_decode = must_decode or image_format(content) is None  # `structure_fault` does not check this format
            fault = structure_fault(content)
        if fault:
            raise AssetError(f"got a broken image: {fault}")
    if is_bitmap:
        header = header._replace(**check_lossless(image)._asdict())
    if must_decode:
        _decode(image, header)
    return header


def _decode(image: FileContent, header: Header) -> None:
    with _decoding_semaphore(os.getpid()), inspect_image(image) as picture:
        decode(picture)
        if picture.size != header.stored_size:
            width, height = header.stored_size
            raise AssetError(f"got {picture.size[0]} x {picture.size[1]} pixels; the header says {width} x {height}")
