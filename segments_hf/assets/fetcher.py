"""An asset, from wherever it is, as bytes or as a file."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.assets.asset import Asset
from segments_hf.assets.blocking import Blocking
from segments_hf.assets.http_client import HttpClient
from segments_hf.assets.location import Location, locate
from segments_hf.assets.loop import Loop
from segments_hf.assets.retry import RetryPolicy, retrying
from segments_hf.assets.traffic import Traffic
from segments_hf.assets.url_reader import Places
from segments_hf.errors import AssetError
from segments_hf.images import check_image
from segments_hf.images.file_structure import picture_format
from segments_hf.images.header import UnwantedError
from segments_hf.io.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from segments_hf.assets.asset_cache import AssetCache
    from segments_hf.images.header import Header
    from segments_hf.io.fetch_options import FetchOptions


class Fetcher:
    """Gets the pictures of a release.

    Args:
        base: The folder of the release, or its URL.
        options: How assets are fetched, and what is accepted.
        cache: Where assets are looked for, and kept.
        storage_options: The options of the file systems that read buckets.
        store: Whether to keep what is fetched.
        resolve: Tells of a URL or an absolute path where it is now.
        traffic: What counts.
        policy: How often to try again.
    """

    def __init__(
        self,
        base: str,
        options: FetchOptions,
        cache: AssetCache,
        *,
        storage_options: Mapping[str, Any] | None = None,
        store: bool,
        resolve: Callable[[str], str] | None = None,
        traffic: Traffic | None = None,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._base = base
        self.options = options
        self._storage_options = storage_options
        self._cache = cache
        self._store = store
        self._resolve = resolve
        self._traffic = traffic or Traffic()
        self._policy = policy or RetryPolicy()

    @contextlib.contextmanager
    def running(self, *, in_background: bool = False) -> Iterator[Loop]:
        """Has connections, and a loop in which `fetch`, `keep` and `blocking` can be awaited.

        Args:
            in_background: Whether it goes on while nobody waits for a result.
        """
        process = os.getpid()
        self._loop, self.blocking = Loop(), Blocking(self.options.in_flight)
        client = HttpClient(self._loop, self.options)
        self._places = Places(client, self.blocking, self.options, self._storage_options)
        if in_background:
            self._loop.run_in_background()
        try:
            yield self._loop
        finally:
            if os.getpid() != process:
                self._loop.forget()
            elif not sys.is_finalizing():  # else the thread of the loop is gone, and all ends with the process
                self._loop.close(client.close)
                self.blocking.close()

    def name(self, reference: str) -> str:
        """An asset as it may be shown: where it is, without a signature.

        Raises:
            AssetError: It is nowhere.
        """
        return str(self._locate(reference))

    async def fetch(self, reference: str, *, is_bitmap: bool = False) -> tuple[Asset, Header]:
        """The picture that a release refers to, found to be whole: a file, or bytes that came over the network.

        Args:
            reference: What the release says.
            is_bitmap: Whether its pixels are ids.

        Raises:
            AssetError: It cannot be had, or is not a whole picture; the error names it.
        """
        # What `resolve` does may take its time.
        location = await self.blocking.run(self._locate, reference) if self._resolve else self._locate(reference)
        try:
            if location.path is not None:
                asset = Asset(path=await self.blocking.run(_existing, location.path))
                return asset, await self.check(asset, is_bitmap=is_bitmap)
            assert location.url is not None  # noqa: S101
            cached = await self._cached(location.url, is_bitmap=is_bitmap)
            return cached or await self._fetched(location.url, is_bitmap=is_bitmap)
        except AssetError as error:
            raise AssetError(f"{location}: {error}") from error

    async def check(self, asset: Asset, *, is_new: bool = True, is_bitmap: bool = False) -> Header:
        """What `check_image` says; where it decodes pixels, in a thread."""
        is_decoded = self.options.verify == "decode" or (asset.content and picture_format(asset.content) is None)
        run = self.blocking.run_in_thread if is_decoded else self.blocking.run
        return await run(check_image, asset, self.options, is_new=is_new, is_bitmap=is_bitmap)

    async def keep(self, asset: Asset) -> Asset:
        """The same asset, in the cache if it came over the network; to be called when nothing is wrong with it.

        Raises:
            StorageError: The disk does not take it.
        """
        if not self._store or asset.url is None or asset.content is None:
            return asset
        return Asset(asset.content, await self.blocking.run(self._cache.store, asset.url, asset.content))

    def _locate(self, reference: str) -> Location:
        return locate(reference, self._base, self._resolve)

    async def _cached(self, url: str, *, is_bitmap: bool) -> tuple[Asset, Header] | None:
        """What the cache has; nothing if it is broken there, so that it is fetched again."""
        path = await self.blocking.run(self._cache.find, url)
        if path is None:
            return None
        asset = Asset(path=path)
        try:
            return asset, await self.check(asset, is_new=False, is_bitmap=is_bitmap)
        except UnwantedError:
            raise
        except AssetError:
            return None

    async def _fetched(self, url: str, *, is_bitmap: bool) -> tuple[Asset, Header]:
        deadline = Deadline(self.options.timeout)
        read = partial(self._places.read, url, deadline)
        accept = partial(self._accept, is_bitmap=is_bitmap)
        try:
            content, header = await retrying(read, accept, self._loop.pause, self._policy, deadline, self._traffic)
        except AssetError:
            self._traffic.failed()
            raise
        self._traffic.arrived(len(content))
        return Asset(content, url=url), header

    async def _accept(self, content: bytes, *, is_bitmap: bool) -> Header:
        return await self.check(Asset(content), is_bitmap=is_bitmap)


def _existing(path: Path) -> Path:
    try:
        found = path.is_file()
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero byte
        raise AssetError(f"cannot be a file ({error})") from None
    if not found:
        raise AssetError("there is no such file")
    return path
