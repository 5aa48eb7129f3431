"""What a layout is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.dataset.row_map import NewColumns
    from segments_hf.release import Category

DROPPED = "dropped_objects"  # a made column that counts what has no place in the layout; it is reported and removed


@dataclass(frozen=True)
class Layout:
    """The columns that training code for a task reads.

    Attributes:
        names: Their names in order; those that are not made stay as they are in the row.
        made: Columns that are made.
    """

    names: tuple[str, ...]
    made: NewColumns


class MakeLayout(Protocol):
    """Makes the layout for a dataset's categories."""

    def __call__(self, categories: Sequence[Category], ignore_index: int | None) -> Layout:
        """Makes the layout; `ignore_index` is for those tasks whose mask has one."""
