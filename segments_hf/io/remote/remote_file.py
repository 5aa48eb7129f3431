"""Read release files and responses of the platform over http(s)."""

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

DEFAULT_SECONDS = 300.0  # the time limit for a file; arriving bytes extend it to at most ten times this time

_TIMEOUT = (10, 60)  # seconds to connect, and between two reads
_MIN_RATE = 1024  # bytes per second; each arriving byte extends the deadline by 1/1024 s
_MAX_REDIRECTS = 10
_GZIP = {"gzip", "x-gzip"}
_MAX_ENCODINGS = 3
_MAX_SHOWN = 20  # characters of an unknown encoding in messages

_MAX_PAUSE = 60.0  # seconds in Retry-After; after a response that asks for a longer pause, there is no retry

# urllib3 logs the URLs of its requests.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(hide_queries)  # noqa: TID251  (the logger of a library)


class _Retry(Retry):
    """Retries that respect the header Retry-After up to a limit, and do not read the body of a failed response."""

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
            response.close()  # otherwise urllib3 reads the whole body, whatever its length
        if _pool is not None and response is not None and (self.get_retry_after(response) or 0) > _MAX_PAUSE:
            raise MaxRetryError(_pool, url or "")  # urllib3 then returns the response
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        return retry_after_seconds(response.headers.get("Retry-After"))


class RemoteFileError(SegmentsHFError, OSError):
    """The error for a request that failed, or whose response is incomplete or cannot be decoded.

    The message does not contain the URL, because the URL may be signed.
    """


class Response(NamedTuple):
    """The response of a server. The body of an error is not read.

    Attributes:
        status: The HTTP status.
        reason: The reason phrase of the status.
        headers: The headers, a mapping that ignores the case of their names.
        content: The body after decompression; empty if the status is an error.
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
        max_bytes: The largest size of the body after decompression, in bytes.
        seconds: The time limit in seconds, by default 300. Each KiB that arrives adds one second, up to ten times the
            initial limit.
        auth: A function that adds credentials to the request.

    Raises:
        TooLargeError: The body is larger.
        RemoteFileError: No complete response arrived in time; the response cannot be decoded; a redirect leads to a URL
            that is not http or https; or the package for a SOCKS proxy is missing.
    """
    deadline = Deadline(DEFAULT_SECONDS if seconds is None else seconds)
    try:
        return run_until(deadline, lambda is_given_up: _read(url, max_bytes, auth, deadline, is_given_up))
    except (TooLargeError, RemoteFileError):
        raise
    except TimeLimitError as error:
        raise RemoteFileError(
            f"the server is too slow ({error}); try again, or download with another program"
        ) from None
    except requests.exceptions.InvalidSchema as error:
        if "No connection adapters" in str(error):
            raise RemoteFileError("got a redirect to a URL that is not http or https") from None
        raise RemoteFileError("the SOCKS proxy of the environment needs a package: pip install pysocks") from None
    except BrokenGzipError as error:
        raise RemoteFileError(f"got a response whose compression is broken: {error}") from None
    except (urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError):
        raise RemoteFileError("the connection was closed before the end of the response; try again") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise RemoteFileError(type(error).__name__) from None


def fetch_file(url: str, name: str, *, max_bytes: int) -> bytes:
    """Return the content of a release file.

    Args:
        url: The URL of the file.
        name: The name of the file in error messages, because the URL may be signed.
        max_bytes: The largest size of the file in bytes.

    Raises:
        TooLargeError: The file is larger.
        ReleaseError: The request failed, the response cannot be decoded, or its status is an error.
    """
    try:
        response = read_url(url, max_bytes=max_bytes)
    except RemoteFileError as error:
        raise ReleaseError(f"cannot fetch the URL: {error}", name) from None
    if response.is_error:
        raise ReleaseError(
            f"got HTTP {response.status} {response.reason}, expected a release file; check whether the link has "
            "expired",
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
    """Decode the content encodings of a body, the last one first.

    urllib3 does not decode the body here: up to version 2.8, it returns data twice if a body has several gzip members
    and the decompressed data of one of them end exactly at the limit of a read.
    """
    names = [name for part in encodings.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if len(names) > _MAX_ENCODINGS:
        raise RemoteFileError(
            f"got a response that is compressed {len(names)} times, expected {_MAX_ENCODINGS} times at most"
        )
    for name in reversed(names) if body else ():
        if name not in _GZIP:
            raise RemoteFileError(
                f"got a response that is compressed as {name[:_MAX_SHOWN]!r}, expected gzip or no compression"
            )
        body = decompress_gzip(body, max_bytes)
    return body


def _next_bytes(raw: BaseHTTPResponse, deadline: Deadline, is_given_up: threading.Event, size: int) -> bytes:
    if is_given_up.is_set():
        raise TimeLimitError("the read was canceled")
    chunk = raw.read1(size, decode_content=False)  # `read` would wait for `size` bytes
    deadline.extend(len(chunk) / _MIN_RATE)
    return chunk


def _new_session() -> requests.Session:  # noqa: TID251  (the only use of requests.Session)
    """Create a session that retries after a failed connection and after `RETRYABLE_STATUSES`."""
    session = requests.Session()  # noqa: TID251
    session.headers["Accept-Encoding"] = "gzip"
    session.max_redirects = _MAX_REDIRECTS
    session.hooks["response"].append(_close_redirect)
    retries = _Retry(total=5, backoff_factor=0.5, status_forcelist=RETRYABLE_STATUSES, raise_on_status=False)
    session.mount("http://", HTTPAdapter(max_retries=retries))
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session


def _close_redirect(response: requests.Response, **_: object) -> None:
    """Close a redirect without reading its body: `requests` would read the whole body, whatever its length."""
    if response.is_redirect:
        response.close()
