"""A client of the Segments.ai REST API that lists the releases of a data set.

The requests are those of the official SDK: https://sdkdocs.segments.ai/en/latest/client.html#releases. The API key is
sent in a header of these requests, and is not used or stored anywhere else.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from segments_hf.errors import PlatformError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.http_retries import retry_after_seconds
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.urls import scheme_of
from segments_hf.option_names import option
from segments_hf.release.document import AssetRef  # noqa: TC001  (msgspec reads the types)

if TYPE_CHECKING:
    import requests

    from segments_hf.io.remote.remote_file import Response
    from segments_hf.release.platform.reference import Reference

_API_URL = "https://api.segments.ai"
_MAX_PAGES = 100
_MAX_BYTES = 64 * 2**20  # maximum size of one response
_VALID_KEY = re.compile(r"[\x21-\x7e]+")
_HINTS = {  # by HTTP status
    401: "the platform does not know this API key; make one on https://segments.ai/account and "
    "set SEGMENTS_API_KEY to it",
    403: "the API key is wrong, or its user is not allowed to read this data set; ask the owner of the data set to add "
    "this user as a collaborator",
    404: "the data set does not exist, or the user of the API key is not allowed to see it; check the spelling on "
    "segments.ai",
    429: "too many requests; try again later",
}

T = TypeVar("T")


class ListedRelease(msgspec.Struct, frozen=True):
    """A release, as the API describes it.

    Attributes:
        status: ``SUCCEEDED`` if the release is ready, ``PENDING`` while the platform makes it, or ``FAILED``.
        attributes: The URL of the release file. It is missing if the release has no file.
    """

    name: str
    status: str
    created_at: Any = None
    attributes: AssetRef | None = None


class _Page(msgspec.Struct, frozen=True):
    """One page of the list of releases."""

    results: list[ListedRelease]
    next: str | None = None


_RELEASE: JsonDecoder[ListedRelease] = JsonDecoder(ListedRelease)
_RELEASES: JsonDecoder[list[ListedRelease] | _Page] = JsonDecoder(list[ListedRelease] | _Page)


class PlatformApi:
    """A client for the releases of one data set.

    All methods raise `PlatformError` if the platform does not respond or refuses the request.

    Args:
        reference: A release of the data set.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.

    Raises:
        PlatformError: There is no API key, the key is malformed, or ``SEGMENTS_API_URL`` is not a URL.
    """

    def __init__(self, reference: Reference, api_key: str | None) -> None:
        self._reference = reference
        self._key = _checked_key(reference, api_key)
        self._address = _checked_address(reference)
        self._releases = f"{self._address}/datasets/{quote(reference.owner)}/{quote(reference.dataset)}/releases/"

    def fetch_release(self) -> ListedRelease | None:
        """Fetch the release that the reference names; return None if the platform does not find it (HTTP 404)."""
        response = self._get(f"{self._releases}{quote(self._reference.name, safe='')}/")
        return None if response.status == 404 else self._decoded(_RELEASE, response)  # noqa: PLR2004

    def fetch_releases(self) -> list[ListedRelease]:
        """Fetch the list of all releases of the data set."""
        releases: list[ListedRelease] = []
        url = self._releases
        for _ in range(_MAX_PAGES):
            page = self._decoded(_RELEASES, self._get(url))
            if not isinstance(page, _Page):
                return [*releases, *page]
            releases += page.results
            if not page.next:
                return releases
            url = self._next_url(url, page.next)
        raise self._problem(
            f"got a list of releases with more than {_MAX_PAGES} pages; pass the exact name of a release"
        )

    def _next_url(self, url: str, next_url: str) -> str:
        """Return the absolute URL of the next page, after checking that the API key may be sent to its host."""
        try:
            next_url = urljoin(url, next_url)
            same_host = urlsplit(next_url)[:2] == urlsplit(self._address)[:2]
        except ValueError:
            same_host = False
        if not same_host:
            raise self._problem(
                "got a list of releases whose next page is on another host; pass the exact name of a release"
            )
        return next_url

    def _get(self, url: str) -> Response:
        from segments_hf.io.remote.remote_file import RemoteFileError, read_url

        def add_key(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"APIKey {self._key}"
            return request

        host = public_name(self._address)
        try:
            # `auth` adds the key. In `headers`, `requests` would replace the key with credentials from .netrc.
            return read_url(url, max_bytes=_MAX_BYTES, auth=add_key)
        except TooLargeError as error:
            problem = f"{error} from {host}; check SEGMENTS_API_URL"
        except RemoteFileError as error:
            problem = (
                f"no valid response from {host} ({error}); check the network, and HTTPS_PROXY if a proxy is needed"
            )
        raise self._problem(problem)

    def _decoded(self, decoder: JsonDecoder[T], response: Response) -> T:
        if response.is_error:
            status = response.status
            hint = _HINTS.get(status, "the platform failed to answer the request; try again later")
            if pause := retry_after_seconds(response.headers.get("Retry-After")):
                hint += f", in {pause:.0f} seconds"
            problem = f"got HTTP {status} from {public_name(self._address)}: {hint}"
            raise self._problem(problem + (missing_file_hint(self._reference) if status == 404 else ""))  # noqa: PLR2004
        try:
            return decoder.decode(response.content)
        except JsonError as error:
            cause = str(error)
        raise self._problem(
            f"cannot decode the response from {public_name(self._address)} ({cause}); check SEGMENTS_API_URL, and "
            "whether a proxy sent this response"
        )

    def _problem(self, problem: str) -> PlatformError:
        return platform_problem(self._reference, problem)


def platform_problem(reference: Reference, problem: str) -> PlatformError:
    """Make the error for a release that cannot be fetched from the platform."""
    return PlatformError(f"{public_name(str(reference))}: {problem}")


def missing_file_hint(reference: Reference) -> str:
    """Return a hint for an error if the reference looks like the path of a missing file; else an empty text."""
    if not reference.name.lower().endswith((".json", ".gz")):
        return ""
    return f" (if you meant a file: there is no file {reference.owner}/{reference.dataset}@{reference.name})"


def _checked_key(reference: Reference, api_key: str | None) -> str:
    key = (api_key or os.environ.get("SEGMENTS_API_KEY") or "").strip()
    if not key:
        uncached = "the release is not in the cache, and " if reference.digest else ""
        raise platform_problem(
            reference,
            f"{uncached}there is no API key; make one on https://segments.ai/account, and put it into the environment "
            f"variable SEGMENTS_API_KEY, or pass {option('api_key')}{missing_file_hint(reference)}",
        )
    if not _VALID_KEY.fullmatch(key):
        # The HTTP library would refuse a header with such a key, and its error would show the key.
        raise platform_problem(reference, "the API key has a space or another invalid character; copy it again")
    return key


def _checked_address(reference: Reference) -> str:
    address = (os.environ.get("SEGMENTS_API_URL") or _API_URL).rstrip("/")
    if scheme_of(address) not in {"http", "https"}:
        raise platform_problem(
            reference, f"got SEGMENTS_API_URL={public_name(address)!r}, expected a URL such as {_API_URL}"
        )
    return address
