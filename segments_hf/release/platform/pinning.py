"""Read releases from the Segments.ai platform, and pin references to the content of a release.

A pinned reference contains the SHA-256 of the release, and a copy of the release is in the cache. Only pinned
references are stored in datasets or sent to other processes, because reading them from the cache needs no API key.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.urls import is_url, scheme_of
from segments_hf.release.document import parse_moment
from segments_hf.release.json_file import too_large, unpack
from segments_hf.release.platform.api import ListedRelease, PlatformApi, missing_file_hint, platform_problem
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference
from segments_hf.release.platform.release_cache import add_to_cache, find_cached

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segments_hf.release.json_file import Buffer

LATEST = "latest"

_MAX_NAMES = 10  # maximum number of release names in an error
_EARLIEST = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


def pin(source: str | os.PathLike[str], api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES) -> str:
    """Pin a reference to a release on the platform: add the SHA-256 of the release to it.

    A pinned reference always refers to the same content, and can be read from the cache without an API key.

    If the reference is not pinned yet, the release is fetched and cached. `latest` is replaced with the name of the
    newest release that is ready.

    Args:
        source: A path, a URL, or a reference to a release on the platform.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Returns:
        ``segments://owner/dataset@name#sha256=…`` for a reference; a path or URL unchanged.

    Raises:
        PlatformError: There is no API key, or the platform does not provide the release.
        ReleaseError: The release file cannot be fetched, or a ``segments://`` URL is malformed.
        SegmentsHFError: The source is empty, or is neither a string nor a path.
        StorageError: The release cannot be written to the cache.
    """
    if not isinstance(source, str | os.PathLike) or not os.fspath(source):
        got = repr(source) if source == "" else type(source).__name__
        raise SegmentsHFError(f"got {got}, expected the path or URL of a release, or owner/dataset@name on Segments.ai")
    source = canonical_source(source)
    reference = parse_reference(source) if is_url(source) else None
    return source if reference is None else str(_pinned(reference, api_key, max_bytes))


def read_platform_release(
    reference: Reference, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> Buffer:
    """Read the JSON of a release on the platform, from the cache if the reference is pinned and the file is cached.

    Args:
        reference: The release.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Raises:
        PlatformError: There is no API key, or the platform does not provide the release.
        ReleaseError: The release file cannot be fetched, or its SHA-256 is not that of the reference.
        StorageError: The release cannot be written to the cache.
    """
    pinned = _pinned(reference, api_key, max_bytes)
    digest = str(pinned.digest)
    content = find_cached(digest, max_bytes)
    if content is None:
        content = fetch_platform_release(pinned, api_key, max_bytes)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ReleaseError(
                "the release has changed on the platform since it was pinned; load it again without "
                f"#sha256={digest[:8]}…",
                public_name(str(pinned)),
            )
        add_to_cache(content)
    return content


def fetch_platform_release(
    reference: Reference, api_key: str | None = None, max_bytes: float = MAX_RELEASE_BYTES
) -> Buffer:
    """Fetch the JSON of a release from the platform, without the cache.

    Args:
        reference: The release; its SHA-256 is ignored.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_bytes: The maximum size of the release file in bytes.

    Raises:
        PlatformError: There is no API key, or the platform does not provide the release.
        ReleaseError: The release file cannot be fetched.
    """
    return _download(reference, _find_release(reference, api_key), max_bytes)


def _pinned(reference: Reference, api_key: str | None, max_bytes: float) -> Reference:
    if reference.digest is not None:
        return reference
    listed = _find_release(reference, api_key)
    return replace(reference, name=listed.name, digest=add_to_cache(_download(reference, listed, max_bytes)))


def _find_release(reference: Reference, api_key: str | None) -> ListedRelease:
    """Find the release that the reference names; for `latest`, find the newest release that is ready.

    Raises:
        PlatformError: There is no API key, or the platform does not provide the release.
    """
    api = PlatformApi(reference, api_key)
    listed = _newest(reference, api.fetch_releases()) if reference.name == LATEST else _named(reference, api)
    match listed.status:
        case "SUCCEEDED":
            return listed
        case "PENDING":
            raise platform_problem(reference, "the platform is still making this release; wait a minute and try again")
        case "FAILED":
            raise platform_problem(reference, "the platform failed to make this release; make a new one on segments.ai")
        case status:
            raise platform_problem(reference, f"got a release with status {status!r}, expected SUCCEEDED")


def _named(reference: Reference, api: PlatformApi) -> ListedRelease:
    # The URL of a request cannot contain a name that has a slash or consists of dots. The list of releases may contain
    # such a name.
    name = reference.name
    listed = api.fetch_release() if "/" not in name and name.strip(".") else None
    if listed is not None and listed.name == name:
        return listed
    releases = api.fetch_releases()
    for listed in releases:
        if listed.name == name:
            return listed
    raise platform_problem(
        reference, f"there is no release {name!r}; the data set has {_names(releases)}{missing_file_hint(reference)}"
    )


def _newest(reference: Reference, releases: list[ListedRelease]) -> ListedRelease:
    ready = [listed for listed in releases if listed.status == "SUCCEEDED"]
    if len(ready) == 1:
        return ready[0]
    if undated := [listed for listed in ready if parse_moment(listed.created_at) is None]:
        raise platform_problem(
            reference,
            f"cannot find the latest release, because these releases have no date: {_names(undated)}; pass one of the "
            f"names {_names(ready)}",
        )
    if ready:
        return max(ready, key=lambda listed: parse_moment(listed.created_at) or _EARLIEST)
    if pending := [listed for listed in releases if listed.status == "PENDING"]:
        raise platform_problem(
            reference,
            f"no release is ready: the platform is still making {_names(pending)}; wait a minute and try again",
        )
    cause = f"the platform failed to make {_names(releases)}" if releases else "the data set has no release"
    raise platform_problem(reference, f"{cause}; make a release on segments.ai, in the Releases tab of the data set")


def _download(reference: Reference, listed: ListedRelease, max_bytes: float) -> Buffer:
    from segments_hf.io.remote.remote_file import fetch_file

    url = (listed.attributes and listed.attributes.url) or ""
    name = public_name(str(reference))
    if scheme_of(url) not in {"http", "https"}:
        raise platform_problem(
            reference,
            "got no http(s) URL for the release file, although the release is ready; download the file from "
            "segments.ai and pass its path",
        )
    try:
        # The API key is not sent, because the file is on another host and its URL is signed.
        return unpack(fetch_file(url, name, max_bytes=int(max_bytes)), name, max_bytes)
    except TooLargeError as error:
        raise too_large(error, name) from None
    except ReleaseError as error:
        raise ReleaseError(f"{error.problem}; try again: each request gets a new URL from the platform", name) from None


def _names(releases: Iterable[ListedRelease]) -> str:
    names = [repr(listed.name) for listed in releases]
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more or "no releases"
