"""Run an export: encode the labels of each split in threads, write them in the order of the rows, and count them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import datasets

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.inputs import asset_bytes, num_rows
from segments_hf.dataset.row_map import without_decoding
from segments_hf.errors import AssetError, BitmapError, OptionError, PathError, PointCloudError
from segments_hf.export.format import EncodedLabel
from segments_hf.io.number_text import counted
from segments_hf.io.prefetching import CPU_THREADS, DEFAULT_READ_AHEAD, prefetch
from segments_hf.io.redaction import own_logger
from segments_hf.labels.row import sample_name
from segments_hf.option_names import is_command_line, option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from logging import Logger

    from segments_hf.dataset.data_types import SplitRows
    from segments_hf.export.export_result import ExportResult
    from segments_hf.export.format import Format, LabeledRow
    from segments_hf.labels import Label
    from segments_hf.labels.row import Row

RowError = AssetError | BitmapError | PathError | PointCloudError
ROW_ERRORS = (AssetError, BitmapError, PathError, PointCloudError)
S = TypeVar("S", bound="LabeledRow")
L = TypeVar("L", bound="Label")

logger: Logger = own_logger(__name__)


class ExportRun(ABC, Generic[S]):
    """A running export of images or of point clouds.

    Args:
        export_format: The format.
        images: The option `images` of `export_dataset`.
        on_error: What to do with a row that cannot be exported: ``raise`` or ``skip``.
        result: The result, in which the run counts rows and objects.
    """

    unit: ClassVar[str]  # the unit of the progress bar
    read_ahead: ClassVar[int] = DEFAULT_READ_AHEAD  # the number of rows that are read in advance for each thread

    def __init__(self, export_format: Format[S, Any], images: str, on_error: str, result: ExportResult) -> None:
        self.format = export_format
        self.images = images
        self.on_error = on_error
        self.result = result

    def write_split(self, name: str, rows: SplitRows) -> None:
        """Write the rows of a split."""
        stream = rows.to_iterable_dataset() if isinstance(rows, datasets.Dataset) else rows
        rows_with_progress = progress_bar(
            without_decoding(stream), desc=f"{self.format.name} {name}", total=num_rows(rows, name), unit=self.unit
        )
        with self.format.open(name):
            labeled_rows = self.labeled_rows(rows_with_progress)
            for labeled_row, label in prefetch(
                self._encode_or_catch,
                labeled_rows,
                size_in_memory=_size_in_memory,
                in_flight=CPU_THREADS,
                read_ahead=self.read_ahead,
            ):
                if isinstance(label, EncodedLabel):
                    self.write(labeled_row, label)
                else:
                    self.leave_out(labeled_row.row, label)

    @abstractmethod
    def labeled_rows(self, rows: Iterable[Row]) -> Iterator[S]:
        """Yield each row that is exported, with its label, and count the other rows."""

    def encode(self, labeled_row: S) -> tuple[S, EncodedLabel[Any]]:
        """Encode the label of a row. Return the row, which a subclass may change, and its encoded label.

        The method runs in several threads.
        """
        return labeled_row, self.format.encode_label(labeled_row)

    @abstractmethod
    def write(self, labeled_row: S, label: EncodedLabel[Any]) -> None:
        """Write a row with its encoded label."""

    def _encode_or_catch(self, labeled_row: S) -> tuple[S, EncodedLabel[Any] | RowError]:
        """Encode the label of a row. If this fails, return the error instead of the encoded label."""
        try:
            return self.encode(labeled_row)
        except ROW_ERRORS as error:
            return labeled_row, error

    def leave_out(self, row: Row, error: RowError) -> None:
        """Count and log a row that cannot be exported; with ``on_error="raise"``, raise its error."""
        name = sample_name(row)
        if self.on_error == "raise":
            raise type(error)(f"{name}: {error} ({option('on_error', 'skip')} leaves the row out)") from error
        self.result.left_out["broken"] += 1
        logger.warning("%s left out: %s", name, error)

    def rows_left_out(self) -> str:
        """Return the number of rows that were left out for each reason, as text; empty if no row was left out."""
        return ", ".join(f"{count} {reason}" for reason, count in self.result.left_out.items())

    def close(self) -> None:
        """Write the last files of the format, add its notes to the result, and log the objects and rows left out.

        In Python, the notes are logged too; the command prints them with its result.

        Raises:
            OptionError: No row was written.
        """
        result, rows_left_out = self.result, self.rows_left_out()
        if not result.images and not result.point_clouds:
            reason = f"all rows were left out: {rows_left_out}" if rows_left_out else "the data have no rows"
            raise OptionError(f"got no row to export, expected at least one row with a label; {reason}")
        self.format.close()
        result.notes += self.format.notes
        if rows_left_out:
            total = counted(result.left_out.total(), "row")
            logger.warning("%s: %s left out: %s", self.format.name, total, rows_left_out)
        if result.objects_left_out:
            objects_left_out = ", ".join(f"{count} {reason}" for reason, count in result.objects_left_out.items())
            total = counted(result.objects_left_out.total(), "object")
            logger.warning("%s: %s left out: %s", self.format.name, total, objects_left_out)
        if not is_command_line():
            for note in self.format.notes:
                logger.warning("%s: %s", self.format.name, note)


def complete_label(label: L | None, error_type: type[BitmapError | PointCloudError]) -> L:
    """Return a label after the check that it is complete.

    Args:
        label: The label of a row; None if the annotations of the row are null.
        error_type: The type of the error: `BitmapError` for an image, `PointCloudError` for a point cloud.

    Raises:
        BitmapError: The annotations of an image are null, or its label has no bitmap.
        PointCloudError: The annotations of a point cloud are null, or its label has no ids of points.
    """
    if label is None:
        raise error_type("the annotations are null: the label could not be read when the dataset was loaded")
    if label.missing_part:
        raise error_type(f"the label has no {label.missing_part}")
    return label


def _size_in_memory(encoded: tuple[LabeledRow, EncodedLabel[Any] | RowError]) -> int:
    """Return the number of bytes of the assets in a row plus that of its encoded label."""
    labeled_row, label = encoded
    return asset_bytes(labeled_row.row) + (label.num_bytes if isinstance(label, EncodedLabel) else 0)
