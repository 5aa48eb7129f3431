"""An asset, from wherever it is, as bytes or as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from segments_hf.assets.http import HttpClient
from segments_hf.assets.location import locate
from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from pathlib import Path

    from segments_hf.assets.cache import AssetCache


@dataclass(frozen=True)
class Asset:
    """The bytes behind a URL; at least one of the two is there.

    Attributes:
        content: The bytes, where they are in memory.
        path: The file that holds them, where there is one.
    """

    content: bytes | None = None
    path: Path | None = None

    def open(self) -> BinaryIO:
        """The bytes as a file.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.path is not None  # noqa: S101
        try:
            return self.path.open("rb")
        except OSError as error:
            raise AssetError(f"{self.path}: cannot read the file ({error.strerror})") from error

    def read(self) -> bytes:
        """The bytes.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return self.content
        with self.open() as file:
            return file.read()


class Fetcher:
    """Gets the assets of a release; any number of threads may use it.

    Args:
        base: The folder of the release, or its URL.
        cache: Where assets are looked for, and kept.
        store: Whether to keep what is fetched.
        client: What speaks http.
    """

    def __init__(self, base: str, cache: AssetCache, *, store: bool, client: HttpClient) -> None:
        self._base = base
        self._cache = cache
        self._store = store
        self._client = client

    def name(self, reference: str) -> str:
        """An asset as it may be shown: where it is, without a signature.

        Raises:
            AssetError: It is nowhere.
        """
        return str(locate(reference, self._base))

    def fetch(self, reference: str) -> Asset:
        """The asset that a release refers to: a file, or bytes that came over the network.

        Raises:
            AssetError: It cannot be had.
        """
        location = locate(reference, self._base)
        if location.url is None:
            assert location.path is not None  # noqa: S101
            return Asset(path=_existing(location.path))
        if cached := self._cache.find(location.url):
            return Asset(path=cached)
        return Asset(self._client.get(location.url))

    def keep(self, reference: str, asset: Asset) -> Asset:
        """The same asset, in the cache if it came over the network; to be called when it was found to be good."""
        url = locate(reference, self._base).url
        if not self._store or url is None or asset.content is None:
            return asset
        return Asset(asset.content, self._cache.store(url, asset.content))


def _existing(path: Path) -> Path:
    try:
        found = path.is_file()
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero byte
        raise AssetError(f"{path}: cannot be a file ({error})") from None
    if not found:
        raise AssetError(f"{path}: there is no such file")
    return path


@lru_cache(maxsize=4)
def shared_client(connections: int, process: int) -> HttpClient:  # noqa: ARG001
    """The http client of a process, whose connections outlive a shard.

    Args:
        connections: How many connections to keep to one host.
        process: The id of the process: after a fork the child must not use its parent's connections.
    """
    return HttpClient(connections)
