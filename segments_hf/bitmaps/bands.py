"""Large arrays in bands of rows, so that the copies that an operation makes stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PIXELS = 2**20  # of a band


def bands(shape: tuple[int, ...], pixels: int = PIXELS) -> Iterator[slice]:
    """Cut the rows of an array into bands, from top to bottom. There is one at least.

    Args:
        shape: The shape of the array: H, W.
        pixels: The number of pixels that a band has at most, unless a row has more.

    >>> list(bands((5, 2), pixels=4))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    height, width = shape
    rows = max(1, pixels // max(1, width))
    for top in range(0, max(1, height), rows):
        yield slice(top, min(top + rows, height))
