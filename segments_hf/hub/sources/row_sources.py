"""Read the rows of a push as Arrow tables, beginning at any row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import datasets

from segments_hf.dataset.rows.outcome import FIRST_ROW, RowPosition
from segments_hf.hub.compat import with_embedded_images
from segments_hf.hub.sources.pushed_assets import with_readable_assets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from datasets import Features

    from segments_hf.dataset.data_types import SplitRows
    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.dataset.rows.row_maker import RowMaker
    from segments_hf.release import ReleaseSlice

# The position of a row, which JSON can represent: the index in a dataset, the state that `load_state_dict` of a stream
# takes, or the number of a slice and the position in this slice. None is the position of the first row.
Position: TypeAlias = int | list[int] | dict[str, Any] | None

# The version of the format of positions. A push resumes only from positions of this version, because positions of
# another version could be those of other rows.
POSITION_FORMAT = 2

_ROWS_PER_READ = 16  # few, because rows may contain the bytes of their images


class SourceRow(NamedTuple):
    """A row of a batch.

    Attributes:
        position: The position of the row, from which a later push can continue.
        table_index: The index of the row in the table of the batch; None if the row cannot be read and was left out.
        problems: The problems that occurred while the row was made.
    """

    position: Position
    table_index: int | None
    problems: Sequence[Problem] = ()


class Batch(NamedTuple):
    """Some rows of a push.

    Attributes:
        table: The rows, with the bytes of their images, bitmaps and point clouds. It may also contain rows that were
            left out.
        rows: The rows in order, including rows that were left out.
    """

    table: pa.Table
    rows: Sequence[SourceRow]


class RowSource(Protocol):
    """The rows of a push, or a part of these rows. Objects of this type can be pickled."""

    def batches(self, start: Position) -> Iterator[Batch]:
        """Yield the rows in order.

        Args:
            start: The position of the first row.

        Raises:
            SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``. The error names the
                sample.
        """


@dataclass(frozen=True)
class DatasetRows:
    """The rows of a dataset or of any stream.

    Attributes:
        rows: A `Dataset` or an `IterableDataset`.
        features: The columns whose images and point clouds are checked. Other columns are only counted.
        on_error: What to do with a row whose image, bitmap or point cloud cannot be read: ``raise``, ``skip`` the row,
            or ``keep`` the row with null.
    """

    rows: Any
    features: Features
    on_error: str

    def batches(self, start: Position) -> Iterator[Batch]:
        """Yield each row as a batch. See `RowSource`.

        Raises:
            AssetError: An image, a bitmap or a point cloud cannot be read, and `on_error` is ``raise``.
        """
        for position, row in _rows_with_positions(self.rows.with_format("arrow"), start):
            readable = with_readable_assets(row, self.features, self.on_error)
            if readable is None:
                yield Batch(row, [SourceRow(position, None)])
            else:
                yield Batch(with_embedded_images(readable), [SourceRow(position, 0)])


@dataclass(frozen=True)
class SliceRows:
    """The rows of a slice of a release.

    Attributes:
        number: The number of the slice among the slices of the split.
        samples: The slice.
        maker: The function that makes the rows, with the bytes of their images.
    """

    number: int
    samples: ReleaseSlice
    maker: RowMaker

    def with_connections(self, number: int) -> SliceRows:
        """Return the same rows with a limit for the simultaneous requests to one host."""
        return replace(self, maker=self.maker.with_connections(number))

    def batches(self, start: Position) -> Iterator[Batch]:
        """Yield batches of up to 64 rows. See `RowSource`.

        Args:
            start: The position of the first row: a list of the number of its slice and the numbers of its
                `RowPosition`. If its slice comes after this slice, no row is yielded.
        """
        number, *position = start if isinstance(start, list) else [self.number]
        if self.number < number:
            return
        first_row = RowPosition(*position) if self.number == number else FIRST_ROW
        for batch in self.maker.batches(self.samples, first_row):
            table_rows = count()
            rows = [
                SourceRow(
                    [self.number, *outcome.position],
                    None if outcome.row is None else next(table_rows),
                    outcome.problems,
                )
                for outcome in batch.outcomes
            ]
            yield Batch(batch.table, rows)


def _rows_with_positions(rows: SplitRows, start: Position) -> Iterator[tuple[Position, pa.Table]]:
    """Yield the position of each row, and the row as a table. Images have their stored form: bytes or a path."""
    if isinstance(rows, datasets.Dataset):
        first_row = start if isinstance(start, int) else 0
        for batch_start in range(first_row, len(rows), _ROWS_PER_READ):
            table = rows[batch_start : batch_start + _ROWS_PER_READ]
            for offset in range(table.num_rows):
                yield batch_start + offset, table.slice(offset, 1)
        return
    if start is not None:
        rows.load_state_dict(start)
    position = start
    # Batches have one row, because `datasets` uses the types of the first row for all rows of a batch.
    for row in rows.iter(1):
        yield position, row
        position = rows.state_dict()
