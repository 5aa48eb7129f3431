"""Recognize the values that users may pass as a release."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol, TypeGuard

from segments_hf.dataset.open_releases import ReleaseKey, adopt_release
from segments_hf.errors import OptionError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.urls import is_url
from segments_hf.release import Release, pin

StrPath = str | os.PathLike[str]


class SdkReleaseAttributes(Protocol):
    """The attributes of a release of the official SDK."""

    @property
    def url(self) -> str | None:
        """The URL of the release file; None while the platform is still making the file."""


class SdkRelease(Protocol):
    """`segments.typing.Release` of the official SDK. It is recognized by its attributes; the class is not imported."""

    @property
    def attributes(self) -> SdkReleaseAttributes:
        """An object whose `url` is the URL of the release file."""


AnyRelease = StrPath | Release | SdkRelease  # text is a path, a URL, or a reference to a release on the platform


def releases_by_split(data: object) -> dict[str, AnyRelease] | None:
    """Return the release of each split, unchanged; None if the input is not a release or a dict of releases.

    Args:
        data: Any value. A release is a path, a URL, a reference to a release on the platform, a `Release`, or the
            release object of the official SDK. A single release becomes the split ``train``.
    """
    by_split = data if isinstance(data, Mapping) else {"train": data}
    releases = {str(split): release for split, release in by_split.items() if is_release(release)}
    return releases if releases and len(releases) == len(by_split) else None


def is_release(value: object) -> TypeGuard[AnyRelease]:
    """Return whether a value is a release: a path, text, a `Release`, or the release object of the official SDK."""
    return isinstance(value, str | os.PathLike | Release) or _is_sdk_release(value)


def describe_input(data: object) -> str:
    """Return a description of data that are not releases, for a message."""
    if _is_release_content(data):
        return "the content of a release file as a dict (pass the path of the file instead)"
    if isinstance(data, Mapping):
        if "status" in data and "annotations" in data:
            return "one row as a dict (pass the dataset of the row instead)"
        for split, part in data.items():
            if not is_release(part):
                part_text = describe_input(part) if _is_release_content(part) else type(part).__name__
                return f"{part_text} as split {str(split)!r}"
    return type(data).__name__


def _is_release_content(value: object) -> bool:
    """Return whether a value is the decoded JSON of a release file."""
    return isinstance(value, Mapping) and isinstance(value.get("dataset"), Mapping) and "samples" in value["dataset"]


def release_source(
    release: AnyRelease, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> str | ReleaseKey:
    """Return the path or URL of a release for the builder; for an open `Release`, return its key.

    Args:
        release: A path, a URL, a reference to a release on the platform, a `Release`, or the release object of the
            official SDK.
        api_key: The API key of the platform.
        max_bytes: The maximum size in bytes of the release file, for a release on the platform.

    Raises:
        OptionError: The release object of the official SDK has no URL, or a `Release` is only the part of a release
            that belongs to one sensor.
        PlatformError: There is no API key, or the platform does not provide the release.
        ReleaseError: The release of the platform cannot be fetched, a ``segments://`` URL is malformed, or a `Release`
            was made in memory and the file at its location is missing or has another content.
        StorageError: The release of the platform cannot be cached.
    """
    if isinstance(release, Release):
        return adopt_release(release)
    location = release if isinstance(release, str | os.PathLike) else _sdk_release_url(release)
    source = pin(location, api_key, max_bytes)
    return source if is_url(source) else os.path.abspath(os.path.expanduser(source))


def _is_sdk_release(value: object) -> TypeGuard[SdkRelease]:
    return hasattr(getattr(value, "attributes", None), "url")


def _sdk_release_url(release: SdkRelease) -> str:
    url = release.attributes.url
    if not url:
        raise OptionError(
            f"got the release {getattr(release, 'name', None)!r} of the official SDK without a URL, because the "
            "platform is still making it; wait until its status is SUCCEEDED, and request it again"
        )
    return str(url)
