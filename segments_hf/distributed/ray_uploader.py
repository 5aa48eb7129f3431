"""Upload the shards of a push with tasks on a Ray cluster."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from segments_hf.distributed.slice_size import slice_size
from segments_hf.distributed.tasks import Task, run_tasks
from segments_hf.errors import SegmentsHFError
from segments_hf.hub.uploads.journal import Journal
from segments_hf.hub.uploads.shard_upload import Progress, known_shards
from segments_hf.hub.uploads.shard_work import ShardWork

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.release_rows import ReleaseRows
    from segments_hf.hub.sources.source_splits import SourceSplit
    from segments_hf.hub.uploads.split_upload import Target


class FinishedSlice(msgspec.Struct, frozen=True):
    """A slice that has been uploaded.

    Attributes:
        number: The number of the slice in its split.
        progress: All shards of the slice, and the numbers of rows and objects that were left out.
    """

    number: int
    progress: Progress


@dataclass(frozen=True)
class RayUploader:
    """Write and upload shards with tasks on the Ray cluster that this process is connected to. See `Uploader`.

    Each task uploads one slice of a release. The journal of a split has one entry for each slice that has been
    uploaded. The journal is a file on the machine of this process.

    Attributes:
        connections_per_host: The largest number of simultaneous requests to one host, of all tasks together.
    """

    connections_per_host: int

    def division(self, splits: Sequence[SourceSplit]) -> object:
        """Return the size of the slices of each split."""
        return ["slices", [slice_size_of(release_rows_of(split)) for split in splits]]

    def upload(self, split: SourceSplit, target: Target) -> Generator[tuple[int, Progress], None, None]:
        """Upload the slices of a split that are not in its journal, or whose shards the Hub has removed.

        Yields:
            The number and the progress of each slice: first of the slices that are already uploaded, then of the others
            in the order of completion.

        Raises:
            ClusterError: The process of a task died too often.
            SegmentsHFError: A row of the release cannot be read, or a shard cannot be uploaded.
        """
        rows = release_rows_of(split)
        target.repository.create()
        journal = Journal(target.folder / f"{split.name}-slices.jsonl", FinishedSlice)
        finished = _still_on_hub(journal.read(), target.repository)
        journal.begin(finished)
        for item in finished:
            size = sum(shard.size for shard in item.progress.shards)
            yield item.number, item.progress._replace(sent=0, skipped=size)
        done = {item.number for item in finished}
        uploads = [
            ShardWork(rows_of_slice, split.features, target.repository, target.max_bytes)
            for rows_of_slice in rows.slices(slice_size_of(rows))
            if rows_of_slice.number not in done
        ]
        numbers = {f"{split.name}, slice {upload.source.number}": upload.source.number for upload in uploads}
        tasks = [
            Task(key, partial(self._with_connections, upload)) for key, upload in zip(numbers, uploads, strict=True)
        ]
        with closing(run_tasks(tasks)) as results:
            for key, progress in results:
                journal.append(FinishedSlice(numbers[key], progress))
                yield numbers[key], progress

    def _with_connections(self, upload: ShardWork, concurrency: int) -> ShardWork:
        """Return the upload of a slice with its part of `connections_per_host`.

        Args:
            upload: The upload.
            concurrency: The number of tasks that run at the same time.
        """
        return upload.with_connections(max(1, self.connections_per_host // concurrency))


def release_rows_of(split: SourceSplit) -> ReleaseRows:
    """Return the rows of a split in a form that a cluster can read.

    Raises:
        SegmentsHFError: The rows are not those of one split of a release.
    """
    if split.release_rows is None:
        raise SegmentsHFError(f"split {split.name!r}: got rows that a cluster cannot read, expected those of a release")
    return split.release_rows


def slice_size_of(rows: ReleaseRows) -> int:
    """Return the number of samples in each slice of a split."""
    samples = sum(len(shard.indices) for shard in rows.shards)
    return slice_size(samples, are_sequences=rows.config.kind.sequence)


def _still_on_hub(finished: Sequence[FinishedSlice], repository: Repository) -> list[FinishedSlice]:
    """Return the slices whose shards the Hub still has. The Hub removes files that no commit contains."""
    known = known_shards(repository, [shard for item in finished for shard in item.progress.shards])
    return [item for item in finished if all(shard.sha256 in known for shard in item.progress.shards)]
