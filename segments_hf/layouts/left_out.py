"""Leave out rows that a layout cannot use, and report how many rows and objects were left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import datasets
import msgspec
from datasets import Value

from segments_hf.dataset.row_map import filter_rows, map_rows
from segments_hf.errors import AssetError, BitmapError, OptionError
from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.io.number_text import counted
from segments_hf.io.redaction import own_logger
from segments_hf.labels import UNUSABLE_STATUSES, is_labeled, label_of
from segments_hf.labels.row import sample_name
from segments_hf.layouts.layout import Columns
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from logging import Logger

    from segments_hf.dataset.data_types import SplitRows
    from segments_hf.dataset.rows.problems import OnError
    from segments_hf.labels.row import Row
    from segments_hf.layouts.layout import LayoutColumns
    from segments_hf.layouts.layout_images import LayoutImages

logger: Logger = own_logger(__name__)

# A temporary column: in a dataset, a `_RowReport` as JSON or null; in a stream, the problem of the row or null.
_REPORT = "segments_hf_report"
_MAX_SHOWN = 5  # the maximum number of problems in a message


class _RowReport(msgspec.Struct, omit_defaults=True):
    """A report of the parts of one row that do not fit into a layout.

    Attributes:
        left_out: The number of objects that were left out, by reason.
        problem: The reason why the label or the image does not fit into the layout; None if both fit.
        scaling: The warnings about the scaling of the image: a dict from a general description to the details of this
            image.
    """

    left_out: dict[str, int] = {}
    problem: str | None = None
    scaling: dict[str, str] = {}


_DECODER: JsonDecoder[_RowReport] = JsonDecoder(_RowReport)


def is_trainable(row: Row) -> bool:
    """Tell whether a row has an image and a complete label that was neither skipped nor rejected."""
    if not is_labeled(row) or row["image"] is None:
        return False
    label = label_of(row)
    return label is not None and label.missing_part is None


def trainable_rows(part: SplitRows, split: str, num_proc: int | None) -> SplitRows:
    """Return the rows of one split that are usable for training, and log the number of other rows.

    Raises:
        OptionError: No row is left.
    """
    if isinstance(part, datasets.IterableDataset):
        return filter_rows(part, _CountingFilter(is_trainable, _RunningCount(split, "rows left out")), None)
    kept = filter_rows(part, is_trainable, num_proc)
    dropped = Counter(part.with_format(None)["status"][:]) - Counter(kept["status"][:])
    if not dropped:
        return kept
    reasons = ", ".join(
        f"{count} {status}" + ("" if status in UNUSABLE_STATUSES else " without image or mask")
        for status, count in dropped.items()
    )
    report = f"{split}: {dropped.total()} of {len(part)} rows left out: {reasons}"
    if not len(kept):
        raise OptionError(f"{report}; no row is left; to keep these rows, pass {option('keep_unlabeled', True)}")
    logger.warning("%s", report)
    return kept


def map_layout(
    part: SplitRows, row_columns: RowColumns, features: Mapping[str, Any], split: str, num_proc: int | None
) -> SplitRows:
    """Make the columns of one split, and log the number of objects and rows that do not fit into the layout.

    Args:
        part: A `Dataset` or an `IterableDataset`.
        row_columns: The function that makes the columns of the layout, with its policy for rows that do not fit.
        features: All columns of the result, in order; columns that `row_columns` does not make are copied.
        split: The name of the split.
        num_proc: The number of processes.

    Raises:
        OptionError: No row is left.
    """
    if isinstance(part, datasets.IterableDataset):
        counting = _CountingColumns(row_columns, _RunningCount(split, "objects left out"), split)
        problem_column = _REPORT if row_columns.on_error == "skip" else None
        return map_rows(part, counting, features, None, problem_column=problem_column)
    reported = _ReportedColumns(row_columns)
    mapped = map_rows(
        part, reported, {**features, _REPORT: Value("string")}, num_proc, shown_columns=row_columns.label.features
    )
    reports = [_DECODER.decode(text or "{}") for text in mapped[_REPORT][:]]
    mapped = mapped.remove_columns(_REPORT)
    problems = {number: report.problem for number, report in enumerate(reports) if report.problem}
    left_out = sum((Counter(report.left_out) for report in reports), Counter[str]())
    _log(split, left_out, list(problems.values()), row_columns.on_error)
    _log_scaling(split, [report.scaling for report in reports])
    if row_columns.on_error != "skip" or not problems:
        return mapped
    if len(problems) == len(mapped):
        raise OptionError(f"{split}: no row is left; the first problem: {problems[0]}")
    return mapped.select([number for number in range(len(mapped)) if number not in problems])


def _log(split: str, left_out: Counter[str], problems: list[str], on_error: OnError) -> None:
    if left_out:
        logger.warning("%s: %s left out: %s", split, counted(left_out.total(), "object"), _reasons_text(left_out))
    if problems:
        what = "left out" if on_error == "skip" else "kept with null columns"
        more = f"\n  … {len(problems) - _MAX_SHOWN} more" if len(problems) > _MAX_SHOWN else ""
        shown = "".join(f"\n  {problem}" for problem in problems[:_MAX_SHOWN])
        logger.warning("%s: %s %s:%s%s", split, counted(len(problems), "row"), what, shown, more)


def _reasons_text(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())


def _log_scaling(split: str, scalings: Iterable[Mapping[str, str]]) -> None:
    """Log each warning about scaled images once, with the number of such images and the details of the first image."""
    examples: dict[str, list[str]] = {}
    for scaling in scalings:
        for fault, details in scaling.items():
            examples.setdefault(fault, []).append(details)
    for fault, found in examples.items():
        message = "%s: images that %s: %d; the first: %s; %s"
        advice = f"pass {option('image_range', (0, 4095))}, the pixel values that should become black and white"
        logger.warning(message, split, fault, len(found), found[0], advice)


@dataclass(frozen=True)
class RowColumns:
    """The function that makes the columns of a layout for a row: the columns of the label, and `image`.

    Attributes:
        label: The function that makes the columns of the label.
        image: The function that makes the column `image`.
        on_error: What to do with a row whose label or image does not fit: ``raise``, ``skip`` the row, or ``keep``
            it with null in the affected columns.
    """

    label: LayoutColumns
    image: LayoutImages
    on_error: OnError

    @property
    def features(self) -> dict[str, Any]:
        """The columns of the label and their features."""
        return self.label.features

    def of_row(self, row: Row) -> tuple[dict[str, Any], _RowReport]:
        """Make the columns of a row, and report the parts of the row that do not fit into the layout."""
        problems = []
        try:
            columns = self.label.columns_of(row)
        except BitmapError as error:
            if self.on_error == "raise":
                raise
            columns = Columns(dict.fromkeys(self.features))
            problems.append(str(error))
        try:
            image, scaling = self.image.of_row(row)
        except AssetError as error:
            if self.on_error == "raise":
                raise AssetError(f"{sample_name(row)}: image: {error}") from error
            image, scaling = None, {}
            problems.append(f"image: {error}")
        problem = f"{sample_name(row)}: {'; '.join(problems)}" if problems else None
        warnings = {fault: f"{sample_name(row)} {details}" for fault, details in scaling.items()}
        return {**columns.values, "image": image}, _RowReport(columns.left_out, problem, warnings)


@dataclass(frozen=True)
class _ReportedColumns:
    """The function that makes the columns of a layout, and the column `_REPORT`."""

    row_columns: RowColumns

    @property
    def features(self) -> dict[str, Any]:
        return {**self.row_columns.features, _REPORT: Value("string")}

    def __call__(self, row: Row) -> dict[str, Any]:
        values, report = self.row_columns.of_row(row)
        text = msgspec.json.encode(report).decode() if report != _RowReport() else None
        return {**values, _REPORT: text}


@dataclass
class _RunningCount:
    """A counter for a stream of unknown length. It logs its total at 1, 10, 100, …; each worker has its own counter."""

    split: str
    what: str
    counts: Counter[str] = field(default_factory=Counter)
    next_report: int = 1

    def add(self, counts: Mapping[str, int]) -> None:
        self.counts.update(counts)
        total = self.counts.total()
        if counts and total >= self.next_report:
            self.next_report = 10 ** len(str(total))
            reasons = f" ({_reasons_text(self.counts)})" if any(self.counts) else ""
            logger.warning("%s: %s so far: %d%s", self.split, self.what, total, reasons)


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
    """The function that makes the columns of a layout in a stream. It logs reports while the stream is read."""

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
        if report.problem:
            _log(self.split, Counter(), [report.problem], self.row_columns.on_error)
        _log_scaling(
            self.split, [{fault: details for fault, details in report.scaling.items() if fault not in self.reported}]
        )
        self.reported.update(report.scaling)
        return {**values, _REPORT: report.problem} if self.row_columns.on_error == "skip" else values
