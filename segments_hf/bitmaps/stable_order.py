"""Sort numbers of up to 32 bits in linear time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def stable_order(numbers: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the indices that sort numbers from 0 to 2^32 - 1. Equal numbers keep their order.

    The numbers are sorted in two passes of 16 bits, because numpy's radix sort is limited to 16 bits.

    >>> stable_order(np.array([70_000, 5, 70_000, 3])).tolist()
    [3, 1, 0, 2]
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    high = numbers >> 16
    return order[np.argsort(high.astype(np.uint16)[order], kind="stable")] if high.any() else order
