"""Find the first row with each key, such as a name, without keeping the keys."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_SLOTS = 2**10  # of an empty table
_MASK = 2**32 - 1  # of the second hash
_COPIED = 2**16  # slots that are copied together, so that the copy needs little memory


class FirstRows:
    """The first row with each key, in a hash table of 20 to 30 bytes for each row.

    Keys are compared by 96 bits of hashes that Python makes with SipHash. Among 10^9 different keys, the probability
    that two have equal hashes is below 10^-10.

    >>> rows = FirstRows()
    >>> [rows.add(key) for key in ("a", "b", "a")]
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._first, self._second = array("q"), array("I")  # hashes of the key of each row, of 64 and 32 bits
        self._make_slots(_SLOTS)

    def _make_slots(self, count: int) -> None:
        self._slots = array("I", bytes(count * array("I").itemsize))  # a row number plus 1, or 0 if the slot is free
        self._last_slot = count - 1
        self._left = count // 2  # the number of keys to add before the slots are doubled; a fuller table is slower

    def add(self, key: str) -> int:
        """Add the next row, and return the number of the first row with the same key.

        Args:
            key: The key of the row.
        """
        first, second = hash(key), hash(key + "\0") & _MASK  # independent of each other, because the texts differ
        hashes, slots, last = self._first, self._slots, self._last_slot
        hashes.append(first)
        self._second.append(second)
        slot = first & last
        while number := slots[slot]:
            if hashes[number - 1] == first and self._second[number - 1] == second:
                return number - 1
            slot = (slot + 1) & last
        slots[slot] = number = len(hashes)
        self._left -= 1
        if not self._left:
            self._double_slots()
        return number - 1

    def _double_slots(self) -> None:
        old = self._slots
        self._make_slots(2 * len(old))
        self._left -= len(old) // 2  # the keys that are copied from the old slots
        # Many keys are copied at once, because a loop over single keys would take as long as adding them again.
        slots, numbers = np.frombuffer(self._slots, np.uint32), np.frombuffer(old, np.uint32)
        hashes = np.frombuffer(self._first, np.int64)
        for start in range(0, len(numbers), _COPIED):
            part = numbers[start : start + _COPIED]
            _fill_slots(slots, hashes, part[part > 0])


def _fill_slots(slots: npt.NDArray[np.uint32], hashes: npt.NDArray[np.int64], numbers: npt.NDArray[np.uint32]) -> None:
    """Write keys to slots: each to the slot of its hash, or to the next free slot.

    Args:
        slots: The slots. Their number is a power of two.
        hashes: The hash of the key of each row.
        numbers: The keys to write, as row numbers plus 1.
    """
    places = hashes[numbers - 1] & (len(slots) - 1)
    while len(numbers):
        _, first = np.unique(places, return_index=True)  # of keys with the same slot, the first one may take it
        takes = np.zeros(len(numbers), bool)
        takes[first] = True
        takes &= slots[places] == 0
        slots[places[takes]] = numbers[takes]
        numbers, places = numbers[~takes], (places[~takes] + 1) & (len(slots) - 1)
