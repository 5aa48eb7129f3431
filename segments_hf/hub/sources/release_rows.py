"""The rows of a push that are read from releases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count, pairwise
from typing import TYPE_CHECKING

from segments_hf.dataset.building.plan import joined_by_release, status_counts
from segments_hf.hub.sources.row_sources import Batch, SliceRows

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from datasets import Features

    from segments_hf.dataset.building.config import SegmentsReleaseConfig
    from segments_hf.dataset.building.plan import Shard
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.hub.sources.row_sources import Position


@dataclass(frozen=True)
class ReleaseRows:
    """The rows of some samples of releases.

    An object of this class can be pickled. Other processes of this machine open the releases again.

    Attributes:
        config: The options for loading the releases.
        shards: The samples, as shards of the plan of a dataset. These are not the Parquet shards of the push.
        features: The columns of the rows.
        new_columns: A function that makes the columns of a layout for a row; None for the rows of a release.
    """

    config: SegmentsReleaseConfig
    shards: Sequence[Shard]
    features: Features
    new_columns: NewColumns | None = None

    @property
    def num_rows(self) -> int | None:
        """The number of rows, including rows that are left out; None for sequences, whose frames are not counted."""
        return None if self.config.kind.sequence else sum(len(shard.indices) for shard in self.shards)

    def statuses(self) -> Counter[str]:
        """Count the label statuses of the samples."""
        return status_counts(self.config, self.shards)

    def divided(self, num_parts: int) -> list[ReleaseRows]:
        """Divide the rows into parts. The parts are in the order of the rows.

        Args:
            num_parts: The number of parts, at most the number of `shards`.
        """
        ends = [number * len(self.shards) // num_parts for number in range(num_parts + 1)]
        return [replace(self, shards=self.shards[begin:end]) for begin, end in pairwise(ends)]

    def batches(self, start: Position) -> Iterator[Batch]:
        """Yield batches of up to 64 rows. See `RowSource`."""
        for part in self.slices(sum(len(shard.indices) for shard in self.shards)):
            yield from part.batches(start)

    def slices(self, size: int) -> Iterator[SliceRows]:
        """Divide the rows into slices, which can be pickled and read on another machine.

        Args:
            size: The number of samples of each slice; the last slice of each release may have fewer.
        """
        numbers = count()
        for shard in joined_by_release(self.shards):
            release = self.config.reopen(shard.release)
            maker = self.config.row_maker(release, is_stored=False, in_memory=True)
            maker = replace(maker, features=self.features, new_columns=self.new_columns)
            for start in range(0, len(shard.indices), size):
                yield SliceRows(next(numbers), release.slice(shard.indices[start : start + size]), maker)
