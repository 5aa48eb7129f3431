"""Synchronous clients and fetchers with short timeouts, for the tests of `segments_hf.assets`; and small images."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from segments_hf.assets import Asset, AssetCache, Fetcher, FetchOptions, ImageCheck
from segments_hf.assets.http_client import HttpClient
from segments_hf.images import Header
from segments_hf.io.loop_thread import LoopThread
from segments_hf.io.remote.deadline import Deadline
from segments_hf.io.remote.retrying import RetryPolicy, retry


class Client:
    """A synchronous `HttpClient`, which all threads of a test may use."""

    def __init__(self, *, connections: int = 4, timeout: float = 20, max_bytes: int = 2**20, resolver=None) -> None:
        options = FetchOptions(connections=connections, timeout=timeout, max_bytes=max_bytes)
        self.http = HttpClient(options, resolver)
        self.loop = LoopThread(self.http, threads=4)

    def get(self, url: str, *, retries: int = 3, backoff: float = 0, timeout: float = 20) -> bytes:
        """Download the body of a URL, and retry after transient errors. The content is not checked."""
        deadline = Deadline(timeout)
        policy = RetryPolicy(failed_transfers=retries, backoff=backoff)
        read = partial(self.http.read, url, deadline)
        return self.loop.submit(retry(read, policy, deadline, lambda: None)).result()

    def close(self) -> None:
        self.loop.close()


class SynchronousFetcher:
    """A fetcher whose methods return when one image is fetched or stored."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher

    def fetch(self, reference: str, *, is_bitmap: bool = False) -> tuple[Asset, Header]:
        with self.fetcher.running() as loop:
            return loop.submit(self.fetcher.fetch(reference, ImageCheck(is_bitmap=is_bitmap))).result()

    def keep(self, asset: Asset) -> Asset:
        with self.fetcher.running() as loop:
            return loop.submit(self.fetcher.keep(asset)).result()


def new_fetcher(base: Path | str, cache: AssetCache, *, retries: int = 1, **options: Any) -> SynchronousFetcher:
    """Return a fetcher that stores its downloads by default. `options` are those of `Fetcher` and of `FetchOptions`."""
    names = ("store", "resolve", "traffic", "storage_options")
    fetcher_options = {
        "store": True,
        "in_memory": False,
        **{name: options.pop(name) for name in names if name in options},
    }
    fetch_options = FetchOptions(**{"timeout": 20, **options})
    policy = RetryPolicy(failed_transfers=retries, backoff=0)
    return SynchronousFetcher(Fetcher(str(base), fetch_options, cache, policy=policy, **fetcher_options))


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def png(size: tuple[int, int] = (3, 2), color: int = 0) -> bytes:
    return encoded(Image.new("L", size, color), "PNG")


def jpeg(size: tuple[int, int] = (3, 2), **options: Any) -> bytes:
    return encoded(Image.effect_noise(size, 50), "JPEG", **options)
