"""Releases straight from the Segments.ai platform, pinned to their content.

What is kept, pickled and handed to other processes is a pinned reference, which needs no key.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.urls import is_url, scheme_of
from segments_hf.release.document import parse_moment
from segments_hf.release.json_file import too_large, unpack
from segments_hf.release.platform.api import ListedRelease, PlatformApi, or_a_file, platform_problem
from segments_hf.release.platform.copies import find_kept, keep
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from segments_hf.release.json_file import Buffer

LATEST = "latest"

_MOST_NAMES = 10  # in an error
_NEVER = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


def pin(source: str | os.PathLike[str], api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES) -> str:
    """Replace a reference to a release on the platform by one with the SHA-256 of its content.

    The result can be read without a key, and its content does not change.

    The release is fetched and cached, unless the reference has a SHA-256 already. `latest` becomes the name of the
    newest release.

    Args:
        source: A path, a URL, or a reference to a release on the platform.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Returns:
        ``segments://owner/dataset@name#sha256=…``; any other source as it is.

    Raises:
        PlatformError: The platform refuses the request, or has no such release.
        ReleaseError: The release's file cannot be fetched.
        StorageError: The disk is full or read-only.
    """
    source = canonical_source(source)
    reference = parse_reference(source) if is_url(source) else None
    return source if reference is None else str(_pinned(reference, api_key, max_bytes))


def read_platform_release(
    reference: Reference, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> Buffer:
    """Read the JSON of a release on the platform, from the cache if the reference is pinned and the file is cached.

    Args:
        reference: The release.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Raises:
        PlatformError: The platform refuses the request, or has no such release.
        ReleaseError: The release's file cannot be fetched, or is not the one that it was pinned to.
        StorageError: The disk is full or read-only.
    """
    pinned = _pinned(reference, api_key, max_bytes)
    digest = str(pinned.digest)
    content = find_kept(digest, max_bytes)
    if content is None:
        content = fetch_platform_release(pinned, api_key, max_bytes)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ReleaseError(
                "the release has changed on the platform since it was pinned; load it again without "
                f"#sha256={digest[:8]}…",
                public_name(str(pinned)),
            )
        keep(content)
    return content


def fetch_platform_release(
    reference: Reference, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> Buffer:
    """Fetch the JSON of a release as it is on the platform now.

    Args:
        reference: The release; its SHA-256 is ignored.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Raises:
        PlatformError: The platform refuses the request, or has no such release.
        ReleaseError: The release's file cannot be fetched.
    """
    return _download(reference, _find(reference, api_key), max_bytes)


def _pinned(reference: Reference, api_key: str | None, max_bytes: float) -> Reference:
    if reference.digest is not None:
        return reference
    listed = _find(reference, api_key)
    return replace(reference, name=listed.name, digest=keep(_download(reference, listed, max_bytes)))


def _find(reference: Reference, api_key: str | None) -> ListedRelease:
    """Find a release that is ready, by its name or as the newest one."""
    api = PlatformApi(reference, api_key)
    listed = _newest(reference, api.all()) if reference.name == LATEST else _named(reference, api)
    match listed.status:
        case "SUCCEEDED":
            return listed
        case "PENDING":
            raise platform_problem(reference, "the platform is still making this release; wait a minute and try again")
        case "FAILED":
            raise platform_problem(reference, "the platform failed to make this release; make a new one there")
        case status:
            raise platform_problem(reference, f"got a release with status {status!r}, wanted SUCCEEDED")


def _named(reference: Reference, api: PlatformApi) -> ListedRelease:
    # A name that is no segment of a URL's path is found only in the list.
    name = reference.name
    listed = api.one() if "/" not in name and name.strip(".") else None
    if listed is not None and listed.name == name:
        return listed
    releases = api.all()
    for listed in releases:
        if listed.name == name:
            return listed
    raise platform_problem(
        reference, f"there is no release {name!r}; the data set has {_names(releases)}{or_a_file(reference)}"
    )


def _newest(reference: Reference, releases: list[ListedRelease]) -> ListedRelease:
    ready = [listed for listed in releases if listed.status == "SUCCEEDED"]
    if len(ready) == 1:
        return ready[0]
    if undated := [listed for listed in ready if parse_moment(listed.created_at) is None]:
        raise platform_problem(
            reference, f"got no date of {_names(undated)}, so that none is the latest; name one of {_names(ready)}"
        )
    if ready:
        return max(ready, key=lambda listed: parse_moment(listed.created_at) or _NEVER)
    if pending := [listed for listed in releases if listed.status == "PENDING"]:
        raise platform_problem(
            reference,
            f"no release is ready: the platform is still making {_names(pending)}; wait a minute and try again",
        )
    has = f"of its releases none was made: {_names(releases)}" if releases else "the data set has no release"
    raise platform_problem(reference, f"{has}; make one on segments.ai, in the data set's Releases tab")


def _download(reference: Reference, listed: ListedRelease, max_bytes: float) -> Buffer:
    from segments_hf.io.remote.remote_file import fetch_file

    url = (listed.attributes and listed.attributes.url) or ""
    name = public_name(str(reference))
    if scheme_of(url) not in {"http", "https"}:
        raise platform_problem(
            reference,
            "got no URL for the release file, although the release is ready; download the file on segments.ai, and "
            "pass its path",
        )
    try:
        # Without the key: the file is on another host, and its URL is signed.
        return unpack(fetch_file(url, name, max_bytes=int(max_bytes)), name, max_bytes)
    except TooLargeError as error:
        raise too_large(error, name) from None
    except ReleaseError as error:
        raise ReleaseError(f"{error.problem}; try again, as the platform gives a new link each time", name) from None


def _names(releases: Iterable[ListedRelease]) -> str:
    names = [repr(listed.name) for listed in releases]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more or "none"
