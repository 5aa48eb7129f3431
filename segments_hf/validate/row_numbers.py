"""The split of each row, and its number in the split."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import NamedTuple


class RowNumber(NamedTuple):
    """The place of a row.

    Attributes:
        split: The split of the row; None if it is not known.
        number: The index of the row in the split, from 0 on.
    """

    split: str | None
    number: int


class RowNumbers:
    """A list of the places of rows, which stores one place for each run of consecutive rows of a split.

    >>> places = RowNumbers()
    >>> for place in (("train", 0), ("train", 1), ("train", 3), ("test", 0)):
    ...     places.append(*place)
    >>> places[1], places[2]
    (RowNumber(split='train', number=1), RowNumber(split='train', number=3))
    """

    def __init__(self) -> None:
        self._splits: dict[str | None, int] = {}  # the number of each split
        # For each run: the index of its first row among all rows, its split, and the number of this row in the split.
        self._first_rows, self._split_numbers, self._numbers = array("I"), array("I"), array("I")
        self._length = 0
        self._last_split: str | None = None
        self._next_number = -1  # the number of the next row of the same run

    def append(self, split: str | None, number: int) -> None:
        """Append the place of the next row."""
        if number != self._next_number or split != self._last_split:
            self._first_rows.append(self._length)
            self._split_numbers.append(self._splits.setdefault(split, len(self._splits)))
            self._numbers.append(number)
        self._last_split, self._next_number = split, number + 1
        self._length += 1

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, row: int) -> RowNumber:
        """Return the place of a row, by the index of the row among all rows."""
        run = bisect_right(self._first_rows, row) - 1
        split = list(self._splits)[self._split_numbers[run]]
        return RowNumber(split, self._numbers[run] + row - self._first_rows[run])
