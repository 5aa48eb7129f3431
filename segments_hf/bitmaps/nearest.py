"""Bitmaps in another size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def resize_nearest(numbers: npt.NDArray[Number], size: tuple[int, int]) -> npt.NDArray[Number]:
    """A bitmap in another size: each pixel is the one at its centre before, so that no number is made up.

    Pillow does the same, but not for all numbers of 32 bits.

    Args:
        numbers: Array of shape (H, W), of any dtype.
        size: The width and height that are wanted, in pixels.

    Returns:
        Array of shape (height, width) and the same dtype; the same array where it has that size already.

    >>> resize_nearest(np.array([[1, 2, 3, 4]]), (2, 2)).tolist()
    [[2, 4], [2, 4]]
    """
    (rows, columns), (width, height) = numbers.shape, size
    if (columns, rows) == size:
        return numbers
    ys, xs = _centres(rows, height), _centres(columns, width)
    resized: npt.NDArray[Number] = numbers[ys[:, None], xs]
    return resized


def _centres(before: int, after: int) -> npt.NDArray[np.integer[Any]]:
    return (2 * np.arange(after) + 1) * before // (2 * after)
