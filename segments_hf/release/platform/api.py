"""The REST API of the Segments.ai platform: what it says of the releases of a data set.

It is used as its SDK shows it: https://sdkdocs.segments.ai/en/latest/client.html#releases. A key goes into the header
of a request to it, and nowhere else.
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

_API = "https://api.segments.ai"
_MOST_PAGES = 100
_MAX_BYTES = 64 * 2**20  # of one response
_KEY = re.compile(r"[\x21-\x7e]+")
_REFUSED = {
    401: "the platform does not know this API key; make one on https://segments.ai/account and "
    "set SEGMENTS_API_KEY to it",
    403: "the API key is wrong, or its user may not read this data set; ask its owner to add them as a collaborator",
    404: "there is no such data set, or the user of the API key may not see it; how is it spelled on segments.ai?",
    429: "too many requests; try again later",
}

T = TypeVar("T")


class ListedRelease(msgspec.Struct, frozen=True):
    """A release, as the API describes it."""

    name: str
    status: str
    created_at: Any = None
    attributes: AssetRef | None = None


class _Page(msgspec.Struct, frozen=True):
    """A part of the list of releases."""

    results: list[ListedRelease]
    next: str | None = None


_ONE: JsonDecoder[ListedRelease] = JsonDecoder(ListedRelease)
_LIST: JsonDecoder[list[ListedRelease] | _Page] = JsonDecoder(list[ListedRelease] | _Page)


class PlatformApi:
    """A client for the releases of one data set.

    Args:
        reference: A release of the data set.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.

    Raises:
        PlatformError: There is no key, or no address. Each method raises it where the platform gives no answer, or
            refuses.
    """

    def __init__(self, reference: Reference, api_key: str | None) -> None:
        self._reference = reference
        self._key = _checked_key(reference, api_key)
        self._address = _checked_address(reference)
        self._releases = f"{self._address}/datasets/{quote(reference.owner)}/{quote(reference.dataset)}/releases/"

    def one(self) -> ListedRelease | None:
        """Fetch the release that the reference names; None if there is no such release."""
        response = self._get(f"{self._releases}{quote(self._reference.name, safe='')}/")
        return None if response.status == 404 else self._decoded(_ONE, response)  # noqa: PLR2004

    def all(self) -> list[ListedRelease]:
        """Fetch all releases."""
        releases: list[ListedRelease] = []
        url: str | None = self._releases
        for _ in range(_MOST_PAGES):
            if url is None:
                return releases
            answer = self._decoded(_LIST, self._get(url))
            if not isinstance(answer, _Page):
                return [*releases, *answer]
            releases += answer.results
            url = answer.next and self._next(url, answer.next)
        raise self._problem(f"got a list of releases that is longer than {_MOST_PAGES} pages; name a release")

    def _next(self, url: str, following: str) -> str:
        try:
            following = urljoin(url, following)
            same_host = urlsplit(following)[:2] == urlsplit(self._address)[:2]
        except ValueError:
            same_host = False
        if not same_host:
            raise self._problem("got a list of releases whose next page is on another host; pass the name of a release")
        return following

    def _get(self, url: str) -> Response:
        from segments_hf.io.remote.remote_file import RemoteFileError, read_url

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"APIKey {self._key}"
            return request

        host = public_name(self._address)
        try:
            # Not as a header: `requests` would replace it with the credentials of the host in .netrc.
            return read_url(url, max_bytes=_MAX_BYTES, auth=sign)
        except TooLargeError as error:
            problem = f"{error} from {host}; check SEGMENTS_API_URL"
        except RemoteFileError as error:
            problem = f"no response from {host} ({error}); check the network, and HTTPS_PROXY if a proxy is needed"
        raise self._problem(problem)

    def _decoded(self, decoder: JsonDecoder[T], response: Response) -> T:
        if response.is_error:
            status = response.status
            hint = _REFUSED.get(status, "the platform has a fault; try again later")
            if pause := retry_after_seconds(response.headers.get("Retry-After")):
                hint += f", in {pause:.0f} seconds"
            problem = f"got HTTP {status} from {public_name(self._address)}: {hint}"
            raise self._problem(problem + (or_a_file(self._reference) if status == 404 else ""))  # noqa: PLR2004
        try:
            return decoder.decode(response.content)
        except JsonError as error:
            wrong = str(error)
        raise self._problem(
            f"cannot read the response of {public_name(self._address)} ({wrong}); check SEGMENTS_API_URL, and "
            "whether a proxy sent the response"
        )

    def _problem(self, problem: str) -> PlatformError:
        return platform_problem(self._reference, problem)


def platform_problem(reference: Reference, problem: str) -> PlatformError:
    """Make the error for a release that cannot be fetched from the platform."""
    return PlatformError(f"{public_name(str(reference))}: {problem}")


def or_a_file(reference: Reference) -> str:
    """A hint for an error where the reference may have been meant as a file; else nothing."""
    if not reference.name.lower().endswith((".json", ".gz")):
        return ""
    return f" (as a file, {reference.owner}/{reference.dataset}@{reference.name} is not here)"


def _checked_key(reference: Reference, api_key: str | None) -> str:
    key = (api_key or os.environ.get("SEGMENTS_API_KEY") or "").strip()
    if not key:
        gone = "its kept copy is gone, and " if reference.digest else ""
        raise platform_problem(
            reference,
            f"{gone}there is no API key; make one on https://segments.ai/account, and pass it as "
            f"{option('api_key')} or SEGMENTS_API_KEY{or_a_file(reference)}",
        )
    if not _KEY.fullmatch(key):
        # Such a key is not valid in a header, and the error of the HTTP library would show it.
        raise platform_problem(reference, "the API key has characters that no key has; copy it again")
    return key


def _checked_address(reference: Reference) -> str:
    address = (os.environ.get("SEGMENTS_API_URL") or _API).rstrip("/")
    if scheme_of(address) not in {"http", "https"}:
        raise platform_problem(reference, f"got SEGMENTS_API_URL={public_name(address)!r}, wanted a URL such as {_API}")
    return address
