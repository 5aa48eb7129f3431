"""Keep the split of each row, and its number in the split, in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import NamedTuple


class RowNumber(NamedTuple):
    """The number of a row in its split.

    Attributes:
        split: The split of the row; None if it is not known.
        number: The index of the row in the split, from 0 on.
    """

    split: str | None
    number: int


class RowNumbers:
    """A list of row numbers. It stores only the first number of each run of consecutive rows of a split.

    >>> numbers = RowNumbers()
    >>> for row in (("train", 0), ("train", 1), ("train", 3), ("test", 0)):
    ...     numbers.append(*row)
    >>> numbers[1], numbers[2]
    (RowNumber(split='train', number=1), RowNumber(split='train', number=3))
    """

    def __init__(self) -> None:
        self._split_indices: dict[str | None, int] = {}  # the index of each split, in the order of the first rows
        # For the first row of each run: its index among all rows, the index of its split, and its number in the split.
        self._row_indices, self._splits, self._numbers = array("I"), array("I"), array("I")
        self._length = 0
        self._last_split: str | None = None
        self._next_number = -1  # the number of the next row of the same run

    def append(self, split: str | None, number: int) -> None:
        """Append the number of the next row."""
        if number != self._next_number or split != self._last_split:
            self._row_indices.append(self._length)
            self._splits.append(self._split_indices.setdefault(split, len(self._split_indices)))
            self._numbers.append(number)
        self._last_split, self._next_number = split, number + 1
        self._length += 1

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> RowNumber:
        """Return the number of a row.

        Args:
            index: The index of the row among all rows.
        """
        run = bisect_right(self._row_indices, index) - 1
        split = list(self._split_indices)[self._splits[run]]
        return RowNumber(split, self._numbers[run] + index - self._row_indices[run])
