"""An asset, from wherever it is, as bytes or as a file."""

from __future__ import annotations

import threading
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from segments_hf.assets.asset import Asset
from segments_hf.assets.check import check_picture
from segments_hf.assets.deadline import Deadline
from segments_hf.assets.http import HttpClient
from segments_hf.assets.location import Location, locate
from segments_hf.assets.picture import UnwantedError
from segments_hf.assets.retry import RetryPolicy, retrying
from segments_hf.assets.traffic import Traffic
from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segments_hf.assets.cache import AssetCache
    from segments_hf.assets.options import FetchOptions
    from segments_hf.assets.picture import Header
    from segments_hf.assets.places import Places


class Fetcher:
    """Gets the pictures of a release; any number of threads may use it.

    Args:
        base: The folder of the release, or its URL.
        places: What reads URLs.
        cache: Where assets are looked for, and kept.
        store: Whether to keep what is fetched.
        resolve: Tells of a URL or an absolute path where it is now.
        traffic: What counts.
        policy: How often to try again.
    """

    def __init__(
        self,
        base: str,
        places: Places,
        cache: AssetCache,
        *,
        store: bool,
        resolve: Callable[[str], str] | None = None,
        traffic: Traffic | None = None,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._base = base
        self._places = places
        self._cache = cache
        self._store = store
        self._resolve = resolve
        self._traffic = traffic or Traffic()
        self._policy = policy or RetryPolicy()
        self._stopped = threading.Event()
        # For the short work between two transfers: threads that all want the interpreter after each system call of it
        # take turns so often that it costs a quarter more.
        self._one_at_a_time = threading.Lock()

    @property
    def options(self) -> FetchOptions:
        """How assets are fetched, and what is accepted."""
        return self._places.options

    def name(self, reference: str) -> str:
        """An asset as it may be shown: where it is, without a signature.

        Raises:
            AssetError: It is nowhere.
        """
        return str(self._locate(reference))

    def fetch(self, reference: str, *, is_bitmap: bool = False) -> tuple[Asset, Header]:
        """The picture that a release refers to, found to be whole: a file, or bytes that came over the network.

        Args:
            reference: What the release says.
            is_bitmap: Whether its pixels are ids.

        Raises:
            AssetError: It cannot be had, or is not a whole picture; the error names it.
        """
        location = self._locate(reference)
        try:
            if location.url is None:
                assert location.path is not None  # noqa: S101
                asset = Asset(path=_existing(location.path))
                return asset, check_picture(asset, self.options, is_bitmap=is_bitmap)
            return self._cached(location.url, is_bitmap) or self._fetched(location.url, is_bitmap)
        except AssetError as error:
            raise AssetError(f"{location}: {error}") from error

    def keep(self, asset: Asset) -> Asset:
        """The same asset, in the cache if it came over the network; to be called when nothing is wrong with it.

        Raises:
            StorageError: The disk does not take it.
        """
        if not self._store or asset.url is None or asset.content is None:
            return asset
        with self._one_at_a_time:
            return Asset(asset.content, self._cache.store(asset.url, asset.content))

    def stop(self) -> None:
        """Tells the threads that nobody waits for them any more."""
        self._stopped.set()

    def _locate(self, reference: str) -> Location:
        return locate(reference, self._base, self._resolve)

    def _cached(self, url: str, is_bitmap: bool) -> tuple[Asset, Header] | None:
        """What the cache has; nothing if it is broken there, so that it is fetched again."""
        path = self._cache.find(url)
        if path is None:
            return None
        asset = Asset(path=path)
        try:
            return asset, check_picture(asset, self.options, is_new=False, is_bitmap=is_bitmap)
        except UnwantedError:
            raise
        except AssetError:
            return None

    def _fetched(self, url: str, is_bitmap: bool) -> tuple[Asset, Header]:
        deadline = Deadline(self.options.timeout, self._stopped)
        read = partial(self._places.read, url, deadline)
        try:
            content, header = retrying(
                read, partial(self._accept, is_bitmap=is_bitmap), self._policy, deadline, self._traffic
            )
        except AssetError:
            self._traffic.failed()
            raise
        self._traffic.arrived(len(content))
        return Asset(content, url=url), header

    def _accept(self, content: bytes, *, is_bitmap: bool) -> Header:
        if self.options.verify == "decode":
            return check_picture(Asset(content), self.options, is_bitmap=is_bitmap)
        with self._one_at_a_time:
            return check_picture(Asset(content), self.options, is_bitmap=is_bitmap)


def _existing(path: Path) -> Path:
    try:
        found = path.is_file()
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero byte
        raise AssetError(f"cannot be a file ({error})") from None
    if not found:
        raise AssetError("there is no such file")
    return path


@lru_cache(maxsize=4)
def shared_client(options: FetchOptions, process: int) -> HttpClient:  # noqa: ARG001
    """The http client of a process, whose connections outlive a shard.

    Args:
        options: How assets are fetched.
        process: The id of the process: after a fork the child must not use its parent's connections.
    """
    return HttpClient(options.connections, options.timeout, options.max_bytes)
