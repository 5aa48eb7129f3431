"""Recognize releases in all forms in which users may pass them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

from segments_hf.dataset.open_releases import ReleaseKey, adopt_release
from segments_hf.errors import OptionError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.urls import is_url
from segments_hf.release import Release, pin

Location = str | os.PathLike[str]


class SdkRelease(Protocol):
    """`segments.typing.Release` of the official SDK. It is recognized by its attributes; the SDK is not imported."""

    @property
    def attributes(self) -> Any:
        """An object whose `url` is the URL of the release file."""


AnyRelease = Location | Release | SdkRelease


def releases_by_split(data: Any) -> dict[str, Any] | None:
    """Return the release of each split, unchanged; None if the input is not a release or a dict of releases.

    Args:
        data: Any value. A release is a path, a URL, a reference to a release on the platform, a `Release`, or the
            release object of the official SDK. A single release is the split ``train``.
    """
    by_split = data if isinstance(data, Mapping) else {"train": data}
    if not by_split or not all(map(is_release, by_split.values())):
        return None
    return {str(split): release for split, release in by_split.items()}


def is_release(value: Any) -> bool:
    """Return whether a value is a release, in any form."""
    return isinstance(value, str | os.PathLike | Release) or _is_sdk_release(value)


def release_source(release: Any, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES) -> str | ReleaseKey:
    """Return the path or URL of a release for the builder; for an open `Release`, return its key.

    Args:
        release: A release, in any form.
        api_key: The API key of the platform.
        max_bytes: The maximum size in bytes of the file of a release on the platform.

    Raises:
        OptionError: The release object of the SDK has no URL.
        PlatformError: The platform refuses the request, or has no such release.
        ReleaseError: The release was made in memory, and the file at its location is missing or differs.
        StorageError: The release of the platform cannot be cached.
    """
    if isinstance(release, Release):
        return adopt_release(release)
    source = pin(_sdk_release_url(release) if _is_sdk_release(release) else release, api_key, max_bytes)
    return source if is_url(source) else os.path.abspath(os.path.expanduser(source))


def _is_sdk_release(value: Any) -> bool:
    return hasattr(getattr(value, "attributes", None), "url")


def _sdk_release_url(release: Any) -> str:
    url = release.attributes.url
    if not url:
        raise OptionError(
            f"got the release {getattr(release, 'name', None)!r} of the SDK without a URL, because the platform is "
            "still making it; wait until its status is SUCCEEDED and get it again"
        )
    return str(url)
