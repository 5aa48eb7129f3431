"""Fetch the images, bitmaps and point clouds of a release as bytes or as files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from segments_hf.assets.asset import Asset
from segments_hf.assets.http_client import HttpClient
from segments_hf.assets.location import Location, locate
from segments_hf.assets.traffic import Traffic
from segments_hf.assets.url_reader import UrlReader
from segments_hf.errors import AssetError
from segments_hf.images.opening import UnwantedError
from segments_hf.io.loop_thread import LoopThread, run_blocking
from segments_hf.io.prefetching import CPU_THREADS
from segments_hf.io.remote.deadline import Deadline
from segments_hf.io.remote.retrying import BrokenContentError, RetryPolicy, retry
from segments_hf.io.urls import url_suffix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from segments_hf.assets.asset_cache import AssetCache
    from segments_hf.assets.asset_check import AssetCheck
    from segments_hf.images import Repair
    from segments_hf.io.fetch_options import FetchOptions

R = TypeVar("R")
Facts = TypeVar("Facts")

# Bytes. A download up to this size is checked in the thread of the event loop, because a call in another thread would
# take longer; but a download that the check decodes is always checked in another thread. A file up to this size that
# was not verified before is read once before it is checked, because the check would open the file several times.
_SMALL_SIZE = 2**20


class Fetcher:
    """A fetcher that reads, downloads, checks and caches assets.

    Args:
        base: The folder of the release file, or the URL of this folder.
        options: The limits of downloads and assets.
        cache: The cache of downloads and repaired copies.
        storage_options: The options of the file systems that read buckets.
        store: Whether `keep` stores assets in the cache.
        in_memory: Whether assets from files are returned as bytes. If so, `keep` stores no repaired copies.
        resolve: A function that maps a URL or an absolute path to the new location of the asset.
        traffic: The counters of downloads.
        policy: The number of retries and the pauses before them.
    """

    def __init__(  # noqa: PLR0913  (all but three are keyword-only)
        self,
        base: str,
        options: FetchOptions,
        cache: AssetCache,
        *,
        storage_options: Mapping[str, Any] | None = None,
        store: bool,
        in_memory: bool,
        resolve: Callable[[str], str] | None = None,
        traffic: Traffic | None = None,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._base = base
        self.options = options
        self._storage_options = storage_options
        self._cache = cache
        self._store = store
        self._in_memory = in_memory
        self._resolve = resolve
        self._traffic = traffic or Traffic()
        self._policy = policy or RetryPolicy()

    @contextlib.contextmanager
    def running(self) -> Iterator[LoopThread]:
        """Open an HTTP client, and an event loop that runs `fetch`, `read_file` and `keep`."""
        client = HttpClient(self.options)
        self._reader = UrlReader(client, self.options, self._storage_options)
        self._decoders = asyncio.Semaphore(CPU_THREADS)
        with LoopThread(client, self.options.in_flight) as loop:
            yield loop

    def name(self, reference: str) -> str:
        """Return the location of an asset for messages, without a signature.

        Raises:
            AssetError: The reference is not a valid location.
        """
        return str(self.locate(reference))

    def locate(self, reference: str) -> Location:
        """Return the location of an asset.

        Args:
            reference: The URL or path in the release.

        Raises:
            AssetError: The reference is not a valid location.
            OptionError: `resolve` did not return a URL or a path.
        """
        return locate(reference, self._base, self._resolve)

    async def fetch(self, reference: str, check: AssetCheck[Facts]) -> tuple[Asset, Facts]:
        """Find or download one asset, verify it, and repair the EXIF data of an image if they are malformed.

        Args:
            reference: The URL or path in the release.
            check: The check of the content.

        Returns:
            The asset as a file or as bytes, and the facts that the check found.

        Raises:
            AssetError: The asset cannot be read, is not complete, or is not accepted. The message names its location.
            OptionError: `resolve` did not return a URL or a path.
        """
        # `resolve` is a function of the user, which may block.
        location = await run_blocking(self.locate, reference) if self._resolve else self.locate(reference)
        try:
            if location.path is not None:
                return await self.read_file(location.path, check)
            assert location.url is not None  # noqa: S101
            cached = await self._cached(location.url, check)
            return cached or await self._downloaded(location.url, check)
        except AssetError as error:
            raise AssetError(f"{location}: {error}") from error

    async def read_file(
        self, path: str | Path, check: AssetCheck[Facts], *, is_new: bool = True
    ) -> tuple[Asset, Facts]:
        """Verify a file. If it is an image with malformed EXIF data, repair a copy of it.

        All steps run in one call in another thread, because each such call takes longer than reading a small file.

        Args:
            path: The file.
            check: The check of the content.
            is_new: False if the file was verified before.

        Returns:
            The file or its bytes, and the facts that the check found.

        Raises:
            AssetError: The file does not exist, cannot be read, is not complete, or is not accepted.
        """
        read = partial(self._read_file, path, check, is_new=is_new)
        return await self._run_decoder(read) if self.options.verify == "decode" else await run_blocking(read)

    async def keep(self, asset: Asset) -> Asset:
        """Store a download or a repaired copy in the cache. The caller calls this method when the row is valid.

        The original of a repaired download is also stored, so that the next load reports the fault again.

        Returns:
            The asset with the path of its file in the cache; the same asset if nothing was stored.

        Raises:
            StorageError: The write failed.
        """
        if not self._store:
            return asset
        path = None
        if asset.url is not None and asset.source.content is not None:
            path = await run_blocking(self._cache.store, asset.url, asset.source.content)
        if asset.original is not None and asset.content is not None and not self._in_memory:
            path = await run_blocking(self._cache.store_copy, asset.content, _suffix(asset))
        return asset if path is None else Asset(asset.content, path)

    async def _cached(self, url: str, check: AssetCheck[Facts]) -> tuple[Asset, Facts] | None:
        """Return the asset from the cache; None if its file is missing or broken, and must be downloaded."""
        path = self._cache.find(url)  # not in another thread, which would take a tenth of the CPU time of a load
        if path is None:
            return None
        try:
            return await self.read_file(path, check, is_new=False)
        except UnwantedError:
            raise
        except AssetError:
            return None

    async def _downloaded(self, url: str, check: AssetCheck[Facts]) -> tuple[Asset, Facts]:
        deadline = Deadline(self.options.timeout)
        try:
            asset, facts = await retry(
                partial(self._download, url, deadline, check),
                self._policy,
                deadline,
                self._traffic.add_retry,
            )
        except AssetError:
            self._traffic.add_failure()
            raise
        self._traffic.add_download(asset.source.size)
        return asset, facts

    async def _download(self, url: str, deadline: Deadline, check: AssetCheck[Facts]) -> tuple[Asset, Facts]:
        """Make one attempt to download and check an asset."""
        content = await self._reader.read(url, deadline)
        asset = Asset(content, url=url)
        run_check = partial(check, asset, self.options)
        try:
            if check.decodes(content, self.options):
                facts, repair = await self._run_decoder(run_check)
            else:
                facts, repair = await run_blocking(run_check) if len(content) > _SMALL_SIZE else run_check()
        except UnwantedError:
            raise
        except AssetError as error:
            raise BrokenContentError(str(error)) from error
        return _repaired(asset, repair), facts

    def _read_file(self, path: str | Path, check: AssetCheck[Facts], *, is_new: bool) -> tuple[Asset, Facts]:
        size = _size_of_file(path)
        file = Asset(path=path)
        reads_all = self._in_memory or (is_new and size <= _SMALL_SIZE)
        asset = Asset(file.read()) if reads_all and size <= self.options.max_bytes else file
        facts, repair = check(asset, self.options, is_new=is_new)
        if repair:
            return _repaired(file, repair), facts
        return (asset if self._in_memory else file), facts

    async def _run_decoder(self, function: Callable[[], R]) -> R:
        """Call a function that decodes an asset, in another thread. At most `CPU_THREADS` calls run simultaneously."""
        async with self._decoders:  # each call may hold the pixels of an image, or the points of a cloud
            return await run_blocking(function)


def _repaired(asset: Asset, repair: Repair | None) -> Asset:
    return Asset(repair.content, url=asset.url, original=asset, fault=repair.fault) if repair else asset


def _suffix(asset: Asset) -> str:
    path = asset.source.path
    return url_suffix(asset.url or "") if path is None else os.path.splitext(path)[1]


def _size_of_file(path: str | Path) -> int:
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise AssetError("the file does not exist") from None
    except (OSError, ValueError) as error:  # for example, the name is too long, or contains a null byte
        raise AssetError(f"the file cannot be read ({error})") from None
    if not stat.S_ISREG(status.st_mode):
        raise AssetError("got a folder, a device or a pipe, expected a file")
    return status.st_size
