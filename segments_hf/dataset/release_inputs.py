"""Releases in all the forms in which a caller may pass them."""

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
    """`segments.typing.Release` of the official SDK, or what looks like it: the SDK is not imported for this."""

    @property
    def attributes(self) -> Any:
        """The file of the release, by its `url`."""


AnyRelease = Location | Release | SdkRelease


def releases_by_split(data: Any) -> dict[str, Any] | None:
    """The releases of each split, as they were passed; None where the data is something else.

    Args:
        data: A release: a path, a URL, a reference to one on the platform, a `Release`, or the release object of the
            official SDK. It is the split ``train``. Or a dict of these by split name.
    """
    by_split = data if isinstance(data, Mapping) else {"train": data}
    if not by_split or not all(map(is_release, by_split.values())):
        return None
    return {str(split): release for split, release in by_split.items()}


def is_release(value: Any) -> bool:
    """Return whether a value is one release, in any form."""
    return isinstance(value, str | os.PathLike | Release) or _is_sdk_release(value)


def release_source(release: Any, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES) -> str | ReleaseKey:
    """Return the source that the builder opens; for a `Release`, which is open already, its key.

    Args:
        release: A release, in any form.
        api_key: The key to the platform.
        max_bytes: The maximum size in bytes of the file of a release on the platform.

    Raises:
        OptionError: The release object of the SDK has no URL.
        PlatformError: The platform refuses the request, or has no such release.
        ReleaseError: The release was made in memory, and is not at its location.
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
            f"got a release of the SDK without a URL, {getattr(release, 'name', None)!r}: the platform is still making "
            "it; wait until its status is SUCCEEDED, and get it again"
        )
    return str(url)
