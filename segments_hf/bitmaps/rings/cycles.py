"""Find the cycles of a permutation, such as closed lines in which each point is linked to the next point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def cycles(following: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the cycles of a permutation. Each cycle begins with its smallest number.

    Args:
        following: The number after each number, an int32 array of shape (n,) that contains each of 0..n-1 once.

    Returns:
        The numbers cycle by cycle, an int32 array of shape (n,), and the index at which each cycle begins. The cycles
        are in the order of their smallest numbers.

    >>> order, starts = cycles(np.array([2, 1, 3, 0], np.int32))
    >>> order.tolist(), starts.tolist()
    ([0, 2, 3, 1], [0, 3])
    """
    order = np.empty(len(following), np.int32)
    # Memory views of the arrays, because lists of millions of integers take ten times the memory.
    links, written = following.data, order.data
    is_seen = bytearray(len(following))
    starts = []
    count = smallest = 0
    while (smallest := is_seen.find(0, smallest)) >= 0:
        starts.append(count)
        number = smallest
        while not is_seen[number]:
            is_seen[number] = 1
            written[count] = number
            count += 1
            number = links[number]
    return order, np.array(starts, np.int32)
