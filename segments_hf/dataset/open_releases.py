"""The releases that this process has opened, by source and digest.

A shard refers to its release by source and digest, so that releases are never pickled. Each process keeps the releases
that it opened last, so that it does not open a release for each shard.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url
from segments_hf.option_names import option
from segments_hf.release import Release, file_state, pin

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_OPEN = 32  # the largest number of releases that a process keeps


class ReleaseKey(NamedTuple):
    """The identity of a release.

    Attributes:
        source: The path or URL of the release. It keeps the password and signature of a URL, because workers
            need them. For a release on the platform, the source is a pinned reference.
        digest: The SHA-256 of the content.
    """

    source: str
    digest: str

    def __repr__(self) -> str:
        return f"ReleaseKey({public_name(self.source)!r}, {self.digest!r})"


_open_releases: dict[ReleaseKey, Release] = {}


def open_release(
    source: str, storage_options: Mapping[str, Any] | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> tuple[ReleaseKey, Release]:
    """Open a release, even if this process has opened it before, because its file may have changed.

    Args:
        source: The path or URL of the release, or a reference to a release on the platform, which is then pinned.
        storage_options: The options of the fsspec file system that reads a bucket.
        max_bytes: The maximum size of the file in bytes, after decompression.

    Raises:
        ReleaseError: The file cannot be read, is too large, or is not a release file.
        PlatformError: There is no API key, or the platform does not provide the release.
        StorageError: The release cannot be written to the cache.
    """
    source = pin(source, max_bytes=max_bytes)
    release = Release.open(source, storage_options=storage_options, max_release_bytes=max_bytes)
    return _remember(source, release), release


def adopt_release(release: Release) -> ReleaseKey:
    """Add an open release of the caller to the releases that this process has opened, and return its key.

    Raises:
        OptionError: The release is the part of a release that belongs to one sensor.
        ReleaseError: The release was made in memory, and there is no file at its location, or the file has another
            content. Workers, and later processes that load the dataset, could not open the release.
    """
    if release.sensor is not None:
        raise OptionError(
            f"got the part of {release.source} that belongs to the sensor {release.sensor.name!r}, expected the whole "
            f"release; pass the whole release and {option('sensor', release.sensor.name)}"
        )
    if is_url(release.location):
        return _remember(release.location, release)
    source = os.path.join(release.base, os.path.basename(release.location))  # noqa: PTH118, PTH119  (text, not a path)
    if release.file_state is not None:
        return _remember(source, release)
    if not os.path.isfile(source):  # noqa: PTH113  (a Path fails on long names)
        raise ReleaseError(
            "got a release that was made in memory, and there is no file at its location; write the release to a file "
            "and pass the path, or Release.open(path)",
            release.source,
        )
    key, _ = open_release(source, max_bytes=math.inf)  # no limit, because the release is in memory already
    if key.digest != release.digest:
        raise ReleaseError(
            "got a release that was made in memory, and the file at its location has another content; write the "
            "release to a new file and pass the path",
            release.source,
        )
    return key


def reopen_release(
    key: ReleaseKey, storage_options: Mapping[str, Any] | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> Release:
    """Return a release that was opened before, in this process or in another process.

    Args:
        key: The identity of the release.
        storage_options: The options of the fsspec file system that reads a bucket.
        max_bytes: The maximum size of the file in bytes, after decompression.

    Raises:
        ReleaseError: The file has changed.
    """
    release = _open_releases.get(key)
    # The file of an open release is mapped into memory. If the file was truncated since then, reading the missing part
    # would crash the process.
    if release is not None and release.file_state == file_state(key.source):
        return release
    new_key, release = open_release(key.source, storage_options, max_bytes)
    if new_key != key:
        raise ReleaseError("the file has changed since it was opened; load it again", release.source)
    return release


def _remember(source: str, release: Release) -> ReleaseKey:
    key = ReleaseKey(source, release.digest)
    _open_releases.pop(key, None)
    while len(_open_releases) >= _MAX_OPEN:
        _open_releases.pop(next(iter(_open_releases)))
    _open_releases[key] = release
    return key
