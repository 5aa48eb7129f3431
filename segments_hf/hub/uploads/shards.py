"""Write rows to Parquet files of limited size, beginning at any row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from segments_hf.hub.card.row_counts import Tally, tally
from segments_hf.hub.compat import parquet_writer
from segments_hf.layouts.row_report import LeftOut, RowReport, row_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Features

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.sources.row_sources import Position, RowSource

UNREADABLE = "cannot be read"  # the reason to leave out a row
# A row group ends when it has this number of rows or of bytes. The dataset viewer of the Hub recommends 100 rows for
# images.
_ROWS_PER_GROUP = 100
_BYTES_PER_GROUP = 2**26


@dataclass
class Losses:
    """The rows and objects that were left out, and the problems, since the last shard.

    Attributes:
        left_out: The numbers of rows and objects that were left out.
        problems: The problems that occurred while rows were made.
    """

    left_out: LeftOut = field(default_factory=LeftOut)
    problems: list[Problem] = field(default_factory=list)


class Shard(NamedTuple):
    """A Parquet file that has been written.

    Attributes:
        file: The file.
        tally: The counts of its rows.
        following: The position of the row after the file; None after the last file.
        problems: The problems that occurred while its rows were made.
    """

    file: Path
    tally: Tally
    following: Position
    problems: list[Problem]


def write_shards(
    source: RowSource, features: Features, folder: Path, max_bytes: int, start: Position, losses: Losses
) -> Iterator[Shard]:
    """Write rows to Parquet files, with the bytes of their images, bitmaps and point clouds.

    The iterator writes one file at a time. A resumed push writes the same rows to each file as an uninterrupted push.

    Args:
        source: The rows.
        features: The columns that are written. Other columns are only counted; `REPORT` tells which rows to leave out.
        folder: The folder to write to.
        max_bytes: The largest size of a file. A single row may exceed it.
        start: The position of the first row, as in `Shard.following`; None for the first row of the source.
        losses: An object without losses. The function adds the rows and objects left out and the problems to it, and
            moves them to the shard that is finished next. At the end, the object is empty, unless no shard was written.

    Raises:
        SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
    """
    shard: _Writer | None = None
    number = 0
    for batch in source.batches(start):
        reports = row_reports(batch.table)
        for position, index, problems in batch.rows:
            report = RowReport() if index is None else reports[index]
            if index is None or report.row_left_out:
                losses.problems += problems
                losses.left_out.add(LeftOut(rows={report.row_left_out or UNREADABLE: 1}))
                continue
            row = _copied_row(batch.table, index)
            if shard is not None and shard.num_bytes + row.nbytes > max_bytes:
                yield shard.close(position, losses)
                shard = None
            if shard is None:
                shard = _Writer(folder / f"{number}.parquet", features)
                number += 1
            shard.write(row)
            # The losses of this row must not be in the previous shard, because a resumed push that begins with this row
            # adds them again.
            losses.problems += problems
            losses.left_out.add(LeftOut(objects=report.left_out))
    if shard is not None:
        yield shard.close(None, losses)


def _copied_row(table: pa.Table, index: int) -> pa.Table:
    """Return a copy of a row.

    The size of a slice of a table depends on the other rows of the table, which differ when a push is resumed. The size
    of a copy does not, so a resumed push writes the same rows to each file.
    """
    row = table.slice(index, 1)
    return pa.table([pa.concat_arrays(column.chunks) for column in row.columns], schema=row.schema)


class _Writer:
    """A Parquet file that is being written."""

    def __init__(self, file: Path, features: Features) -> None:
        self.num_bytes = 0
        self._tally = Tally()
        self._file = file
        self._columns = list(features)
        self._writer = parquet_writer(file, features)
        self._pending: list[pa.Table] = []
        self._pending_bytes = 0

    def write(self, row: pa.Table) -> None:
        self._pending.append(row)
        self._pending_bytes += row.nbytes
        self.num_bytes += row.nbytes
        if len(self._pending) >= _ROWS_PER_GROUP or self._pending_bytes >= _BYTES_PER_GROUP:
            self._write_row_group()

    def close(self, following: Position, losses: Losses) -> Shard:
        """Finish the file, and move the losses since the last shard to the new shard."""
        if self._pending:
            self._write_row_group()
        self._writer.finalize()
        self._tally.left_out.add(losses.left_out)
        problems = losses.problems
        losses.left_out, losses.problems = LeftOut(), []
        return Shard(self._file, self._tally, following, problems)

    def _write_row_group(self) -> None:
        group = pa.concat_tables(self._pending).combine_chunks()
        self._tally.add(tally(group, self._columns))
        self._writer.write_table(group.select(self._columns), writer_batch_size=group.num_rows)
        self._pending = []
        self._pending_bytes = 0
