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
    "`image` is 8-bit RGB or gray. Files in these modes were not changed. Files in other modes were converted to PNGs, "
    "and values of more than 8 bits were scaled to 0..255."
)


@dataclass(frozen=True)
class Columns:
    """The new columns of one row.

    Attributes:
        values: The value of each column.
        left_out: The number of objects that are not in the columns, by reason.
    """

    values: dict[str, Any]
    left_out: Counter[str] = field(default_factory=Counter)


class LayoutColumns(Protocol):
    """An object that makes the new columns of a row.

    It pickles to the same bytes in every process, so that `datasets` finds cached results.
    """

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""

    def columns_of(self, row: Row) -> Columns:
        """Make the columns of a row.

        Raises:
            BitmapError: The label cannot be read, or does not fit into the layout.
        """


@dataclass(frozen=True)
class MaskOptions:
    """The options of a semantic mask.

    Attributes:
        ignore_index: The value of unlabeled pixels; None for 0.
        palette: Whether the PNG has a palette with the colors of the classes.
    """

    ignore_index: int | None = None
    palette: bool = True


@dataclass(frozen=True)
class Layout:
    """The columns that training code for a task reads.

    Attributes:
        task: The name of the task.
        columns: The columns in order. Columns that the layout does not make are copied from the row.
        label_columns: The columns that `read` needs. `read` also uses `width` and `height` if the row has them; they
            are not listed here.
        make: A function that takes the categories and the options of the mask, and returns the object that makes the
            columns.
        read: A function that reads the label of a row in this layout; it returns None if the row has no label, and
            raises BitmapError or AssetError if a mask cannot be read.
        encoding: A description of the columns, in Markdown, for the card of a dataset.
        class_values: The place of the value of a class, in Markdown, for the card of a dataset.
        hub_task: The task category and task id on the Hub.
        first_value: The value of class 0. It is 0 or 1 in a semantic mask, depending on `ignore_index`: see
            `mask_classes`.
        has_semantic_mask: Whether the layout has a semantic mask, to which `MaskOptions` apply.
    """

    task: str
    columns: tuple[str, ...]
    label_columns: tuple[str, ...]
    make: Callable[[Sequence[Category], MaskOptions], LayoutColumns]
    read: Callable[[Row, MaskClasses], LayoutLabel | None]
    encoding: str
    class_values: str
    hub_task: tuple[str, str | None]
    first_value: int = 0
    has_semantic_mask: bool = False
