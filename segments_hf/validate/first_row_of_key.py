"""Find the first row with each key, such as a name, without storing the keys."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_INITIAL_SLOTS = 2**10
_MASK_32_BITS = 2**32 - 1
_COPIED_SLOTS = 2**16  # the number of slots that are copied together, so that the copy needs little memory


class FirstRows:
    """A hash table of the first row with each key. It takes 20 to 30 bytes of memory for each row.

    Two keys count as equal if 96 bits of their hashes are equal. Python computes the hashes with SipHash. Among 10^9
    different keys, the probability that two have equal hashes is below 10^-10.

    >>> rows = FirstRows()
    >>> [rows.add(key) for key in ("a", "b", "a")]
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._hashes_64, self._hashes_32 = array("q"), array("I")  # of the key of each row: hashes of 64 and 32 bits
        self._make_slots(_INITIAL_SLOTS)

    def _make_slots(self, count: int) -> None:
        """Make free slots.

        Args:
            count: The number of slots, a power of two.
        """
        self._slots = array("I", bytes(count * array("I").itemsize))  # a row number plus 1, or 0 if the slot is free
        self._slot_mask = count - 1  # the bits of a hash that are the index of its slot
        self._keys_until_doubling = count // 2  # because a table with fewer free slots is slower

    def add(self, key: str) -> int:
        """Add the next row, and return the number of the first row with its key, which may be the added row.

        Args:
            key: The key of the row.
        """
        hash_64, hash_32 = hash(key), hash(key + "\0") & _MASK_32_BITS  # independent hashes, because the texts differ
        hashes, slots, mask = self._hashes_64, self._slots, self._slot_mask
        hashes.append(hash_64)
        self._hashes_32.append(hash_32)
        slot = hash_64 & mask
        while number := slots[slot]:
            if hashes[number - 1] == hash_64 and self._hashes_32[number - 1] == hash_32:
                return number - 1
            slot = (slot + 1) & mask
        slots[slot] = number = len(hashes)
        self._keys_until_doubling -= 1
        if not self._keys_until_doubling:
            self._double_slots()
        return number - 1

    def _double_slots(self) -> None:
        old = self._slots
        self._make_slots(2 * len(old))
        self._keys_until_doubling -= len(old) // 2  # the keys that are copied from the old slots
        # Many keys are copied at once, because a loop over single keys would take as long as adding them again.
        slots, old_slots = np.frombuffer(self._slots, np.uint32), np.frombuffer(old, np.uint32)
        hashes = np.frombuffer(self._hashes_64, np.int64)
        for start in range(0, len(old_slots), _COPIED_SLOTS):
            copied = old_slots[start : start + _COPIED_SLOTS]
            _fill_slots(slots, hashes, copied[copied > 0])


def _fill_slots(slots: npt.NDArray[np.uint32], hashes: npt.NDArray[np.int64], numbers: npt.NDArray[np.uint32]) -> None:
    """Write row numbers to slots: each to the slot of the hash of its key, or to the next free slot.

    Args:
        slots: The slots. Their number is a power of two.
        hashes: The 64-bit hash of the key of each row.
        numbers: The row numbers plus 1.
    """
    indices = hashes[numbers - 1] & (len(slots) - 1)
    while len(numbers):
        _, first_with_slot = np.unique(indices, return_index=True)  # two numbers cannot be written to the same slot
        is_written = np.zeros(len(numbers), bool)
        is_written[first_with_slot] = True
        is_written &= slots[indices] == 0
        slots[indices[is_written]] = numbers[is_written]
        numbers, indices = numbers[~is_written], (indices[~is_written] + 1) & (len(slots) - 1)
