"""Upload one split to the Hub, with one or several processes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, NamedTuple

import multiprocess

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.rows.problems import report
from segments_hf.errors import OptionError
from segments_hf.hub.card.row_counts import Tally, total
from segments_hf.hub.compat import flat_map
from segments_hf.hub.quiet_library import without_library_bars
from segments_hf.hub.uploads.journal import Journal, UploadedShard
from segments_hf.hub.uploads.worker import Worker
from segments_hf.io.number_text import counted
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.parts import Part
    from segments_hf.hub.repository import Repository
    from segments_hf.hub.uploads.shard_upload import Progress


class UploadedSplit(NamedTuple):
    """A split that has been uploaded.

    Attributes:
        shards: The shards in order.
        tally: The counts of all rows.
        uploaded_bytes: The number of bytes that were uploaded.
        skipped_bytes: The number of bytes that the Hub had already.
    """

    shards: list[UploadedShard]
    tally: Tally
    uploaded_bytes: int
    skipped_bytes: int

    @property
    def size(self) -> int:
        """The size of the shards in bytes."""
        return sum(shard.size for shard in self.shards)


def upload_split(
    part: Part,
    repository: Repository,
    folder: Path,
    add_shards: Callable[[str, int, Sequence[UploadedShard]], None],
    *,
    max_bytes: int,
    num_proc: int | None,
    on_error: str,
) -> UploadedSplit:
    """Upload the shards of a split that have not been uploaded before.

    Args:
        part: The split.
        repository: The repository.
        folder: The folder of the push, for the journals of the workers.
        add_shards: A function that takes the name of the split, the number of a worker and the next shards that this
            worker has uploaded.
        max_bytes: The largest size of a shard.
        num_proc: The number of processes that write and upload shards.
        on_error: What to do with a row whose image or bitmap cannot be read: ``raise``, ``skip`` the row, or ``keep``
            the row with null.

    Raises:
        OptionError: The split has no rows.
        HubError: The Hub refuses the shards.
        SegmentsHFError: A row cannot be read, and `on_error` is ``raise``.
    """
    sources = part.sources(num_proc or 1, on_error)
    workers = [
        Worker(
            source,
            part.features,
            Journal(folder / part.name / f"{index:05d}-of-{len(sources):05d}.jsonl"),
            repository,
            max_bytes,
        )
        for index, source in enumerate(sources)
    ]
    shards: list[list[UploadedShard]] = [[] for _ in workers]
    problems: list[Problem] = []
    tally = Tally(left_out=LeftOut(dict(part.left_out.rows), dict(part.left_out.objects)))
    uploaded = skipped = 0
    with progress_bar(desc=f"Uploading shard 1 of {part.name}", total=part.length, unit=" rows") as bar:
        for index, progress in _progress(workers):
            shards[index] += progress.shards
            problems += progress.problems
            add_shards(part.name, index, progress.shards)
            counts = total([*(shard.tally for shard in progress.shards), Tally(left_out=progress.left_out)])
            tally.add(counts)
            uploaded, skipped = uploaded + progress.sent, skipped + progress.skipped
            rows = counts.rows + sum(counts.left_out.rows.values())
            if bar.n + rows != part.length:  # after the last row, no further shard is uploaded
                bar.set_description(f"Uploading shard {sum(map(len, shards)) + 1} of {part.name}", refresh=False)
            reused = f", the Hub had {skipped / 1e6:.1f} MB" if skipped else ""
            bar.set_postfix_str(f"uploaded {uploaded / 1e6:.1f} MB{reused}", refresh=False)
            bar.update(rows)
        bar.set_description(f"Uploaded {counted(sum(map(len, shards)), 'shard')} of {part.name}")
    report(problems)
    if not any(shards):
        reasons = ", ".join(f"{count} {reason}" for reason, count in tally.left_out.rows.items())
        why = f": all its rows were left out: {reasons}" if reasons else ""
        raise OptionError(f"split {part.name!r} has no rows{why}; leave the split out")
    return UploadedSplit([shard for of_worker in shards for shard in of_worker], tally, uploaded, skipped)


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
    with without_library_bars():
        for progress in worker.run():
            yield index, progress
            if parent is not None and not parent.is_alive():
                return
