"""Upload the shards of a push with one or several processes of this machine."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import multiprocess

from segments_hf.hub.compat import flat_map
from segments_hf.hub.quiet_library import without_library_bars
from segments_hf.hub.uploads.journal import Journal, UploadedShard
from segments_hf.hub.uploads.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from segments_hf.hub.sources.source_splits import SourceSplit
    from segments_hf.hub.uploads.shard_upload import Progress
    from segments_hf.hub.uploads.split_upload import Target


@dataclass(frozen=True)
class ProcessUploader:
    """Write and upload shards with processes of this machine. See `Uploader`.

    Attributes:
        num_proc: The number of processes; None for this process alone.
    """

    num_proc: int | None = None

    def division(self, splits: Sequence[SourceSplit]) -> object:
        """Return the number of processes. Each slice is the rows of one process."""
        del splits
        return self.num_proc

    def upload(self, split: SourceSplit, target: Target) -> Generator[tuple[int, Progress], None, None]:
        """Upload the shards of a split. Each slice is the rows of one process."""
        sources = split.row_sources(self.num_proc or 1, target.on_error)
        workers = [
            Worker(
                source,
                split.features,
                Journal(target.folder / split.name / f"{index:05d}-of-{len(sources):05d}.jsonl", UploadedShard),
                target.repository,
                target.max_bytes,
            )
            for index, source in enumerate(sources)
        ]
        if len(workers) == 1:
            yield from _run(0, workers[0])
            return
        # Processes are spawned and not forked, because the HTTP client and hf_xet have threads.
        # Workers ignore Ctrl-C: this process handles it and ends the workers.
        ignore = (signal.SIGINT, signal.SIG_IGN)
        with multiprocess.get_context("spawn").Pool(len(workers), signal.signal, ignore) as pool:
            arguments = [{"index": index, "worker": worker} for index, worker in enumerate(workers)]
            yield from flat_map(pool, _run, arguments)


def _run(index: int, worker: Worker) -> Iterator[tuple[int, Progress]]:
    parent = multiprocess.parent_process()
    with without_library_bars():
        for progress in worker.run():
            yield index, progress
            if parent is not None and not parent.is_alive():  # the push was killed
                return
