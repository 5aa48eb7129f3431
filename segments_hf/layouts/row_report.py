"""Make the columns of a layout for a row, and report the parts of the row that do not fit into the layout."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.errors import AssetError, BitmapError, PointCloudError
from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.labels.row import sample_name
from segments_hf.layouts.layout import Columns

if TYPE_CHECKING:
    import pyarrow as pa

    from segments_hf.dataset.rows.problems import OnError
    from segments_hf.labels.row import Row
    from segments_hf.layouts.layout import AssetColumn, LayoutColumns

# The name of a temporary column. Its value is a `RowReport` as JSON, or null if there is nothing to report. In a stream
# that `lay_out` makes without `counts`, its value is `RowReport.problem`, and the column exists only if `on_error` is
# "skip".
REPORT = "segments_hf_report"


class LeftOut(msgspec.Struct, omit_defaults=True):
    """The numbers of rows and objects that were left out, by reason.

    Attributes:
        rows: The number of rows for each reason, such as ``SKIPPED``.
        objects: The number of objects for each reason, such as ``without a pixel``. Objects of rows that were left out
            are not counted.
    """

    rows: dict[str, int] = {}
    objects: dict[str, int] = {}

    def add(self, other: LeftOut) -> None:
        """Add the numbers of another `LeftOut`."""
        self.rows = dict(Counter(self.rows) + Counter(other.rows))
        self.objects = dict(Counter(self.objects) + Counter(other.objects))


@dataclass(frozen=True)
class Counts:
    """The columns whose values the caller of `lay_out` counts, and the numbers of rows and objects left out.

    Attributes:
        columns: The names of further columns that the result keeps, so that the caller can count their values.
        left_out: The numbers of rows and objects that `lay_out` left out, by split; `lay_out` sets them. For a stream,
            `lay_out` sets none, because they are not known yet: the stream has the column `REPORT`, and still has the
            rows that the caller must leave out.
    """

    columns: tuple[str, ...]
    left_out: dict[str, LeftOut] = field(default_factory=dict)


class RowReport(msgspec.Struct, omit_defaults=True):
    """A report of the parts of one row that do not fit into a layout.

    Attributes:
        left_out: The number of objects that were left out, by reason.
        problem: The reason why the label, the image or the points do not fit into the layout; None if they fit.
        scaling: The warnings about the scaling of the image. Each key is a phrase about all images with the same
            warning, and each value is a phrase about this image.
        row_left_out: The reason to leave out the whole row; None for a row that is kept.
    """

    left_out: dict[str, int] = {}
    problem: str | None = None
    scaling: dict[str, str] = {}
    row_left_out: str | None = None


_DECODER: JsonDecoder[RowReport] = JsonDecoder(RowReport)


def read_report(text: str | None) -> RowReport:
    """Read the value of the column `REPORT`."""
    return _DECODER.decode(text or "{}")


def row_reports(table: pa.Table) -> list[RowReport]:
    """Return the report of each row of a table; empty reports if the table does not have the column `REPORT`."""
    if REPORT not in table.column_names:
        return [RowReport()] * table.num_rows
    return [read_report(text) for text in table[REPORT].to_pylist()]


def report_text(report: RowReport) -> str | None:
    """Return a report as the value of the column `REPORT`; None for an empty report."""
    return None if report == RowReport() else msgspec.json.encode(report).decode()


@dataclass(frozen=True)
class RowColumns:
    """An object that makes the columns of a layout for a row: the columns of the label, and the image or the points.

    Attributes:
        label: The object that makes the columns of the label.
        asset: The object that makes the column `image` or `points`.
        on_error: What to do with a row whose label, image or points do not fit: ``raise``, ``skip`` the row, or
            ``keep`` it with null in the affected columns.
    """

    label: LayoutColumns
    asset: AssetColumn
    on_error: OnError

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        return {**self.asset.features, **self.label.features}

    def of_row(self, row: Row) -> tuple[dict[str, Any], RowReport]:
        """Make the columns of a row, and report the parts of the row that do not fit into the layout.

        Raises:
            BitmapError: `on_error` is ``raise``, and the label of an image cannot be read or does not fit.
            PointCloudError: `on_error` is ``raise``, and the label or the pose of a point cloud is invalid.
            AssetError: `on_error` is ``raise``, and the image or the points cannot be read.
            OptionError: An option does not fit the image.
        """
        problems = []
        try:
            columns = self.label.columns_of(row)
        except (BitmapError, PointCloudError) as error:
            if self.on_error == "raise":
                raise
            columns = Columns(dict.fromkeys(self.label.features))
            problems.append(str(error))
        try:
            asset, details = self.asset.of_row(row)
        except AssetError as error:
            if self.on_error == "raise":
                raise AssetError(f"{sample_name(row)}: {self.asset.name}: {error}") from error
            asset, details = None, {}
            problems.append(f"{self.asset.name}: {error}")
        problem = f"{sample_name(row)}: {'; '.join(problems)}" if problems else None
        warnings = {phrase: f"{sample_name(row)} {detail}" for phrase, detail in details.items()}
        return {**columns.values, self.asset.name: asset}, RowReport(columns.left_out, problem, warnings)
