"""A push on a full disk raises `StorageError` and commits nothing, and the next push resumes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import datasets
import pytest

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import StorageError
from segments_hf.hub.journal import journals_folder

from .hub_server import HubServer
from .test_push import REPO, demo, raw

resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Limit the size of files, so that larger writes fail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [100, 60_000])
def test_push_on_full_disk_raises_storage_error_and_can_be_resumed(hub: HubServer, size: int) -> None:
    rows = demo(embed=True)
    with files_of_at_most(size), pytest.raises(StorageError, match="free some space"):
        segments_hf.push_to_hub(rows, REPO)
    assert not list(journals_folder().rglob("*.parquet"))
    assert not any(path.endswith(".parquet") for path in hub.repos.get(REPO, {}))
    segments_hf.push_to_hub(rows, REPO)
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


def test_push_raises_storage_error_if_cache_path_is_a_file(hub: HubServer) -> None:
    journals_folder().parent.mkdir(parents=True, exist_ok=True)
    journals_folder().write_bytes(b"mine")
    with pytest.raises(StorageError, match="choose another place"):
        segments_hf.push_to_hub(demo_release(), REPO)
    assert journals_folder().read_bytes() == b"mine"
