"""Leave out rows that a layout cannot use, and report how many rows and objects were left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import datasets
from datasets import Value

from segments_hf.dataset.row_map import filter_rows, map_rows
from segments_hf.errors import OptionError
from segments_hf.io.number_text import counted
from segments_hf.io.redaction import own_logger
from segments_hf.labels import UNUSABLE_STATUSES, has_point_cloud, is_labeled, is_point_cloud, label_of
from segments_hf.layouts.row_report import REPORT, LeftOut, RowReport, read_report, report_text
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from logging import Logger

    from datasets import IterableDataset

    from segments_hf.dataset.data_types import SplitRows
    from segments_hf.dataset.rows.problems import OnError
    from segments_hf.labels.row import Row
    from segments_hf.layouts.row_report import RowColumns

logger: Logger = own_logger(__name__)

MISFIT = "cannot be read or does not fit into the layout"  # the reason to leave out a row if `on_error` is "skip"
_MAX_SHOWN = 5  # the maximum number of problems in a message


def is_trainable(row: Row) -> bool:
    """Tell whether a row has an asset and a complete label that was neither skipped nor rejected.

    The asset is the image, or the file of the point cloud.
    """
    has_asset = has_point_cloud(row) if is_point_cloud(row) else row["image"] is not None
    if not has_asset or not is_labeled(row):
        return False
    label = label_of(row)
    return label is not None and label.missing_part is None


def reason_to_leave_out(status: str, columns: Collection[str]) -> str:
    """Return the reason to leave out a row that is not trainable, such as ``SKIPPED``.

    Args:
        status: The status of the label.
        columns: The columns of the row.
    """
    if status in UNUSABLE_STATUSES:
        return status
    return f"{status} without {'point cloud' if is_point_cloud(columns) else 'image'} or label"


def trainable_rows(part: SplitRows, split: str, num_proc: int | None, left_out: LeftOut) -> SplitRows:
    """Return the rows of one split that are usable for training, and log the number of other rows.

    Args:
        part: A `Dataset` or an `IterableDataset`.
        split: The name of the split.
        num_proc: The number of processes.
        left_out: The numbers to which the function adds the rows that it leaves out. Not used for a stream.

    Raises:
        OptionError: No row of a `Dataset` is left.
    """
    if isinstance(part, datasets.IterableDataset):
        return filter_rows(part, _CountingFilter(is_trainable, _RunningCount(split, "rows left out")), None)
    kept = filter_rows(part, is_trainable, num_proc)
    dropped = Counter(part.with_format(None)["status"][:]) - Counter(kept["status"][:])
    if not dropped:
        return kept
    reasons = Counter({reason_to_leave_out(status, part.features): count for status, count in dropped.items()})
    report = f"{split}: {dropped.total()} of {len(part)} rows left out: {reasons_text(reasons)}"
    if not len(kept):
        raise OptionError(f"{report}; no row is left; to keep these rows, pass {option('keep_unlabeled', True)}")
    logger.warning("%s", report)
    left_out.add(LeftOut(rows=reasons))
    return kept


def map_layout(
    part: SplitRows,
    row_columns: RowColumns,
    features: Mapping[str, Any],
    split: str,
    num_proc: int | None,
    left_out: LeftOut,
) -> SplitRows:
    """Make the columns of one split, and log the numbers of objects and rows that do not fit into the layout.

    Args:
        part: A `Dataset` or an `IterableDataset`.
        row_columns: The object that makes the columns of the layout. It has the policy for rows that do not fit.
        features: All columns of the result, in order; columns that `row_columns` does not make are copied.
        split: The name of the split.
        num_proc: The number of processes.
        left_out: The numbers to which the function adds rows and objects that it leaves out. Not used for a stream.

    Raises:
        OptionError: No row of a `Dataset` is left.
    """
    if isinstance(part, datasets.IterableDataset):
        counting = _CountingColumns(row_columns, _RunningCount(split, "objects left out"), split)
        problem_column = REPORT if row_columns.on_error == "skip" else None
        return map_rows(part, counting, features, None, problem_column=problem_column)
    reported = _ReportedColumns(row_columns)
    mapped = map_rows(
        part, reported, {**features, REPORT: Value("string")}, num_proc, shown_columns=row_columns.label.features
    )
    reports = [read_report(text) for text in mapped[REPORT][:]]
    mapped = mapped.remove_columns(REPORT)
    problems = {number: report.problem for number, report in enumerate(reports) if report.problem}
    is_skipping = row_columns.on_error == "skip"
    objects = sum((Counter(report.left_out) for report in reports), Counter[str]())
    _log(split, objects, list(problems.values()), row_columns.on_error)
    _log_scaling(split, [report.scaling for report in reports])
    kept = [report for report in reports if not (is_skipping and report.problem)]
    left_out.add(LeftOut(objects=sum((Counter(report.left_out) for report in kept), Counter[str]())))
    if not is_skipping or not problems:
        return mapped
    if len(problems) == len(mapped):
        raise OptionError(f"{split}: no row is left; the first problem: {problems[0]}")
    left_out.add(LeftOut(rows={MISFIT: len(problems)}))
    return mapped.select([number for number in range(len(mapped)) if number not in problems])


def map_reported_layout(
    part: IterableDataset, row_columns: RowColumns, features: Mapping[str, Any], split: str, *, keep_unlabeled: bool
) -> IterableDataset:
    """Make the columns of one split of a stream, and the column `REPORT`.

    The function leaves out no row. For each row that the reader of the stream must leave out, `REPORT` has the reason.

    Args:
        part: The stream.
        row_columns: The object that makes the columns of the layout. It has the policy for rows that do not fit.
        features: All columns of the result except `REPORT`, in order.
        split: The name of the split.
        keep_unlabeled: Whether the reader of the stream keeps rows that are not trainable.
    """
    columns = SelectingColumns(row_columns, split, keep_unlabeled)
    return map_rows(part, columns, {**features, REPORT: Value("string")}, None)


def _log(split: str, left_out: Counter[str], problems: list[str], on_error: OnError) -> None:
    if left_out:
        logger.warning("%s: %s left out: %s", split, counted(left_out.total(), "object"), reasons_text(left_out))
    if problems:
        outcome = "left out" if on_error == "skip" else "kept with null columns"
        more = f"\n  … {len(problems) - _MAX_SHOWN} more" if len(problems) > _MAX_SHOWN else ""
        shown = "".join(f"\n  {problem}" for problem in problems[:_MAX_SHOWN])
        logger.warning("%s: %s %s:%s%s", split, counted(len(problems), "row"), outcome, shown, more)


def reasons_text(counts: Mapping[str, int]) -> str:
    """Return the number for each reason as text, such as ``2 SKIPPED, 1 REJECTED``."""
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())


def _log_scaling(split: str, scalings: Iterable[Mapping[str, str]]) -> None:
    """Log each warning about scaled images once, with the number of such images and the details of the first image."""
    details_by_warning: dict[str, list[str]] = {}
    for scaling in scalings:
        for phrase, detail in scaling.items():
            details_by_warning.setdefault(phrase, []).append(detail)
    for phrase, details in details_by_warning.items():
        message = "%s: images that %s: %d; the first: %s; %s"
        example = option("image_range", (0, 4095))
        advice = f"pass the pixel values for black and for white, such as {example}"
        logger.warning(message, split, phrase, len(details), details[0], advice)


def _log_row(split: str, report: RowReport, on_error: OnError, reported: set[str]) -> None:
    """Log the problem of one row of a stream, and the warnings about its image that were not logged before."""
    if report.problem:
        _log(split, Counter(), [report.problem], on_error)
    _log_scaling(split, [{phrase: detail for phrase, detail in report.scaling.items() if phrase not in reported}])
    reported.update(report.scaling)


@dataclass(frozen=True)
class _ReportedColumns:
    """The function that makes the columns of a layout and the column `REPORT`."""

    row_columns: RowColumns

    @property
    def features(self) -> dict[str, Any]:
        return {**self.row_columns.features, REPORT: Value("string")}

    def __call__(self, row: Row) -> dict[str, Any]:
        values, report = self.row_columns.of_row(row)
        return {**values, REPORT: report_text(report)}


@dataclass
class SelectingColumns:
    """The function that makes the columns of a layout and the column `REPORT` for a row. It logs problems of rows.

    For a row that the reader of the stream must leave out, `RowReport.row_left_out` has the reason.

    Attributes:
        row_columns: The object that makes the columns of the layout. It has the policy for rows that do not fit.
        split: The name of the split, for messages.
        keep_unlabeled: Whether the reader of the stream keeps rows that are not trainable.
        reported: The keys of the warnings about scaled images that were logged.
    """

    row_columns: RowColumns
    split: str
    keep_unlabeled: bool
    reported: set[str] = field(default_factory=set)

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        return {**self.row_columns.features, REPORT: Value("string")}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Return the values of the new columns for a row."""
        if not self.keep_unlabeled and not is_trainable(row):
            report = RowReport(row_left_out=reason_to_leave_out(row["status"], row))
            empty = dict.fromkeys([*self.features, self.row_columns.asset.name])
            return {**empty, REPORT: report_text(report)}
        values, report = self.row_columns.of_row(row)
        _log_row(self.split, report, self.row_columns.on_error, self.reported)
        if report.problem and self.row_columns.on_error == "skip":
            report = RowReport(row_left_out=MISFIT)
        return {**values, REPORT: report_text(report)}


