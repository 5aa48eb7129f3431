"""Download over http(s), with one attempt per call."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import time
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url
from yarl import URL

from segments_hf.assets.host_names import HostNames
from segments_hf.assets.hosts import Hosts, UnreachedError
from segments_hf.assets.http_settings import HttpSettings
from segments_hf.errors import AssetError
from segments_hf.io.byte_budget import ByteBudget
from segments_hf.io.remote.deadline import move_timeout, timeout_at
from segments_hf.io.remote.http_retries import RETRYABLE_STATUSES, retry_after_seconds
from segments_hf.io.remote.retrying import TransientError
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiohttp import ClientResponse
    from aiohttp.abc import AbstractResolver
    from typing_extensions import Self

    from segments_hf.io.byte_budget import Reservation
    from segments_hf.io.fetch_options import FetchOptions
    from segments_hf.io.remote.deadline import Deadline, Timeout

_MAX_REDIRECTS = 10
_REDIRECT_STATUSES = {301, 302, 303, 307, 308}
_MAX_CONNECT_TIME = 10.0  # seconds
_MAX_STALL_TIME = 60.0  # seconds in which less than 1 KiB/s arrives
_MIN_RATE = 1024  # bytes per second
_FOREVER = 1e8  # seconds
_BUFFER_SIZE = 64 * 2**10  # bytes per connection that are received in advance
_MEMORY_LIMIT = 192 * 2**20  # bytes of all bodies that are being received
_UNKNOWN_LENGTH_LIMIT = 16 * 2**20  # bytes of the bodies of unknown length among them
_PLAIN_URL = re.compile(r"[A-Za-z0-9:/?&=%~._+@!$'()*,;-]+")  # a URL in which no character needs quoting


class StatusError(AssetError):
    """A response with a status that is neither 200 nor a transient error.

    Args:
        reason: The message.
        status: The HTTP status.
    """

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class HttpClient:
    """A client with keep-alive connections to any number of hosts. It must be entered in the event loop that uses it.

    Args:
        options: The limits. An attempt ends if it receives less than 1 KiB/s for a fifth of `timeout` (at least 1 s,
            at most 60 s).
        resolver: The resolver of host names; by default that of the system.
    """

    def __init__(self, options: FetchOptions, resolver: AbstractResolver | None = None) -> None:
        self._max_bytes = int(options.max_bytes)
        self._connect = min(_MAX_CONNECT_TIME, options.timeout / 5)
        self._stall = max(1.0, min(_MAX_STALL_TIME, options.timeout / 5))
        self._hosts = Hosts(options.connections)
        self._settings = HttpSettings()
        self._resolver = resolver
        self._memory = ByteBudget(_MEMORY_LIMIT, _UNKNOWN_LENGTH_LIMIT)

    async def __aenter__(self) -> Self:
        self._names = HostNames(self._resolver)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, resolver=self._names),  # `Hosts` limits the connections
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"segments-hf/{version('segments-hf')}"},
            read_bufsize=_BUFFER_SIZE,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._names.close()

    async def read(self, url: str, deadline: Deadline) -> bytes:
        """Download the body of a URL, and follow redirects.

        Raises:
            TransientError: The connection failed, the response is incomplete or too slow, or its status is a transient
                error.
            StatusError: The status is neither 200 nor a transient error.
            AssetError: The URL is malformed, the host is unreachable, the body is too large, there are too many
                redirects, or the deadline has passed.
        """
        target, authorization = _without_password(url)
        for _ in range(_MAX_REDIRECTS + 1):
            body_or_location = await self._get(target, authorization, deadline)
            if isinstance(body_or_location, bytes):
                return body_or_location
            origin = target.origin()
            target, _ = _without_password(urljoin(str(target), body_or_location))
            if target.origin() != origin:
                authorization = None
        raise AssetError(f"got more than {_MAX_REDIRECTS} redirects")

    async def _get(self, url: URL, authorization: str | None, deadline: Deadline) -> bytes | str:
        """Return the body of a URL; for a redirect, the URL in the header Location, which may be relative."""
        host = self._hosts[str(url.origin())]
        proxy = self._settings.proxy(str(url.origin()))
        certificates = self._settings.certificates if "https" in {url.scheme, proxy and proxy.scheme} else True
        await self._check_name(proxy or url, deadline)
        async with host.slot(deadline):
            requested_at = time.monotonic()
            try:
                async with (
                    timeout_at(min(requested_at + self._connect + self._stall, deadline.end)) as timeout,
                    self._session.get(
                        url,
                        allow_redirects=False,
                        headers={"Authorization": authorization} if authorization else None,
                        proxy=proxy,
                        ssl=certificates,
                    ) as response,
                ):
                    retry_after = retry_after_seconds(response.headers.get("Retry-After"))
                    host.note_response(response.status, retry_after, requested_at)
                    if response.status in _REDIRECT_STATUSES and (location := response.headers.get("Location")):
                        return location
                    if response.status != HTTPStatus.OK:
                        raise _status_error(response.status)
                    with self._memory.reservation() as memory:
                        body = _Body(response, memory, deadline, timeout, self._stall)
                        return await body.read(self._max_bytes)
            except AssetError:
                raise
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise UnreachedError(f"no response ({_error_text(error)})", host) from None
            except ValueError as error:  # such as aiohttp.InvalidURL
                raise _malformed_url(error) from None
            except asyncio.TimeoutError:
                deadline.checked_seconds_left  # noqa: B018  (it raises an error if the deadline has passed)
                raise TransientError(f"got less than 1 KiB/s for {self._stall:g} s") from None
            except (aiohttp.ClientError, OSError) as error:
                raise _broken_response(error) from None

    async def _check_name(self, url: URL, deadline: Deadline) -> None:
        try:
            async with timeout_at(deadline.end):
                await self._names.check(url.raw_host or "")
        except asyncio.TimeoutError:
            raise AssetError(f"cannot reach {url.host}: its name was not resolved in time; check the network") from None
        except UnicodeError as error:
            raise _malformed_url(error) from None


class _Body:
    """The body of a response, which is received within limits of memory and time.

    Args:
        response: The response.
        memory: The memory that the body reserves.
        deadline: The deadline of the asset. Each KiB that arrives extends it by one second.
        timeout: The timeout of the request. It is moved while the body arrives fast enough.
        stall: The length of a window of time in seconds. In each window, the body must arrive at 1 KiB/s on average.
    """

    def __init__(
        self, response: ClientResponse, memory: Reservation, deadline: Deadline, timeout: Timeout, stall: float
    ) -> None:
        self._response = response
        self._memory = memory
        self._deadline = deadline
        self._timeout = timeout
        self._stall = stall
        self._received = 0  # bytes in the current window of time
        self._window_end = 0.0

    async def read(self, max_bytes: int) -> bytes:
        """Receive and decompress the whole body.

        Raises:
            AssetError: The content is larger than `max_bytes`, before or after decompression.
        """
        length = self._response.content_length
        if length is not None and length > max_bytes:
            raise _too_large(max_bytes)
        if "Content-Encoding" in self._response.headers:
            length = None
        if length is not None:
            await self._outside_time_limits(self._memory.reserve_all(length))
        self._begin_window()
        with io.BytesIO() as content:  # `getvalue` makes no copy; the traceback of an error does not keep the content
            async for chunk in self._response.content.iter_chunked(_BUFFER_SIZE):
                if content.tell() + len(chunk) > max_bytes:
                    raise _too_large(max_bytes)
                if length is None:
                    await self._outside_time_limits(self._memory.reserve_more(len(chunk)))
                content.write(chunk)
                self._count(len(chunk))
            return content.getvalue()

    def _count(self, size: int) -> None:
        self._deadline.extend(size / _MIN_RATE)
        self._received += size
        if self._received >= self._stall * _MIN_RATE:
            self._begin_window()
        else:
            move_timeout(self._timeout, min(self._window_end, self._deadline.end))

    def _begin_window(self) -> None:
        """Begin a new window of time, in which the body must arrive at 1 KiB/s on average."""
        self._received = 0
        self._window_end = time.monotonic() + self._stall
        move_timeout(self._timeout, min(self._window_end, self._deadline.end))

    async def _outside_time_limits(self, reservation: Awaitable[None]) -> None:
        """Wait for a memory reservation, and exclude the time of waiting from the time limits for the server."""
        began = time.monotonic()
        move_timeout(self._timeout, began + _FOREVER)
        await reservation
        waited = time.monotonic() - began
        self._deadline.postpone(waited)
        self._window_end += waited


def _without_password(text: str) -> tuple[URL, str | None]:
    """Return a URL without user and password, and an Authorization header with them.

    The header is None if the URL has neither.

    Raises:
        AssetError: The URL is malformed, or not http or https.
    """
    try:
        # `encoded=True` keeps the percent-encoding, because the signature may be valid only for the exact URL.
        url = URL(text if _PLAIN_URL.fullmatch(text) else parse_url(text).url, encoded=True)
        if url.scheme not in {"http", "https"} or not url.host:
            raise AssetError("got a malformed URL, or a redirect to a URL that is not http or https")
        if url.user is None and url.password is None:
            return url, None
        credentials = base64.b64encode(f"{url.user or ''}:{url.password or ''}".encode()).decode()
        return url.with_user(None), f"Basic {credentials}"
    except (LocationParseError, ValueError) as error:
        raise _malformed_url(error) from None


def _malformed_url(error: Exception) -> AssetError:
    return AssetError(f"got a malformed URL ({type(error).__name__})")


def _too_large(max_bytes: int) -> AssetError:
    return AssetError(f"got more bytes than {option('max_bytes', max_bytes)} allows")


def _broken_response(error: Exception) -> TransientError:
    """Return the error of a failed connection, or of a response that does not follow HTTP or is not complete."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return TransientError(f"the proxy refused the connection with HTTP {error.status}")
    if isinstance(error, aiohttp.ClientResponseError):  # its status is always 400, whatever the server sent
        return TransientError("got a response that is not HTTP, or that is longer than its Content-Length")
    if isinstance(error, aiohttp.ClientPayloadError):
        if isinstance(error.__cause__, ContentEncodingError):
            return TransientError("got a body that cannot be decompressed as its Content-Encoding says")
        return TransientError("the connection failed before the whole body had arrived")
    return TransientError(f"the connection failed ({_error_text(error)})")


def _error_text(error: Exception) -> str:
    """Return the message of an exception of aiohttp without the URL, which may be signed."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return str(error.certificate_error)
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _status_error(status: int) -> AssetError:
    reason = f"got HTTP {status}"
    if status in RETRYABLE_STATUSES:
        return TransientError(reason)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        reason += "; the link may have expired, or the bucket may be private"
    return StatusError(reason, status)
