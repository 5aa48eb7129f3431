"""The result of making one row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.assets import Location
    from segments_hf.dataset.rows.problems import Problem


class RowPosition(NamedTuple):
    """The position of a row among the rows of a slice.

    Attributes:
        sample: The position of the sample in the slice.
        row: The number of the row in the sample: 0 for an image or a point cloud, the index of the frame for
            a sequence.
    """

    sample: int = 0
    row: int = 0


FIRST_ROW = RowPosition()


@dataclass(slots=True)
class Outcome:
    """The result of making one row.

    Attributes:
        row: The row; None if it was left out.
        problems: The problems that occurred. The row is complete if `losses` is empty.
        size_in_memory: The number of bytes in memory of the row's image, bitmap, point cloud and camera images.
        split: The split of the row; None if it is unknown.
        locate_image: A function that returns the location of the image; None if the row has no image from a release, or
            if images are not fetched.
        position: The position of the row in the slice of the release; `FIRST_ROW` for the row of a dataset.
    """

    row: dict[str, Any] | None
    problems: list[Problem] = field(default_factory=list)
    size_in_memory: int = 0
    split: str | None = None
    locate_image: Callable[[], Location] | None = field(default=None, repr=False)
    position: RowPosition = FIRST_ROW

    @property
    def losses(self) -> list[Problem]:
        """The problems that caused the row to be left out or a column to be null."""
        return [problem for problem in self.problems if problem.is_loss]
