"""Whether an asset is a whole picture that may be used."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from segments_hf.assets.picture import Header, UnwantedError, read_header
from segments_hf.assets.structure import fault, picture_format
from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from segments_hf.assets.asset import Asset
    from segments_hf.assets.options import FetchOptions

_LOSSY = {"JPEG", "MPO", "JPEG2000"}


@lru_cache(maxsize=1)
def _decoders(process: int) -> threading.BoundedSemaphore:  # noqa: ARG001  (one that a fork copied may never be free)
    """Lets as many pictures be decoded at once as there are processors: each may be large."""
    return threading.BoundedSemaphore(os.cpu_count() or 1)


def check_picture(asset: Asset, options: FetchOptions, *, is_new: bool = True, is_bitmap: bool = False) -> Header:
    """Checks that an asset is a whole picture.

    Args:
        asset: The asset.
        options: How large it may be, and how closely it is looked at.
        is_new: Whether it was not checked before.
        is_bitmap: Whether it is a bitmap, whose pixels are ids: then a lossy format is wrong.

    Returns:
        What its header says.

    Raises:
        UnwantedError: It is whole, but too large, or not what a bitmap may be.
        AssetError: It is empty, cut, damaged, or no picture.
    """
    if asset.size > options.max_bytes:
        raise UnwantedError(f"got more bytes than max_bytes={options.max_bytes:,} allows")
    header = read_header(asset)
    width, height = header.size
    if width * height > options.max_pixels:
        raise UnwantedError(f"got {width} x {height} pixels, max_pixels={options.max_pixels:,} allows fewer")
    if is_bitmap and header.format in _LOSSY:
        raise UnwantedError(f"got a {header.format}, which blurs the ids of a bitmap; wanted a PNG")
    decodes = options.verify == "decode"
    if is_new:
        with asset.view() as content:
            decodes = decodes or picture_format(content) is None
            reason = fault(content)
        if reason:
            raise AssetError(f"got a broken picture: {reason}")
    if decodes:
        _decode(asset)
    return header


def _decode(asset: Asset) -> None:
    from PIL import Image

    with _decoders(os.getpid()), asset.open() as file:
        try:
            with Image.open(file) as picture:
                picture.load()
        except Exception as error:
            raise AssetError(f"got a broken picture, which cannot be decoded: {error}") from error
