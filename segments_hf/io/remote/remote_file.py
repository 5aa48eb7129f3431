"""Read a file or an answer over http(s) whole: release files, and the answers of the platform."""

from __future__ import annotations

import logging
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import MaxRetryError

from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.redaction import hide_queries
from segments_hf.io.remote.deadline import Deadline
from segments_hf.io.remote.http_retries import RETRYABLE_STATUSES, retry_after_seconds
from segments_hf.io.remote.limited_reading import BrokenGzipError, TooLargeError, decompress_gzip, read_limited
from segments_hf.io.remote.time_limit import TimeLimitError, run_until

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from typing_extensions import Self
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

    Authorize = Callable[[requests.PreparedRequest], requests.PreparedRequest]

SECONDS = 300.0  # that a file may take; with all that arrives, ten times as long

_TIMEOUT = (10, 60)  # seconds to connect, and between two reads
_LEAST_RATE = 1024  # bytes per second
_MOST_REDIRECTS = 10
_GZIP = {"gzip", "x-gzip"}
_MOST_ENCODINGS = 3
_SHOWN = 20  # characters of an encoding that is not known

_LONGEST_PAUSE = 60.0  # seconds that a server may ask to be left alone; what asks for more is refused at once

# urllib3 logs the URLs that it asks for.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(hide_queries)


class _Retry(Retry):
    """Waits as long as the server asks, within reason; the body of a failed response is not read."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if response is not None:
            response.close()  # else urllib3 reads all of it, however long it is
        if _pool is not None and response is not None and (self.get_retry_after(response) or 0) > _LONGEST_PAUSE:
            raise MaxRetryError(_pool, url or "")  # for urllib3 to hand over the response as it is
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        return retry_after_seconds(response.headers.get("Retry-After"))


class RemoteFileError(SegmentsHFError, OSError):
    """A URL from which no complete response came. Its text does not hold the URL, which may be signed."""


class Response(NamedTuple):
    """A response that was received completely.

    Attributes:
        status: The HTTP status.
        reason: The text beside it.
        headers: The headers; their names in any case.
        content: The body after decompression; empty where the status is an error.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_error(self) -> bool:
        """Whether the status is an error."""
        return self.status >= HTTPStatus.BAD_REQUEST


def read_url(url: str, *, max_bytes: int, seconds: float | None = None, auth: Authorize | None = None) -> Response:
    """Return the response of an http(s) URL, after redirects and retries.

    Args:
        url: The URL.
        max_bytes: The number of bytes that the body may have after decompression.
        seconds: The time that all of it may take, by default 300. Every KiB that arrives adds a second, up to ten
            times the time.
        auth: Adds credentials to the request.

    Raises:
        TooLargeError: The body has more bytes.
        RemoteFileError: There is no complete response in that time, or a redirect to a URL that is not http or https.
    """
    deadline = Deadline(SECONDS if seconds is None else seconds)
    try:
        return run_until(deadline, lambda is_given_up: _read(url, max_bytes, auth, deadline, is_given_up))
    except (TooLargeError, RemoteFileError):
        raise
    except TimeLimitError as error:
        raise RemoteFileError(f"the server is too slow ({error}); download it in another way") from None
    except requests.exceptions.InvalidSchema as error:
        is_redirect = "No connection adapters" in str(error)  # else a proxy of a kind that is not installed
        reason = "got a redirect to a URL that is not http or https" if is_redirect else "InvalidSchema"
        raise RemoteFileError(reason) from None
    except BrokenGzipError as error:
        raise RemoteFileError(f"got a response whose compression is broken: {error}") from None
    except (urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError):
        raise RemoteFileError("the connection was closed before the end of the response; try again") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise RemoteFileError(type(error).__name__) from None


def fetch_file(url: str, name: str, *, max_bytes: int) -> bytes:
    """The content of a release file.

    Args:
        url: Where it is.
        name: What to call it in errors: the URL may be signed.
        max_bytes: The number of bytes that it may have.

    Raises:
        TooLargeError: It has more bytes.
        ReleaseError: There is no answer, or the answer is an error.
    """
    try:
        response = read_url(url, max_bytes=max_bytes)
    except RemoteFileError as error:
        raise ReleaseError(f"cannot fetch the URL: {error}", name) from None
    if response.is_error:
        raise ReleaseError(
            f"got HTTP {response.status} {response.reason}; wanted a release file. "
            "Is the link still valid? Signed links expire",
            name,
        )
    return response.content


def _read(
    url: str, max_bytes: int, auth: Authorize | None, deadline: Deadline, is_given_up: threading.Event
) -> Response:
    with _new_session() as session, session.get(url, auth=auth, timeout=_TIMEOUT, stream=True) as response:
        body = b""
        if response.ok:
            body = read_limited(partial(_next_bytes, response.raw, deadline, is_given_up), max_bytes)
    body = _decoded(body, response.headers.get("Content-Encoding", ""), max_bytes)
    return Response(response.status_code, response.reason, response.headers, body)


def _decoded(body: bytes, encodings: str, max_bytes: int) -> bytes:
    """Undo the encodings of a body, the last one first.

    urllib3 does not do this here: up to 2.8, it repeats parts of a body of several gzip members when it has a limit.
    """
    names = [name for part in encodings.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if len(names) > _MOST_ENCODINGS:
        raise RemoteFileError(f"got a response that is compressed {len(names)} times, wanted one time")
    for name in reversed(names) if body else ():
        if name not in _GZIP:
            raise RemoteFileError(f"got a response that is compressed as {name[:_SHOWN]!r}, wanted gzip or none")
        body = decompress_gzip(body, max_bytes)
    return body


def _next_bytes(raw: BaseHTTPResponse, deadline: Deadline, is_given_up: threading.Event, size: int) -> bytes:
    if is_given_up.is_set():
        raise TimeLimitError("it is not wanted any more")
    chunk = raw.read1(size, decode_content=False)  # not `read`, which waits until there are so many bytes
    deadline.extend(len(chunk) / _LEAST_RATE)
    return chunk


def _new_session() -> requests.Session:  # noqa: TID251  (this is the door)
    """A session that tries again after a connection fault, or one of `RETRYABLE_STATUSES`."""
    session = requests.Session()  # noqa: TID251
    session.headers["Accept-Encoding"] = "gzip"
    session.max_redirects = _MOST_REDIRECTS
    session.hooks["response"].append(_close_redirect)
    retries = _Retry(total=5, backoff_factor=0.5, status_forcelist=RETRYABLE_STATUSES, raise_on_status=False)
    session.mount("http://", HTTPAdapter(max_retries=retries))
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session


def _close_redirect(response: requests.Response, **_: object) -> None:
    """Leave the body of a redirect unread: `requests` would read all of it, however long it is."""
    if response.is_redirect:
        response.close()
