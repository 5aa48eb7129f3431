"""Only one worker uses a journal at a time."""

from __future__ import annotations

from concurrent import futures
from pathlib import Path

import pytest

from hub.demo_push import REPO, demo
from hub.server.hub_server import HubServer
from segments_hf.hub.repository import open_repository
from segments_hf.hub.sources.source_splits import open_source
from segments_hf.hub.uploads.journal import Journal, UploadedShard
from segments_hf.hub.uploads.worker import Worker


def test_worker_waits_until_another_worker_releases_the_journal(hub: HubServer, tmp_path: Path) -> None:
    (split,) = open_source(demo(split="train"), None, None).splits
    (source,) = split.row_sources(1, "raise")
    worker = Worker(source, split.features, Journal(tmp_path / "0.jsonl", UploadedShard), open_repository(REPO), 60_000)
    first = worker.run()
    next(first)
    with futures.ThreadPoolExecutor(1) as threads:
        second = threads.submit(lambda: list(worker.run()))
        with pytest.raises(futures.TimeoutError):
            second.result(timeout=1)
        first.close()
        reports = second.result(timeout=60)
    assert reports[0].skipped > 0
    assert sum(shard.tally.rows for progress in reports for shard in progress.shards) == 8
