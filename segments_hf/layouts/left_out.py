"""What a layout leaves out of a dataset or a stream, and the count of it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.row_map import filter_rows, map_rows
from segments_hf.errors import OptionError
from segments_hf.labels.pixels import NO_LABEL, has_pixels
from segments_hf.layouts.layout import DROPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segments_hf.dataset.row_map import NewColumns
    from segments_hf.labels.row import Row

logger = logging.getLogger(__name__)


def is_trainable(row: Row) -> bool:
    """Whether a model can learn from a row: it has its image and a label that was neither skipped nor rejected."""
    is_bitmap = "segmentation_bitmap" in row
    return (
        row["status"] not in NO_LABEL
        and row["image"] is not None
        and (has_pixels(row) if is_bitmap else row["annotations"] is not None)
    )


def leave_out(part: Any, split: str, num_proc: int | None) -> Any:
    """The rows of one split that a model can learn from; logs how many others there are.

    Raises:
        OptionError: There are none.
    """
    if isinstance(part, datasets.IterableDataset):
        return filter_rows(part, _CountingFilter(is_trainable, _RunningCount(split, "rows left out")), None)
    kept = filter_rows(part, is_trainable, num_proc)
    left = Counter(part.with_format(None)["status"]) - Counter(kept["status"])
    if not left:
        return kept
    reasons = ", ".join(
        f"{count} {status}" + ("" if status in NO_LABEL else " without image or mask") for status, count in left.items()
    )
    report = f"{split}: {left.total()} of {len(part)} rows left out: {reasons}"
    if not len(kept):
        raise OptionError(f"{report}; wanted one row at least, or keep_unlabeled=True")
    logger.warning("%s", report)
    return kept


def map_counting(part: Any, made: NewColumns, features: Mapping[str, Any], split: str, num_proc: int | None) -> Any:
    """The columns of one split, some of them made; logs how many objects were dropped."""
    if DROPPED not in made.features:
        return map_rows(part, made, features, num_proc)
    if isinstance(part, datasets.IterableDataset):
        counting = _CountingColumns(made, _RunningCount(split, "objects dropped that have no box, or one without area"))
        return map_rows(part, counting, features, None)
    mapped = map_rows(part, made, {**features, DROPPED: made.features[DROPPED]}, num_proc)
    if dropped := sum(mapped[DROPPED]):
        logger.warning("%s: objects dropped that have no box, or one without area: %d", split, dropped)
    return mapped.remove_columns(DROPPED)


@dataclass
class _RunningCount:
    """Counts in a stream, whose end nobody knows, and logs at 1, 10, 100, …; each worker counts its own."""

    split: str
    what: str
    total: int = 0
    next_report: int = 1

    def add(self, number: int) -> None:
        self.total += number
        if number and self.total >= self.next_report:
            self.next_report = 10 ** len(str(self.total))
            logger.warning("%s: %s so far: %d", self.split, self.what, self.total)


@dataclass
class _CountingFilter:
    is_wanted: Callable[[Row], bool]
    left_out: _RunningCount

    def __call__(self, row: Row) -> bool:
        wanted = self.is_wanted(row)
        self.left_out.add(not wanted)
        return wanted


@dataclass
class _CountingColumns:
    columns: NewColumns
    dropped: _RunningCount

    @property
    def features(self) -> dict[str, Any]:
        return {name: feature for name, feature in self.columns.features.items() if name != DROPPED}

    def __call__(self, row: Row) -> dict[str, Any]:
        made = self.columns(row)
        self.dropped.add(made.pop(DROPPED))
        return made
