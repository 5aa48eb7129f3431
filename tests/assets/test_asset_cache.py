"""The cache stores one complete file per asset, inside its folder."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segments_hf.assets import AssetCache, default_cache_folder

URL = "https://host/a.jpg"


@pytest.fixture
def cache(tmp_path):
    return AssetCache(tmp_path / "cache")


def stored_files(cache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_find_returns_stored_files(cache):
    assert cache.find(URL) is None
    stored = cache.store(URL, b"content")
    path = cache.path(URL)
    assert cache.find(URL) == stored == str(path)
    assert path.read_bytes() == b"content"
    assert stored_files(cache) == [path]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("?X-Amz-Signature=a&X-Amz-Date=1", "?X-Amz-Signature=b&X-Amz-Date=2&X-Amz-Security-Token=t"),
        ("?X-Goog-Signature=a", "?x-goog-signature=b"),
        ("?AWSAccessKeyId=a&Signature=b&Expires=1", "?AWSAccessKeyId=a&Signature=c&Expires=2"),
        ("?sv=2020&se=2024&sr=b&sp=r&sig=a", "?sv=2021&se=2025&sr=b&sp=r&sig=b"),
        ("?Policy=a&Signature=b&Key-Pair-Id=c", ""),
        ("", "#fragment"),
        ("?versionId=7&X-Amz-Signature=a", "?versionId=7"),
    ],
    ids=["aws", "google", "aws-v2", "azure", "cloudfront", "fragment", "version"],
)
def test_urls_that_differ_only_in_signature_or_fragment_are_one_asset(cache, one, other):
    cache.store(URL + one, b"content")
    assert cache.find(URL + other) == str(cache.path(URL + one))
    cache.store(URL + other, b"content")
    assert len(stored_files(cache)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (URL + "?page=1", URL + "?page=2"),
        (URL + "?versionId=1&X-Amz-Signature=a", URL + "?versionId=2&X-Amz-Signature=a"),
        (URL + "?id=1&sig=a", URL + "?id=2&sig=a"),
        (URL, "http://host/a.jpg"),
        (URL, "https://other/a.jpg"),
        (URL, "https://host/A.jpg"),
        (URL, "https://host/a.png"),
        (URL + "?sr=b", URL + "?sr=c"),
        (URL, URL + "?page="),
    ],
    ids=str,
)
def test_different_assets_have_different_files(cache, one, other):
    assert cache.path(one) != cache.path(other)


@pytest.mark.parametrize(
    ("url", "suffix"),
    [
        ("https://host/a.jpg?X-Amz-Signature=a.b", ".jpg"),
        ("https://host/a.tar.gz", ".gz"),
        ("https://host/a", ""),
        ("https://host/.jpg", ""),
        ("https://host/a.j/../pg", ""),
        ("https://host/a.verylongsuffix", ""),
        ("https://host/a.j\\g", ""),
        ("https://host/a.j\x00g", ""),
        ("https://host/a.j g", ""),
        ("https://host/a.jpg\n", ".jpg"),
        ("https://host/a.größe", ""),
        ("https://host", ""),
    ],
    ids=repr,
)
def test_path_keeps_only_a_safe_suffix(cache, url, suffix):
    assert cache.path(url).suffix == suffix


@given(st.text() | st.from_regex(r"https?://[^/]*/\S*"))
@example("https://host/a/../../..")
@example("https://host/a.jp%2F..%2Fg")
@example("https://[host/a.jpg")
def test_path_of_any_url_is_inside_the_folder(url):
    cache = AssetCache(Path("/cache"))
    try:
        path = cache.path(url)
    except ValueError:  # the text is not a URL
        return
    assert path.parent.parent == cache.folder
    assert path.resolve() == path
    assert len(path.name) < 80


@pytest.mark.parametrize("content", ["text", None, 3], ids=repr)
def test_a_failed_store_leaves_no_files(cache, content):
    with pytest.raises(TypeError):
        cache.store(URL, content)
    assert stored_files(cache) == []
    assert cache.find(URL) is None


def test_a_failed_store_keeps_the_old_file(cache):
    cache.store(URL, b"content")
    with pytest.raises(TypeError):
        cache.store(URL, "text")
    assert [path.read_bytes() for path in stored_files(cache)] == [b"content"]


@pytest.mark.parametrize("method", ["sweep", "clear"])
def test_sweep_and_clear_remove_temporary_files_of_killed_processes(cache, method):
    cache.store(URL, b"content")
    leftover = cache.folder / "incoming" / "leftover"
    leftover.write_bytes(b"half")
    getattr(cache, method)()
    assert not leftover.exists()
    assert bool(cache.find(URL)) == (method == "sweep")


def test_file_is_stored_while_threads_remove_temporary_files(cache):
    cache.store(URL, b"first")
    all_stored = threading.Event()

    def sweep() -> None:
        while not all_stored.is_set():
            AssetCache(cache.folder).sweep()

    with ThreadPoolExecutor(2) as pool:
        sweeps = [pool.submit(sweep) for _ in range(2)]
        try:
            content = {f"{URL}?n={number}": bytes([number]) * 300_000 for number in range(200)}
            paths = {url: Path(cache.store(url, body)) for url, body in content.items()}
        finally:
            all_stored.set()
        for done in sweeps:
            done.result()
    assert {url: path.read_bytes() for url, path in paths.items()} == content
    assert len(stored_files(cache)) == 201


def test_sweep_ignores_a_temporary_file_that_cannot_be_removed(cache, monkeypatch):
    cache.store(URL, b"content")
    (cache.folder / "incoming" / "leftover").write_bytes(b"half")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    cache.sweep()
    assert cache.find(URL)


class TestUsage:
    @pytest.fixture
    def aged_cache(self, cache):
        """Return a cache with files of 1, 2 and 3 bytes that were last used 0, 1 and 2 days ago."""
        for days, content in enumerate([b"a", b"bb", b"ccc"]):
            path = Path(cache.store(f"{URL}?page={days}", content))
            os.utime(path, (time.time() - days * 86400,) * 2)
        return cache

    def test_usage_counts_stored_files(self, aged_cache):
        usage = aged_cache.usage()
        assert (usage.files, usage.size) == (3, 6)
        assert usage.oldest == pytest.approx(time.time() - 2 * 86400, abs=10)

    def test_usage_of_an_empty_cache_is_zero(self, cache):
        assert (cache.usage().files, cache.usage().size, cache.usage().oldest) == (0, 0, None)
        assert cache.clear().files == 0
        assert not cache.was_cleared_after(0)

    @pytest.mark.parametrize(("days", "removed", "left"), [(0, 3, 0), (0.5, 2, 1), (1.5, 1, 2), (5, 0, 3)])
    def test_clear_removes_files_that_were_not_used_recently(self, aged_cache, days, removed, left):
        before = time.time()
        assert aged_cache.clear(days * 86400).files == removed
        assert len([path for path in stored_files(aged_cache) if path.name != "cleared"]) == left
        assert aged_cache.was_cleared_after(before - 10) == bool(removed)
        assert not aged_cache.was_cleared_after(time.time() + 10)

    def test_reading_a_file_counts_as_use(self, aged_cache):
        old = aged_cache.path(f"{URL}?page=2")
        os.utime(old, (time.time(), old.stat().st_mtime))
        assert aged_cache.clear(1.5 * 86400).files == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on file sizes is tested on Linux only")
def test_a_full_disk_is_reported_and_leaves_no_broken_files(tmp_path):
    script = """
        import resource, sys
        from pathlib import Path
        from segments_hf.assets import AssetCache
        from segments_hf.errors import StorageError
        cache = AssetCache(Path(sys.argv[1]))
        kept = Path(cache.store("https://host/a.jpg", b"small"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        for url in ("https://host/a.jpg", "https://host/b.jpg"):
            try:
                cache.store(url, bytes(5000))
            except StorageError as error:
                print(error)
        assert kept.read_bytes() == b"small"
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("File too large; free some space") == 2
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_threads_that_store_the_same_asset_write_one_complete_file(cache):
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: cache.store(URL, b"content" * 1000), range(200)))
    assert paths == {str(cache.path(URL))}
    assert stored_files(cache) == [cache.path(URL)]
    assert cache.path(URL).read_bytes() == b"content" * 1000


def test_default_cache_folder_is_under_the_hugging_face_home(caches):
    assert default_cache_folder() == caches / "segments_hf" / "assets"
