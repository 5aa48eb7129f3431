"""Images are read from files or downloaded from servers, and only complete images are stored."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segments_hf.assets import AssetCache, ImageCheck, Traffic
from segments_hf.errors import AssetError

from .fetching import jpeg, new_fetcher, png

PNG = png()


@pytest.fixture
def cache(tmp_path):
    return AssetCache(tmp_path / "cache")


@pytest.fixture
def fetcher(cache, tmp_path):
    return lambda **options: new_fetcher(tmp_path, cache, **options)


def stored_files(cache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_keep_stores_downloads(fetcher, server, cache):
    url = server.url("/a.png", PNG)
    fetched, header = fetcher().fetch(url)
    assert (fetched.content, fetched.path, header.size) == (PNG, None, (3, 2))
    assert stored_files(cache) == []  # nothing is stored before `keep`
    asset = fetcher().keep(fetched)
    assert (asset.content, asset.path) == (PNG, str(cache.path(url)))
    again, header = fetcher().fetch(url)
    assert (again.read(), again.path, header.size) == (PNG, str(cache.path(url)), (3, 2))
    assert fetcher().keep(again) == again
    assert server.requests["/a.png"] == 1


def test_keep_stores_nothing_without_store(fetcher, server, cache):
    url = server.url("/a.png", PNG)
    fetcher = fetcher(store=False)
    asset = fetcher.keep(fetcher.fetch(url)[0])
    assert (asset.read(), asset.path) == (PNG, None)
    assert stored_files(cache) == []


def test_a_local_file_is_not_copied(fetcher, cache, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    asset = fetcher().keep(fetcher().fetch("a.png")[0])
    assert (asset.content, asset.path, asset.size, asset.read()) == (None, tmp_path / "a.png", len(PNG), PNG)
    assert stored_files(cache) == []


@pytest.mark.parametrize(
    "reference", ["gone.jpg", ".", "", "nul\0l", "x" * 5000, "/dev/null/x", "http://[broken/x.jpg", "ftp://host/a"]
)
def test_references_that_cannot_be_read_are_asset_errors(fetcher, reference):
    with pytest.raises(AssetError):
        fetcher().fetch(reference)


def test_an_error_names_the_asset_without_its_signature(fetcher, server):
    with pytest.raises(AssetError, match=rf"^{server.address}/a\.jpg: got HTTP 404") as caught:
        fetcher().fetch(server.address.replace("//", "//jane:pw@") + "/a.jpg?X-Amz-Signature=secret")
    assert "secret" not in str(caught.value)
    assert "pw" not in str(caught.value)


BROKEN = {
    "empty": (b"", "got an empty file"),
    "html": (b"<!DOCTYPE html><p>Sign in", "got an HTML page that is not an image"),
    "json": (b'{"detail": "expired"}', "got JSON that is not an image"),
    "xml": (b"<?xml version='1.0'?><Error/>", "got XML that is not an image"),
    "half a png": (PNG[: len(PNG) // 2], "image"),
    "png without its last bytes": (PNG[:-3], "truncated"),
    "half a jpeg": (jpeg((200, 100))[:-700], "truncated"),
    "damaged png": (PNG[:-14] + bytes([PNG[-14] ^ 1]) + PNG[-13:], "checksum"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
class TestBroken:
    def test_a_broken_image_is_an_error_after_3_tries_and_is_not_stored(self, fetcher, server, cache, content, message):
        with pytest.raises(AssetError, match=f"{message}.*, after 3 tries"):
            fetcher().fetch(server.url("/a.png", content))
        assert server.requests["/a.png"] == 3
        assert stored_files(cache) == []

    def test_a_broken_image_is_downloaded_again_until_it_is_complete(self, fetcher, server, content, message):
        server.files["/a.png"] = [(200, {}, content), (200, {}, content), (200, {}, PNG)]
        traffic = Traffic()
        asset, _ = fetcher(traffic=traffic).fetch(server.address + "/a.png")
        assert asset.content == PNG
        assert (traffic.files, traffic.size, traffic.retries, traffic.failures) == (1, len(PNG), 2, 0)

    def test_a_broken_local_file_is_an_error(self, fetcher, tmp_path, content, message):
        (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(AssetError, match=rf"a\.png: .*{message}"):
            fetcher().fetch("a.png")

    def test_a_broken_file_in_the_cache_is_downloaded_again(self, fetcher, server, cache, content, message):
        url = server.url("/a.png", PNG)
        cache.store(url, content[:10])  # as a disk may leave it after a power failure
        asset, _ = fetcher().fetch(url)
        assert fetcher().keep(asset).path == str(cache.path(url))
        assert cache.path(url).read_bytes() == PNG


def test_traffic_counts_failures(fetcher, server):
    traffic = Traffic()
    with pytest.raises(AssetError):
        fetcher(traffic=traffic, retries=0).fetch(server.address + "/gone.png")
    assert (traffic.files, traffic.size, traffic.retries, traffic.failures) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_pixels": 5}, r"got 3 x 2 pixels, .*max_pixels=5"),
        ({"max_bytes": len(PNG) - 1}, rf"got more bytes than max_bytes={len(PNG) - 1} allows"),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["web", "local", "cached"])
def test_fetch_enforces_limits(fetcher, server, cache, tmp_path, options, message, source):
    url = server.url("/a.png", PNG)
    if source == "cached":
        cache.store(url, PNG)
    (tmp_path / "a.png").write_bytes(PNG)
    reference = "a.png" if source == "local" else url
    with pytest.raises(AssetError, match=message):
        fetcher(**options).fetch(reference)
    assert fetcher(max_pixels=6, max_bytes=len(PNG)).fetch(reference)[0].read() == PNG


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Transfer-Encoding": "chunked"}, b"4e20\r\n%s\r\n0\r\n\r\n" % bytes(20_000)),
        ({"Content-Encoding": "gzip"}, gzip.compress(bytes(2**24))),  # about 16 kB when compressed
    ],
    ids=["chunked", "gzip"],
)
def test_a_body_of_unknown_length_is_refused_at_the_limit(fetcher, server, headers, body):
    server.files["/a.png"] = [(200, headers, body)]
    with pytest.raises(AssetError, match="got more bytes than max_bytes=18000 allows"):
        fetcher(max_bytes=18_000).fetch(server.address + "/a.png")
    assert server.requests["/a.png"] == 1


def test_a_lossy_bitmap_is_refused(fetcher, server):
    url = server.url("/a.png", jpeg())
    assert fetcher().fetch(url)[1].format == "JPEG"
    with pytest.raises(AssetError, match="got a bitmap of the format JPEG, which may change the ids; expected a PNG"):
        fetcher().fetch(url, is_bitmap=True)


def test_fetch_reads_the_url_that_resolve_returns(fetcher, server):
    fetcher = fetcher(resolve=lambda url: url.replace("https://old-host", server.address))
    server.url("/a.png", PNG)
    assert fetcher.fetch("https://old-host/a.png")[0].content == PNG


def test_running_downloads_are_canceled_when_the_fetcher_ends(fetcher, server):
    fetcher = fetcher(retries=9, connections=2).fetcher
    server.files["/busy.png"] = [(503, {"Retry-After": "15"}, b"")]
    with fetcher.running() as loop:
        paused = [loop.submit(fetcher.fetch(server.address + "/busy.png", ImageCheck())) for _ in range(5)]
        while not server.requests["/busy.png"]:
            time.sleep(0.01)
    assert all(future.cancelled() for future in paused)


def test_images_are_stored_simultaneously(fetcher, server, monkeypatch):
    """On a network disk, simultaneous writes take less time than successive ones."""
    barrier, store = threading.Barrier(4, timeout=10), AssetCache.store

    def slow_store(cache, url, content):
        barrier.wait()  # passes only if four run simultaneously
        return store(cache, url, content)

    monkeypatch.setattr(AssetCache, "store", slow_store)
    fetcher = fetcher(in_flight=4).fetcher

    async def stored_path(url):
        asset, _ = await fetcher.fetch(url, ImageCheck())
        return (await fetcher.keep(asset)).path

    urls = [server.url(f"/{number}.png", PNG) for number in range(8)]
    with fetcher.running() as loop:
        futures = [loop.submit(stored_path(url)) for url in urls]
        assert all(Path(future.result()).read_bytes() == PNG for future in futures)


def test_fetcher_works_in_a_thread_with_a_running_event_loop(fetcher, server):
    fetcher, url = fetcher().fetcher, server.url("/a.png", PNG)

    async def notebook_cell():
        with fetcher.running() as loop:
            return loop.submit(fetcher.fetch(url, ImageCheck())).result()[0].content

    assert asyncio.run(notebook_cell()) == PNG


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_process_forked_while_threads_decode_can_decode(fetcher, server):
    """The threads hold locks, which stay locked in the child forever. The child must not wait for them."""
    url, thread_count = server.url("/a.png", PNG), os.cpu_count() or 1
    decoding, resumed = threading.Semaphore(0), threading.Event()

    def blocked_open(*_, **__):
        decoding.release()
        resumed.wait(30)

    with ThreadPoolExecutor(thread_count) as pool:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("PIL.Image.open", blocked_open)
            for _ in range(thread_count):
                pool.submit(fetcher(verify="decode").fetch, url)
            assert all(decoding.acquire(timeout=30) for _ in range(thread_count))
        child = os.fork()
        if child == 0:
            try:
                fetcher(verify="decode").fetch(url)
                os._exit(0)
            finally:
                os._exit(1)
        end = time.monotonic() + 20
        while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < end:
            time.sleep(0.02)
        resumed.set()
    if not ended[0]:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert ended == (child, 0)
