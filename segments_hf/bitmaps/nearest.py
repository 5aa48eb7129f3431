"""Resize bitmaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def resize_nearest(numbers: npt.NDArray[Number], size: tuple[int, int]) -> npt.NDArray[Number]:
    """Resize a bitmap. Each new pixel takes the value of the old pixel at its center, so no new values appear.

    Pillow's `Resampling.NEAREST` chooses the same pixels, but does not support all 32-bit values.

    Args:
        numbers: Array of shape (H, W), of any dtype.
        size: The new width and height in pixels.

    Returns:
        Array of shape (height, width) and the same dtype; `numbers` itself if it already has this size.

    >>> resize_nearest(np.array([[1, 2, 3, 4]]), (2, 2)).tolist()
    [[2, 4], [2, 4]]
    """
    (rows, columns), (width, height) = numbers.shape, size
    if (columns, rows) == size:
        return numbers
    ys, xs = _centers(rows, height), _centers(columns, width)
    resized: npt.NDArray[Number] = numbers[ys[:, None], xs]
    return resized


def _centers(old_size: int, new_size: int) -> npt.NDArray[np.integer[Any]]:
    """Return, for each new pixel of a row or column, the index of the old pixel at its center."""
    return (2 * np.arange(new_size) + 1) * old_size // (2 * new_size)