@dataclass
class _RunningCount:
    """A counter for a stream of unknown length. It logs the total when it reaches 1, 10, 100, and so on.

    Each worker has its own counter.
    """

    split: str
    counted_items: str  # such as "rows left out", for messages
    counts: Counter[str] = field(default_factory=Counter)  # by reason
    next_logged_total: int = 1

    def add(self, counts: Mapping[str, int]) -> None:
        self.counts.update(counts)
        total = self.counts.total()
        if counts and total >= self.next_logged_total:
            self.next_logged_total = 10 ** len(str(total))
            reasons = f" ({reasons_text(self.counts)})" if any(self.counts) else ""
            logger.warning("%s: %s so far: %d%s", self.split, self.counted_items, total, reasons)


@dataclass
class _CountingFilter:
    """A filter for the rows of a stream. It counts the rows that it leaves out."""

    is_wanted: Callable[[Row], bool]
    left_out: _RunningCount

    def __call__(self, row: Row) -> bool:
        wanted = self.is_wanted(row)
        if not wanted:
            self.left_out.add({"": 1})
        return wanted


@dataclass
class _CountingColumns:
    """The function that makes the columns of a layout in a stream, and logs problems while the stream is read.

    If `on_error` is ``skip``, the function also makes the column `REPORT`: the problem of the row, or null.
    """

    row_columns: RowColumns
    left_out: _RunningCount
    split: str
    reported: set[str] = field(default_factory=set)

    @property
    def features(self) -> dict[str, Any]:
        return self.row_columns.features

    def __call__(self, row: Row) -> dict[str, Any]:
        values, report = self.row_columns.of_row(row)
        self.left_out.add(report.left_out)
        _log_row(self.split, report, self.row_columns.on_error, self.reported)
        return {**values, REPORT: report.problem} if self.row_columns.on_error == "skip" else values
