"""Find the cycles of a permutation, such as closed lines in which each point is linked to the next point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def cycles(following: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the cycles of a permutation, each from its smallest number.

    Args:
        following: The number after each number, an int32 array of shape (n,) that contains each of 0..n-1 once.

    Returns:
        The numbers cycle by cycle, an int32 array of shape (n,), and the index at which each cycle begins. The cycles
        are in the order of their smallest numbers.

    >>> order, first = cycles(np.array([2, 1, 3, 0], np.int32))
    >>> order.tolist(), first.tolist()
    ([0, 2, 3, 1], [0, 3])
    """
    order = np.empty(len(following), np.int32)
    # Memory views of the arrays, because lists of millions of integers take ten times the memory.
    links, written = following.data, order.data
    is_seen = bytearray(len(following))
    first = []
    count = start = 0
    while (start := is_seen.find(0, start)) >= 0:
        first.append(count)
        number = start
        while not is_seen[number]:
            is_seen[number] = 1
            written[count] = number
            count += 1
            number = links[number]
    return order, np.array(first, np.int32)
