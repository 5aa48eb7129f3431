"""Split large arrays into bands of rows, so that temporary copies are small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PIXELS = 2**16  # of a band: copies of this size fit into the cache of the processor, and their memory is reused


def bands(shape: tuple[int, ...], pixels: int = PIXELS) -> Iterator[slice]:
    """Split the rows of an array into bands, from top to bottom. An array without rows has one empty band.

    Args:
        shape: The shape of the array: H, W.
        pixels: The largest number of pixels of a band. Longer rows are bands of one row.

    >>> list(bands((5, 2), pixels=4))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    height, width = shape
    rows = max(1, pixels // max(1, width))
    for top in range(0, max(1, height), rows):
        yield slice(top, min(top + rows, height))
