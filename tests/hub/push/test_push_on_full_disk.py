"""A push on a full disk raises `StorageError` and commits nothing, and the next push resumes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import datasets
import pytest

import segments_hf
from hub.demo_push import REPO, demo, shards, stored_rows
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release
from segments_hf.errors import StorageError
from segments_hf.hub.uploads.journal import journals_folder

resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")


@contextmanager
def limited_file_size(size: int) -> Iterator[None]:
    """Limit the size of files, so that a write beyond the limit fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [100, 60_000], ids=["before the first row", "in the middle of the rows"])
def test_push_on_full_disk_raises_storage_error_and_commits_nothing_and_resumes(hub: HubServer, size: int) -> None:
    rows = demo(embed=True)
    with limited_file_size(size), pytest.raises(StorageError, match="free.* space"):
        segments_hf.push_to_hub(rows, REPO)
    assert not list(journals_folder().rglob("*.parquet"))
    assert ("datasets", REPO) not in hub.repos or not shards(hub)
    segments_hf.push_to_hub(rows, REPO)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


def test_push_raises_storage_error_if_cache_path_is_a_file(hub: HubServer) -> None:
    journals_folder().parent.mkdir(parents=True, exist_ok=True)
    journals_folder().write_bytes(b"mine")
    with pytest.raises(StorageError, match="another path"):
        segments_hf.push_to_hub(demo_release(), REPO)
    assert journals_folder().read_bytes() == b"mine"
