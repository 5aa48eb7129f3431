"""Releases straight from the Segments.ai platform.

The API as its SDK shows it: https://sdkdocs.segments.ai/en/latest/client.html#releases. A key goes into the header of
a request to it, and nowhere else: what is kept, pickled and handed to other processes is a pinned reference, which
needs no key.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from segments_hf.errors import PlatformError, ReleaseError
from segments_hf.io.http_retries import retry_after_seconds
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url, scheme_of
from segments_hf.release.document import AssetRef, parse_moment
from segments_hf.release.json_file import unpack
from segments_hf.release.platform.copies import find_kept, keep
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

    from segments_hf.release.json_file import Buffer

LATEST = "latest"

_API = "https://api.segments.ai"
_MOST_PAGES = 100
_MOST_NAMES = 10  # in an error
_NEVER = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
_KEY = re.compile(r"[\x21-\x7e]+")
_REFUSED = {
    401: "the platform does not know this API key; make one on https://segments.ai/account, and give it as api_key= "
    "or SEGMENTS_API_KEY",
    403: "the API key is wrong, or its user may not read this data set; ask its owner to add them as a collaborator",
    404: "there is no such data set, or the user of the API key may not see it; how is it spelt on segments.ai?",
    429: "too many requests; try again later",
}

T = TypeVar("T")


class _Listed(msgspec.Struct, frozen=True):
    """A release, as the API describes it."""

    name: str
    status: str
    created_at: Any = None
    attributes: AssetRef | None = None


class _Page(msgspec.Struct, frozen=True):
    """A part of the list of releases."""

    results: list[_Listed]
    next: str | None = None


_ONE = msgspec.json.Decoder(_Listed)
_LIST = msgspec.json.Decoder(list[_Listed] | _Page)


def pin(source: str | os.PathLike[str], api_key: str | None = None) -> str:
    """A source that needs no key and means the same for ever, where it is a release on the platform.

    Such a release is fetched and kept, unless it is pinned already; `latest` becomes the name that it stands for.

    Args:
        source: A release, wherever it is.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.

    Returns:
        ``segments://owner/dataset@name#sha256=…``; any other source as it is.

    Raises:
        PlatformError: The platform does not give the release.
        ReleaseError: The release's file cannot be fetched.
        StorageError: The disk does not take it.
    """
    source = canonical_source(source)
    reference = parse_reference(source) if is_url(source) else None
    return source if reference is None else str(_pinned(reference, api_key))


def read_platform_release(reference: Reference, api_key: str | None = None) -> Buffer:
    """The JSON of a release on the platform, mapped; of a pinned one, without asking for it where a copy is kept.

    Args:
        reference: The release.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.

    Raises:
        PlatformError: The platform does not give the release.
        ReleaseError: The release's file cannot be fetched, or is not the one that it was pinned to.
        StorageError: The disk does not take it.
    """
    pinned = _pinned(reference, api_key)
    digest = str(pinned.digest)
    content = find_kept(digest)
    if content is None:
        content = fetch_platform_release(pinned, api_key)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ReleaseError(
                "the release has changed on the platform since it was pinned; load it again without "
                f"#sha256={digest[:8]}…",
                public_name(str(pinned)),
            )
        keep(content)
    return content


def fetch_platform_release(reference: Reference, api_key: str | None = None) -> bytes:
    """The JSON of a release, as the platform has it now.

    Args:
        reference: The release; a pin is not looked at.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.

    Raises:
        PlatformError: The platform does not give the release.
        ReleaseError: The release's file cannot be fetched.
    """
    return _download(reference, _find(reference, api_key))


def _pinned(reference: Reference, api_key: str | None) -> Reference:
    if reference.digest is not None:
        return reference
    listed = _find(reference, api_key)
    return replace(reference, name=listed.name, digest=keep(_download(reference, listed)))


def _find(reference: Reference, api_key: str | None) -> _Listed:
    """A release that is ready, by its name or by its date."""
    api = _Api(reference, api_key)
    listed = _newest(reference, api.all()) if reference.name == LATEST else _named(reference, api)
    match listed.status:
        case "SUCCEEDED":
            return listed
        case "PENDING":
            raise _problem(reference, "the platform is still making this release; wait a minute and try again")
        case "FAILED":
            raise _problem(reference, "the platform failed to make this release; make a new one there")
        case status:
            raise _problem(reference, f"got a release with status {status!r}, wanted SUCCEEDED")


def _named(reference: Reference, api: _Api) -> _Listed:
    # A name that is no segment of a URL's path is found only in the list.
    name = reference.name
    listed = api.one() if "/" not in name and name.strip(".") else None
    if listed is not None and listed.name == name:
        return listed
    releases = api.all()
    for listed in releases:
        if listed.name == name:
            return listed
    raise _problem(
        reference, f"there is no release {name!r}; the data set has {_names(releases)}{_or_a_file(reference)}"
    )


def _newest(reference: Reference, releases: list[_Listed]) -> _Listed:
    ready = [listed for listed in releases if listed.status == "SUCCEEDED"]
    if len(ready) == 1:
        return ready[0]
    if undated := [listed for listed in ready if parse_moment(listed.created_at) is None]:
        raise _problem(
            reference, f"got no date of {_names(undated)}, so that none is the latest; name one of {_names(ready)}"
        )
    if ready:
        return max(ready, key=lambda listed: parse_moment(listed.created_at) or _NEVER)
    if pending := [listed for listed in releases if listed.status == "PENDING"]:
        raise _problem(
            reference,
            f"no release is ready: the platform is still making {_names(pending)}; wait a minute and try again",
        )
    has = f"of its releases none was made: {_names(releases)}" if releases else "the data set has no release"
    raise _problem(reference, f"{has}; make one on segments.ai, in the data set's Releases tab")


def _download(reference: Reference, listed: _Listed) -> bytes:
    from segments_hf.io.remote_file import fetch_file

    url = (listed.attributes and listed.attributes.url) or ""
    name = public_name(str(reference))
    if scheme_of(url) not in {"http", "https"}:
        raise _problem(
            reference, "got no URL of the release file, although it is ready; download it on segments.ai instead"
        )
    try:
        # Not with the key: the file is on another host, and its URL is signed.
        return bytes(unpack(fetch_file(url, name), name))
    except ReleaseError as error:
        raise ReleaseError(f"{error.problem}; try again, as the platform gives a new link each time", name) from None


class _Api:
    """What the API says of the releases of one data set."""

    def __init__(self, reference: Reference, api_key: str | None) -> None:
        self._reference = reference
        self._key = _checked_key(reference, api_key)
        self._address = _checked_address(reference)
        self._releases = f"{self._address}/datasets/{quote(reference.owner)}/{quote(reference.dataset)}/releases/"

    def one(self) -> _Listed | None:
        """The release of the reference's name; None where there is none."""
        response = self._get(f"{self._releases}{quote(self._reference.name, safe='')}/")
        return None if response.status_code == 404 else self._decoded(_ONE, response)  # noqa: PLR2004

    def all(self) -> list[_Listed]:
        """All releases."""
        releases: list[_Listed] = []
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
            raise self._problem("got a list of releases that goes on at another host; name a release")
        return following

    def _get(self, url: str) -> requests.Response:
        import requests

        from segments_hf.io.remote_file import TIMEOUT, new_session

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"APIKey {self._key}"
            return request

        with new_session() as session:
            try:
                # Not as a header, in whose place `requests` would put what .netrc has for the host.
                return session.get(url, auth=sign, timeout=TIMEOUT)
            except (requests.RequestException, ValueError) as error:
                problem = f"no answer from {public_name(self._address)} ({type(error).__name__})"
        raise self._problem(f"{problem}; is there a way to it from here, perhaps through a proxy (HTTPS_PROXY)?")

    def _decoded(self, decoder: msgspec.json.Decoder[T], response: requests.Response) -> T:
        if not response.ok:
            status = response.status_code
            hint = _REFUSED.get(status, "the platform has a fault; try again later")
            if pause := retry_after_seconds(response.headers.get("Retry-After")):
                hint += f", in {pause:.0f} seconds"
            problem = f"got HTTP {status} from {public_name(self._address)}: {hint}"
            raise self._problem(problem + (_or_a_file(self._reference) if status == 404 else ""))  # noqa: PLR2004
        try:
            return decoder.decode(response.content)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            wrong = f"an answer that is not of its form ({error})"
            if not isinstance(error, msgspec.ValidationError):
                wrong = "an answer that is not JSON"
        raise self._problem(
            f"got {wrong} from {public_name(self._address)}; is SEGMENTS_API_URL right, and does no proxy answer?"
        )

    def _problem(self, problem: str) -> PlatformError:
        return _problem(self._reference, problem)


