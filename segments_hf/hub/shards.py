"""Write rows to Parquet files of limited size, beginning at any row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import datasets
import pyarrow as pa

from segments_hf.hub.card.row_counts import Tally, tally
from segments_hf.hub.compat import parquet_writer, with_embedded_images
from segments_hf.hub.pushed_images import with_readable_images
from segments_hf.layouts.row_report import REPORT, LeftOut, RowReport, read_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Features

    from segments_hf.dataset.data_types import SplitRows

# The index of a row; for a stream, the state that `load_state_dict` takes. As the start of a shard, None is the first
# row; as `Shard.following`, None means that no row follows.
Position: TypeAlias = int | dict[str, Any] | None

UNREADABLE = "cannot be read"  # the reason to leave out a row
_ROWS_PER_READ = 16  # few, because rows may contain the bytes of their images
_ROWS_PER_GROUP = 100  # rows in a row group, as the dataset viewer of the Hub recommends for images
_BYTES_PER_GROUP = 2**26


class Shard(NamedTuple):
    """A Parquet file that has been written.

    Attributes:
        file: The file.
        tally: The counts of its rows.
        following: The position of the row after the file: the index of the row, or for a stream the argument of
            `load_state_dict`; None after the last file.
    """

    file: Path
    tally: Tally
    following: Position


def write_shards(
    rows: SplitRows,
    features: Features,
    folder: Path,
    max_bytes: int,
    start: Position,
    on_error: str,
    left_out: LeftOut,
) -> Iterator[Shard]:
    """Write rows to Parquet files, with the bytes of their images and bitmaps.

    The iterator writes one file at a time. A resumed push puts the same rows into each file as
    an uninterrupted push.

    Args:
        rows: A `Dataset` or an `IterableDataset`.
        features: The columns that are written. Other columns are only counted, and tell what to leave out (`REPORT`).
        folder: The folder to write to.
        max_bytes: The largest size of a file. A single row may exceed it.
        start: The position of the first row, as in `Shard.following`; None for the beginning.
        on_error: What to do with a row whose image or bitmap cannot be read: ``raise``, ``skip`` the row, or ``keep``
            the row with null.
        left_out: The numbers of rows and objects that were left out since the last shard, which are added to it. At the
            end, they are 0 unless no shard was written.

    Raises:
        AssetError: An image or a bitmap cannot be read, and `on_error` is ``raise``.
    """
    shard: _Writer | None = None
    number = 0
    for position, stored in _rows(rows.with_format("arrow"), start):
        report = _report(stored)
        readable = None if report.row_left_out else with_readable_images(stored, features, on_error)
        if readable is None:
            left_out.add(LeftOut(rows={report.row_left_out or UNREADABLE: 1}))
            continue
        row = with_embedded_images(readable)
        if shard is not None and shard.num_bytes + row.nbytes > max_bytes:
            yield shard.close(position, left_out)
            shard = None
        if shard is None:
            shard = _Writer(folder / f"{number}.parquet", features)
            number += 1
        shard.write(row)
        # After the end of the last shard: a resumed push reads this row again if it begins a shard.
        left_out.add(LeftOut(objects=report.left_out))
    if shard is not None:
        yield shard.close(None, left_out)


def _report(row: pa.Table) -> RowReport:
    return read_report(row[REPORT][0].as_py()) if REPORT in row.column_names else RowReport()


def _rows(rows: SplitRows, start: Position) -> Iterator[tuple[Position, pa.Table]]:
    """Yield the position of each row, and the row as a table with images as they are stored."""
    if isinstance(rows, datasets.Dataset):
        first_row = start if isinstance(start, int) else 0
        for first in range(first_row, len(rows), _ROWS_PER_READ):
            table = rows[first : first + _ROWS_PER_READ]
            for offset in range(table.num_rows):
                yield first + offset, table.slice(offset, 1)
        return
    if start is not None:
        rows.load_state_dict(start)
    position = start
    # Batches have one row, because `datasets` uses the types of the first row for all rows of a batch.
    for row in rows.iter(1):
        yield position, row
        position = rows.state_dict()


class _Writer:
    """A Parquet file that is being written."""

    def __init__(self, file: Path, features: Features) -> None:
        self.num_bytes = 0
        self._tally = Tally()
        self._file = file
        self._columns = list(features)
        self._writer = parquet_writer(file, features)
        self._waiting: list[pa.Table] = []
        self._waiting_bytes = 0

    def write(self, row: pa.Table) -> None:
        self._waiting.append(row)
        self._waiting_bytes += row.nbytes
        self.num_bytes += row.nbytes
        if len(self._waiting) >= _ROWS_PER_GROUP or self._waiting_bytes >= _BYTES_PER_GROUP:
            self._write_row_group()

    def close(self, following: Position, left_out: LeftOut) -> Shard:
        """Finish the file, and add the numbers of rows and objects left out to its counts."""
        if self._waiting:
            self._write_row_group()
        self._writer.finalize()
        self._tally.left_out.add(left_out)
        left_out.clear()
        return Shard(self._file, self._tally, following)

    def _write_row_group(self) -> None:
        group = pa.concat_tables(self._waiting).combine_chunks()
        self._tally.add(tally(group, self._columns))
        self._writer.write_table(group.select(self._columns), writer_batch_size=group.num_rows)
        self._waiting = []
        self._waiting_bytes = 0
