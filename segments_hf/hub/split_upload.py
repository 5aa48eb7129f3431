"""Upload one split to the Hub, with one or several processes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import datasets
import multiprocess

from segments_hf.dataset.compat import progress_bar
from segments_hf.errors import OptionError
from segments_hf.hub.compat import flat_map
from segments_hf.hub.journal import Journal, UploadedShard
from segments_hf.hub.upload import Progress, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.hub.parts import Part
    from segments_hf.hub.repository import Repository


def upload_split(
    part: Part, repository: Repository, folder: Path, *, max_bytes: int, num_proc: int | None, on_error: str
) -> tuple[list[UploadedShard], int, int]:
    """Upload the shards of a split that have not been uploaded before.

    Args:
        part: The split.
        repository: The repository.
        folder: The folder of the push, for the journals of the workers.
        max_bytes: The largest size of a shard.
        num_proc: The number of processes that write and upload shards.
        on_error: What to do with a row whose image or bitmap cannot be read: ``raise``, ``skip`` the row, or ``keep``
            the row with null.

    Returns:
        The shards in order, the number of bytes that were uploaded, and the number of bytes that the Hub had already.

    Raises:
        OptionError: The split has no rows.
        HubError: The Hub refuses the shards.
        AssetError: An image or a bitmap cannot be read, and `on_error` is ``raise``.
    """
    # Each process gets at least one row of a dataset, or one shard of a stream.
    max_count = (part.length or 1) if isinstance(part.rows, datasets.Dataset) else part.rows.num_shards
    count = min(num_proc or 1, max_count)
    workers = [
        Worker(
            part.rows if count == 1 else part.rows.shard(num_shards=count, index=index, contiguous=True),
            part.features,
            Journal(folder / part.name / f"{index:05d}-of-{count:05d}.jsonl"),
            repository,
            max_bytes,
            on_error,
        )
        for index in range(count)
    ]
    shards: list[list[UploadedShard]] = [[] for _ in workers]
    sent = skipped = 0
    with progress_bar(desc=f"Pushing {part.name}", total=part.length, unit=" rows") as bar:
        for index, progress in _progress(workers):
            shards[index] += progress.shards
            sent, skipped = sent + progress.sent, skipped + progress.skipped
            bar.set_postfix_str(f"uploaded {sent / 1e6:.1f} MB, skipped {skipped / 1e6:.1f} MB", refresh=False)
            bar.update(sum(shard.tally.rows for shard in progress.shards))
    if not any(shards):
        raise OptionError(f"split {part.name!r} has no rows; leave the split out")
    return [shard for shards_of_worker in shards for shard in shards_of_worker], sent, skipped


def _progress(workers: list[Worker]) -> Iterator[tuple[int, Progress]]:
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
    for progress in worker.run():
        yield index, progress
        if parent is not None and not parent.is_alive():
            return
