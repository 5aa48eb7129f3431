"""What a layout is: the columns that training code for a task reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels.row import Row
    from segments_hf.release import Category


@dataclass(frozen=True)
class Columns:
    """The new columns of one row.

    Attributes:
        values: The value of each column.
        left_out: How many objects the columns do not hold, by the reason.
    """

    values: dict[str, Any]
    left_out: Counter[str] = field(default_factory=Counter)


class LayoutColumns(Protocol):
    """Makes the new columns of a row. It pickles to the same bytes in every process, so that `datasets` caches it."""

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""

    def columns_of(self, row: Row) -> Columns:
        """Make the columns of a row.

        Raises:
            BitmapError: The label cannot be read, or the layout cannot hold it.
        """


@dataclass(frozen=True)
class Layout:
    """The columns that training code for a task reads.

    Attributes:
        names: Their names in order. Those that are not made stay as they are in the row.
        made: The columns that are made.
    """

    names: tuple[str, ...]
    made: LayoutColumns


class MakeLayout(Protocol):
    """Makes the layout for the categories of a dataset."""

    def __call__(self, categories: Sequence[Category], ignore_index: int | None) -> Layout:
        """Make the layout; `ignore_index` is for the tasks whose mask has one."""
