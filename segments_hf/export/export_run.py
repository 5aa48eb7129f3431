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
    from segments_hf.export.format import Format, Sample
    from segments_hf.labels import Label
    from segments_hf.labels.row import Row

SampleError = AssetError | BitmapError | PathError | PointCloudError
SAMPLE_ERRORS = (AssetError, BitmapError, PathError, PointCloudError)
S = TypeVar("S", bound="Sample")
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
            samples = self.samples(rows_with_progress)
            for sample, label in prefetch(
                self._encode_or_catch,
                samples,
                size_in_memory=_size_in_memory,
                in_flight=CPU_THREADS,
                read_ahead=self.read_ahead,
            ):
                if isinstance(label, EncodedLabel):
                    self.write(sample, label)
                else:
                    self.leave_out(sample.row, label)

    @abstractmethod
    def samples(self, rows: Iterable[Row]) -> Iterator[S]:
        """Yield a sample for each row that is exported, and count the other rows."""

    def encode(self, sample: S) -> tuple[S, EncodedLabel[Any]]:
        """Encode the label of a sample. Return a sample, which a subclass may change, and its label.

        The method runs in several threads.
        """
        return sample, self.format.encode_label(sample)

    @abstractmethod
    def write(self, sample: S, label: EncodedLabel[Any]) -> None:
        """Write a sample with its encoded label."""

    def _encode_or_catch(self, sample: S) -> tuple[S, EncodedLabel[Any] | SampleError]:
        """Encode the label of a sample. If this fails, return the error instead of the label."""
        try:
            return self.encode(sample)
        except SAMPLE_ERRORS as error:
            return sample, error

    def leave_out(self, row: Row, error: SampleError) -> None:
        """Count and log a row that cannot be exported; with ``on_error="raise"``, raise its error."""
        name = sample_name(row)
        if self.on_error == "raise":
            raise type(error)(f"{name}: {error} ({option('on_error', 'skip')} leaves the sample out)") from error
        self.result.left_out["broken"] += 1
        logger.warning("%s left out: %s", name, error)

    def rows_left_out(self) -> str:
        """Return the number of rows that were left out for each reason, as text; empty if no row was left out."""
        return ", ".join(f"{count} {reason}" for reason, count in self.result.left_out.items())

    def close(self) -> None:
        """Write the last files of the format, add its notes to the result, and log what was left out.

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
        if not is_command_line():  # the command prints the notes with its result
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


def _size_in_memory(encoded: tuple[Sample, EncodedLabel[Any] | SampleError]) -> int:
    """Return the number of bytes of the assets in a row plus that of its encoded label."""
    sample, label = encoded
    return asset_bytes(sample.row) + (label.num_bytes if isinstance(label, EncodedLabel) else 0)
