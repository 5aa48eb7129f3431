"""The interface of layouts: the columns that training code for a task reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segments_hf.labels.row import Row
    from segments_hf.layouts.layout_label import LayoutLabel, MaskClasses
    from segments_hf.release import Category

IMAGE_ENCODING = (
    "`image` is 8-bit RGB or gray. Files in these modes were not changed; other modes were converted to PNGs, and "
    "values of more than 8 bits were scaled to 0..255."
)


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
    """The function that makes the new columns of a row.

    It pickles to the same bytes in every process, so that `datasets` caches its results.
    """

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
        task: The name of the task.
        columns: The columns in order. Those that are not made stay as they are in the row.
        label_columns: Those that `read` reads, but for the size of the image.
        make: What makes the columns, given the categories and the `ignore_index`.
        read: Reads the label of a row back; None for a row without a label. It raises BitmapError or AssetError for a
            mask that cannot be read.
        encoding: How the columns encode labels, in Markdown for the card of a dataset.
        hub_task: The task category and task id on the Hub.
        has_ignore_index: Whether the mask has a value for pixels to ignore.
    """

    task: str
    columns: tuple[str, ...]
    label_columns: tuple[str, ...]
    make: Callable[[Sequence[Category], int | None], LayoutColumns]
    read: Callable[[Row, MaskClasses], LayoutLabel | None]
    encoding: str
    hub_task: tuple[str, str | None]
    has_ignore_index: bool = False
