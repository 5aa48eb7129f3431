"""Rows to Parquet files of a bounded size, from any row on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import datasets
import pyarrow as pa

from segments_hf.hub.compat import parquet_writer, with_pictures
from segments_hf.hub.pushed_pictures import with_readable_pictures
from segments_hf.hub.row_counts import Tally, tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Features

_ROWS_AT_ONCE = 16  # read at once: they may hold their pictures
_ROWS_TOGETHER = 100  # of a row group, as the Hub's viewer likes them for pictures
_BYTES_TOGETHER = 2**26


class Shard(NamedTuple):
    """A Parquet file that is written.

    Attributes:
        file: The file.
        tally: What was counted in its rows.
        following: Where its next row is: the number of the row, for a stream what its `load_state_dict` takes; None
            where there is none.
    """

    file: Path
    tally: Tally
    following: Any


def write_shards(
    rows: Any, features: Features, folder: Path, max_bytes: int, start: Any, on_error: str
) -> Iterator[Shard]:
    """Write rows to Parquet files, with the bytes of the pictures. The same rows give the same files from any start.

    Each file is written when the iterator is advanced.

    Args:
        rows: A `Dataset` or an `IterableDataset`.
        features: The columns that are written; others are only counted.
        folder: Where the files go.
        max_bytes: The size of a file at most, unless one row is larger.
        start: Where the first row is, as in `Shard.following`; None for the beginning.
        on_error: What to do with a row whose picture cannot be read: ``raise``, ``skip`` it, or ``keep`` it with null.

    Raises:
        AssetError: A picture cannot be read, and `on_error` is ``raise``.
    """
    shard: _Writer | None = None
    number = 0
    for place, stored in _rows(rows.with_format("arrow"), start):
        readable = with_readable_pictures(stored, features, on_error)
        if readable is None:
            continue
        row = with_pictures(readable)
        if shard is not None and shard.num_bytes + row.nbytes > max_bytes:
            yield shard.close(place)
            shard = None
        if shard is None:
            shard = _Writer(folder / f"{number}.parquet", features)
            number += 1
        shard.write(row)
    if shard is not None:
        yield shard.close(None)


def _rows(rows: Any, start: Any) -> Iterator[tuple[Any, pa.Table]]:
    """Yield the position of each row, and the row as a table whose pictures are as stored."""
    if isinstance(rows, datasets.Dataset):
        for first in range(start or 0, len(rows), _ROWS_AT_ONCE):
            table = rows[first : first + _ROWS_AT_ONCE]
            for offset in range(table.num_rows):
                yield first + offset, table.slice(offset, 1)
        return
    if start is not None:
        rows.load_state_dict(start)
    place = start
    # One by one: of several, `datasets` takes the first one's types for those of all.
    for row in rows.iter(1):
        yield place, row
        place = rows.state_dict()


class _Writer:
    """Writes one Parquet file."""

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
        if len(self._waiting) >= _ROWS_TOGETHER or self._waiting_bytes >= _BYTES_TOGETHER:
            self._write_row_group()

    def close(self, following: Any) -> Shard:
        if self._waiting:
            self._write_row_group()
        self._writer.finalize()
        return Shard(self._file, self._tally, following)

    def _write_row_group(self) -> None:
        together = pa.concat_tables(self._waiting).combine_chunks()
        self._tally.add(tally(together, self._columns))
        self._writer.write_table(together.select(self._columns), writer_batch_size=together.num_rows)
        self._waiting = []
        self._waiting_bytes = 0
