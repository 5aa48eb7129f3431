"""Bytes over http(s): pooled connections, one request at a time."""

from __future__ import annotations

import logging
import os
import threading
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import requests.utils
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util import make_headers

from segments_hf.assets.hosts import Host, Hosts
from segments_hf.assets.retry import PassingError
from segments_hf.errors import AssetError
from segments_hf.urls import is_url, without_queries

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from segments_hf.assets.deadline import Deadline

PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

_OK, _TOO_MANY_REQUESTS = 200, 429
_MOST_REDIRECTS = 10
_CHUNK = 256 * 2**10  # bytes
_SMALL_BODY = 64 * 2**10  # bytes: it costs less to read them than to open a connection again
_CONNECT, _READ = 10.0, 60.0  # seconds at most, for a connection and between two chunks
_LEAST_RATE = 1024  # bytes per second
_USER_AGENT = {"User-Agent": f"segments-hf/{version('segments-hf')}"}


class StatusError(AssetError):
    """An answer that is not 200, and will not be.

    Args:
        reason: What was wrong.
        status: The answer.
    """

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class HttpClient:
    """One pool of keep-alive connections, for all threads.

    urllib3 does the work, as it takes a third of the time that a `requests` session takes for a small file; proxies
    and certificates are those that `requests` would use.

    Args:
        connections: How many requests one host gets at once.
        timeout: Seconds that an asset may take; a try that gets nothing for a fifth of them is over.
        max_bytes: How many bytes a body may have.
    """

    def __init__(self, connections: int, timeout: float, max_bytes: int) -> None:
        self._hosts = Hosts(connections)
        self._patience = urllib3.Timeout(connect=min(_CONNECT, timeout / 5), read=min(_READ, timeout / 5))
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._pool_of_host: dict[str, urllib3.PoolManager] = {}
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._options: dict[str, Any] = {
            "num_pools": 32,
            "maxsize": connections,
            "timeout": self._patience,
            "ca_certs": bundle or requests.utils.DEFAULT_CA_BUNDLE_PATH,
        }

    def read(self, url: str, deadline: Deadline) -> bytes:
        """The body behind a URL, as long as the server said it is.

        Raises:
            PassingError: There is no answer, or one that may be another the next time.
            StatusError: The answer is an error.
            AssetError: The URL is none, the body is too large, or it took too long.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            host = self._hosts[_host_name(url)]
            with host.turn(deadline):
                answer = self._answer(url, host, deadline)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise AssetError(f"got more than {_MOST_REDIRECTS} redirects")

    def close(self) -> None:
        """Closes the connections."""
        for pool in self._pools.values():
            pool.clear()

    def _answer(self, url: str, host: Host, deadline: Deadline) -> bytes | str:
        """A body, or the URL that the host redirects to."""
        asked_at = time.monotonic()
        response = self._request(url, host)
        host.answered()
        try:
            if location := response.get_redirect_location():
                _skip_body(response)
                return _redirected(url, location)
            if response.status != _OK:
                _skip_body(response)
                raise _status_error(response, host, asked_at)
            body = self._body(response, deadline)
            host.served()
            return body
        finally:
            response.close()  # does nothing where the body was read to its end: that connection waits in the pool

    def _request(self, url: str, host: Host) -> BaseHTTPResponse:
        try:
            return self._pool(url).request(
                "GET", url, headers=_headers(url), redirect=False, retries=False, preload_content=False
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise PassingError(_no_answer(error), unreached=host) from None
        except ValueError as error:
            raise AssetError(f"got a broken URL ({type(error).__name__})") from None
        except HTTPError as error:
            raise PassingError(_no_answer(error)) from None

    def _body(self, response: BaseHTTPResponse, deadline: Deadline) -> bytes:
        expected = response.length_remaining
        if (expected or 0) > self._max_bytes:
            raise AssetError(f"got {expected:,} bytes, max_bytes={self._max_bytes:,} allows fewer")
        rate = _Rate(float(self._patience.read_timeout or _READ))
        chunks: list[bytes] = []
        size = 0
        try:
            while chunk := response.read1(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > self._max_bytes:
                    raise AssetError(f"got more bytes than max_bytes={self._max_bytes:,} allows")
                if size != expected:
                    rate.add(len(chunk))
                    deadline.extend(len(chunk) / _LEAST_RATE)
        except HTTPError as error:
            raise PassingError(f"the connection broke after {size:,} bytes ({type(error).__name__})") from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _pool(self, url: str) -> urllib3.PoolManager:
        host = _host_name(url)
        with self._lock:
            if host not in self._pool_of_host:
                proxies = requests.utils.get_environ_proxies(host)
                self._pool_of_host[host] = self._pool_behind(requests.utils.select_proxy(host, proxies) or "")
            return self._pool_of_host[host]

    def _pool_behind(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = (
                urllib3.proxy_from_url(proxy if is_url(proxy) else f"http://{proxy}", **self._options)
                if proxy
                else urllib3.PoolManager(**self._options)
            )
        return self._pools[proxy]


class _Rate:
    """Watches that a body does not drip in."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = time.monotonic()
        self._size = 0

    def add(self, size: int) -> None:
        self._size += size
        seconds = time.monotonic() - self._began
        if seconds < self._seconds:
            return
        if self._size < _LEAST_RATE * seconds:
            raise PassingError(
                f"got {self._size:,} bytes in {seconds:.0f} s, wanted {_LEAST_RATE:,} a second; a slow line wants "
                "fewer in_flight"
            )
        self._began, self._size = time.monotonic(), 0


def _host_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AssetError(f"got a broken URL ({error})") from None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _headers(url: str) -> dict[str, str]:
    """The headers of a request; a user and password that stand in the URL go nowhere else."""
    user = urlsplit(url).netloc.rpartition("@")[0]
    return {**_USER_AGENT, **(make_headers(basic_auth=unquote(user)) if user else {})}


def _redirected(url: str, location: str) -> str:
    target = urljoin(url, location)
    scheme = target.partition(":")[0]
    if scheme.lower() not in {"http", "https"}:
        raise AssetError(f"got a redirect to a URL of scheme {scheme!r}, wanted http or https")
    return target


def _skip_body(response: BaseHTTPResponse) -> None:
    """Reads a small body to its end, so that the connection can be used again."""
    length = response.length_remaining
    if length is not None and length <= _SMALL_BODY:
        response.drain_conn()


def _status_error(response: BaseHTTPResponse, host: Host, asked_at: float) -> AssetError:
    status = response.status
    reason = f"got HTTP {status} {response.reason or ''}".rstrip()
    retry_after = _retry_after(response)
    if status == _TOO_MANY_REQUESTS or (status in PASSING_STATUSES and retry_after is not None):
        host.is_busy(asked_at, retry_after)
    if status in PASSING_STATUSES:
        return PassingError(reason)
    if status in {401, 403}:
        reason += "; has the link expired, or is the bucket private?"
    return StatusError(reason, status)


def _retry_after(response: BaseHTTPResponse) -> float | None:
    """The seconds that a server wants to be left alone, whether it gives them or a date."""
    try:
        return urllib3.Retry().get_retry_after(response)
    except urllib3.exceptions.InvalidHeader:
        return None


def _no_answer(error: HTTPError) -> str:
    # Its text may hold the whole URL, signature included.
    return f"no answer ({type(getattr(error, 'reason', None) or error).__name__})"


# urllib3 logs the URLs that it asks for, signatures included.
for _name in ("urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(without_queries)
