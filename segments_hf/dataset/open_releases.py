"""Releases that this process has open.

A shard of work names its release by source and digest, so that nothing pickles a release; each process opens it once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.errors import ReleaseError
from segments_hf.io.urls import is_url
from segments_hf.release import Release, pin

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 32

_State = tuple[int, ...] | None


class ReleaseKey(NamedTuple):
    """What tells a release.

    Attributes:
        source: The path or URL that it is opened from; pinned, where it is on the platform.
        digest: The SHA-256 of its content.
    """

    source: str
    digest: str


_open_releases: dict[ReleaseKey, tuple[Release, _State]] = {}


def open_release(source: str, storage_options: Mapping[str, Any] | None = None) -> tuple[ReleaseKey, Release]:
    """Opens a release as its file is now; from then on, one on the platform is what it was pinned to here.

    Args:
        source: Where it is.
        storage_options: The options of the file system that reads a bucket.

    Raises:
        ReleaseError: The file cannot be read or is not a release file.
        PlatformError: The platform does not give the release.
        StorageError: The release that it gives cannot be kept.
    """
    source = pin(source)
    state = _state(source)
    release = Release.open(source, storage_options=storage_options)
    key = ReleaseKey(source, release.digest)
    _open_releases.pop(key, None)
    while len(_open_releases) >= _MOST:
        _open_releases.pop(next(iter(_open_releases)))
    _open_releases[key] = release, state
    return key, release


def reopen_release(key: ReleaseKey, storage_options: Mapping[str, Any] | None = None) -> Release:
    """The release that was opened before, in this process or in another.

    Args:
        key: What tells the release.
        storage_options: The options of the file system that reads a bucket.

    Raises:
        ReleaseError: The file is not the same any more.
    """
    release, state = _open_releases.get(key, (None, None))
    # A file is mapped into memory: what was cut off since must not be touched.
    if release is not None and state == _state(key.source):
        return release
    fresh, release = open_release(key.source, storage_options)
    if fresh != key:
        raise ReleaseError("the file has changed since the dataset was made; load it again", release.source)
    return release


def _state(source: str) -> _State:
    if is_url(source):
        return None
    try:
        status = os.stat(source)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
