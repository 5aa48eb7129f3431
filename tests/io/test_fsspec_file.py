"""`read_fsspec_file` reads files up to a maximum size and a time limit. Its errors do not show the URL."""

from __future__ import annotations

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from segments_hf.errors import AssetError
from segments_hf.images.stored_image import stored_content
from segments_hf.io.remote.deadline import Deadline
from segments_hf.io.remote.fsspec_file import read_fsspec_file
from segments_hf.io.remote.limited_reading import TooLargeError

URL = "memory://test_fsspec_file/SECRET"


@pytest.fixture
def file_url():
    fsspec.filesystem("memory").pipe("/test_fsspec_file/SECRET", b"0123456789")
    yield URL
    MemoryFileSystem.store.clear()


def test_read_fsspec_file_returns_the_content_up_to_the_limit(file_url):
    assert read_fsspec_file(file_url, max_bytes=10) == b"0123456789"
    with pytest.raises(TooLargeError):
        read_fsspec_file(file_url, max_bytes=9)


@pytest.mark.parametrize(
    "url", ["memory://gone/SECRET", "nowhere://SECRET", "zip://SECRET::memory://gone/SECRET", "SECRET://"]
)
def test_read_fsspec_file_raises_asset_error_without_the_url(url):
    with pytest.raises(AssetError) as raised:
        read_fsspec_file(url, max_bytes=10)
    assert "SECRET" not in str(raised.value)


def test_read_fsspec_file_stops_at_the_time_limit(file_url, monkeypatch):
    monkeypatch.setattr("segments_hf.io.remote.fsspec_file.Deadline", lambda _: Deadline(0.05))

    class Endless:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def read(self, size):
            return b"a"

    monkeypatch.setattr("fsspec.open", lambda *_, **__: Endless())
    with pytest.raises(AssetError, match="more than"):
        read_fsspec_file(file_url, max_bytes=10**12)


def test_stored_content_refuses_a_file_above_the_size_limit(file_url, monkeypatch):
    assert stored_content({"bytes": None, "path": file_url}).read() == b"0123456789"
    monkeypatch.setattr("segments_hf.images.stored_image._MAX_BYTES", 9)
    with pytest.raises(AssetError, match="more than 9 bytes"):
        stored_content({"bytes": None, "path": file_url})