def _checked_key(reference: Reference, api_key: str | None) -> str:
    key = (api_key or os.environ.get("SEGMENTS_API_KEY") or "").strip()
    if not key:
        gone = "its kept copy is gone, and " if reference.digest else ""
        raise _problem(
            reference,
            f"{gone}there is no API key; make one on https://segments.ai/account, and give it as api_key= or "
            f"SEGMENTS_API_KEY{_or_a_file(reference)}",
        )
    if not _KEY.fullmatch(key):
        # It cannot go into a header, and the error of who tries shows it.
        raise _problem(reference, "the API key has characters that no key has; copy it again")
    return key


def _checked_address(reference: Reference) -> str:
    address = (os.environ.get("SEGMENTS_API_URL") or _API).rstrip("/")
    if scheme_of(address) not in {"http", "https"}:
        raise _problem(reference, f"got SEGMENTS_API_URL={public_name(address)!r}, wanted a URL such as {_API}")
    return address


def _problem(reference: Reference, problem: str) -> PlatformError:
    return PlatformError(f"{public_name(str(reference))}: {problem}")


def _names(releases: Iterable[_Listed]) -> str:
    names = [repr(listed.name) for listed in releases]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more or "none"


def _or_a_file(reference: Reference) -> str:
    if not reference.name.lower().endswith((".json", ".gz")):
        return ""
    return f" (as a file, {reference.owner}/{reference.dataset}@{reference.name} is not here)"
