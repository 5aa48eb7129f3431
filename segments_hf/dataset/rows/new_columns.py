"""The interface of functions that make new columns for a row, such as masks and layouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.errors import BitmapError, PointCloudError
from segments_hf.labels.row import Row, sample_name

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class NewColumns(Protocol):
    """A function that makes the new columns of a row.

    It pickles to the same bytes in every process, so that `datasets` finds the cached results of the function.
    """

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""

    def __call__(self, row: Row) -> dict[str, Any]:
        """Return the values of the new columns for a row."""


@dataclass(frozen=True)
class Versioned(Generic[T]):
    """A function of a row. Its hash changes with `ROW_FORMAT`; its bitmap and point cloud errors name the sample."""

    function: Callable[[Row], T]
    row_format: int = ROW_FORMAT

    def __call__(self, row: Row) -> T:
        """Apply the function."""
        try:
            return self.function(row)
        except (BitmapError, PointCloudError) as error:
            raise type(error)(f"{sample_name(row)}: {error}") from error
