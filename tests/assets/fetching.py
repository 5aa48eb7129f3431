"""Readers and fetchers for the tests of `segments_hf.assets`, as impatient as a test must be."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from segments_hf.assets import AssetCache, Fetcher, FetchOptions, Places, Traffic
from segments_hf.assets.deadline import Deadline
from segments_hf.assets.http import HttpClient
from segments_hf.assets.retry import RetryPolicy, retrying


def new_client(*, connections: int = 4, timeout: float = 20, max_bytes: int = 2**20) -> HttpClient:
    return HttpClient(connections, timeout, max_bytes)


def get(client: HttpClient, url: str, *, retries: int = 3, backoff: float = 0, timeout: float = 20) -> bytes:
    """What a URL gives in the end, whatever it is."""
    deadline = Deadline(timeout)
    policy = RetryPolicy(faults=retries, backoff=backoff)
    content, _ = retrying(lambda: client.read(url, deadline), lambda content: None, policy, deadline, Traffic())
    return content


def new_fetcher(base: Path | str, cache: AssetCache, *, retries: int = 1, **options: Any) -> Fetcher:
    """A fetcher that keeps what it gets, with the options of both `Fetcher` and `FetchOptions`."""
    of_fetcher = {name: options.pop(name) for name in ("store", "resolve", "traffic") if name in options}
    storage_options = options.pop("storage_options", None)
    accepted = FetchOptions(**{"timeout": 20, **options})
    places = Places(HttpClient(accepted.connections, accepted.timeout, accepted.max_bytes), accepted, storage_options)
    policy = RetryPolicy(faults=retries, backoff=0)
    return Fetcher(str(base), places, cache, policy=policy, **{"store": True, **of_fetcher})


def encoded(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def png(size: tuple[int, int] = (3, 2), color: int = 0) -> bytes:
    return encoded(Image.new("L", size, color), "PNG")


def jpeg(size: tuple[int, int] = (3, 2), **options: Any) -> bytes:
    return encoded(Image.effect_noise(size, 50), "JPEG", **options)
