"""Bytes over http(s): one request for each call."""

from __future__ import annotations

import os
import re
from collections import deque
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pycurl
import requests.utils
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from segments_hf.assets.hosts import OK, Hosts
from segments_hf.assets.loop import wait_for
from segments_hf.assets.retry import PassingError
from segments_hf.assets.transfers import Transfers
from segments_hf.errors import AssetError
from segments_hf.io.http_retries import RETRYABLE_STATUSES

if TYPE_CHECKING:
    from segments_hf.assets.loop import Loop
    from segments_hf.io.deadline import Deadline
    from segments_hf.io.fetch_options import FetchOptions

_MOST_REDIRECTS = 10
_CHUNK = 256 * 2**10  # bytes
_CONNECT, _STALL = 10.0, 60.0  # seconds at most, for a connection and for too slow a body
_LEAST_RATE = 1024  # bytes per second
_WEB = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_PLAIN = re.compile(r"[A-Za-z0-9:/?&=%~._+@-]+")  # nothing in it wants to be quoted
_BROKEN_URLS = {pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL}
_UNREACHED = {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_CONNECT}


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
    """Keep-alive connections.

    libcurl does the work: it takes a fifth of the time that `requests` takes for a small file. It checks that a body is
    as long as the server said, and sends credentials to no other host. Proxies and certificates are those that
    `requests` would use.

    Args:
        loop: Where they are.
        options: How assets are fetched. A try that gets next to nothing for a fifth of `timeout` is over.
    """

    def __init__(self, loop: Loop, options: FetchOptions) -> None:
        self._hosts = Hosts(options.connections)
        self._connect = int(1000 * min(_CONNECT, options.timeout / 5))  # milliseconds
        self._stall = max(1, int(min(_STALL, options.timeout / 5)))  # whole seconds, as libcurl wants them
        self._max_bytes = options.max_bytes
        self._user_agent = f"segments-hf/{version('segments-hf')}"
        self._handles: deque[pycurl.Curl] = deque()  # those that are not in use
        self._proxies: dict[str, str] = {}
        self._transfers = Transfers(loop, 2 * int(options.connections))

    async def read(self, url: str, deadline: Deadline) -> bytes:
        """The body behind a URL, as long as the server said it is.

        Raises:
            PassingError: There is no answer, or one that may be another the next time.
            StatusError: The answer is an error.
            AssetError: The URL is none, the body is too large, or it took too long.
        """
        host_name = _host_name(url)
        host = self._hosts[host_name]
        body = _Body(self._max_bytes)
        curl = self._prepared(url, host_name, body)
        try:
            status = await wait_for(self._transfers.begin(curl, host, deadline))
        except pycurl.error as error:
            raise self._fault(curl, error, body) from None
        finally:
            deadline.extend(body.size / _LEAST_RATE)
            curl.unsetopt(pycurl.WRITEFUNCTION)  # it holds the body
            self._handles.append(curl)
        if status != OK:
            raise _status_error(status)
        return body.content

    def close(self) -> None:
        """Closes the connections."""
        self._transfers.close()
        while self._handles:
            self._handles.pop().close()

    def _prepared(self, url: str, host_name: str, body: _Body) -> pycurl.Curl:
        try:
            curl = self._handles.pop()  # the last one first: its connection is the warmest
        except IndexError:
            curl = self._new_handle()
        try:
            curl.setopt(pycurl.URL, url if _PLAIN.fullmatch(url) else parse_url(url).url)
            curl.setopt(pycurl.PROXY, self._proxy(host_name))
        except (LocationParseError, UnicodeError, ValueError) as error:
            self._handles.append(curl)
            raise AssetError(f"got a broken URL ({type(error).__name__})") from None
        curl.setopt(pycurl.WRITEFUNCTION, body.write)
        return curl

    def _new_handle(self) -> pycurl.Curl:
        curl = pycurl.Curl()
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        for option, value in {
            pycurl.ACCEPT_ENCODING: "",  # all that it can unpack
            pycurl.BUFFERSIZE: _CHUNK,
            pycurl.CAINFO: bundle or requests.utils.DEFAULT_CA_BUNDLE_PATH,
            pycurl.CONNECTTIMEOUT_MS: self._connect,
            pycurl.FOLLOWLOCATION: True,
            pycurl.LOW_SPEED_LIMIT: _LEAST_RATE,
            pycurl.LOW_SPEED_TIME: self._stall,
            pycurl.MAXFILESIZE_LARGE: self._max_bytes,
            pycurl.MAXREDIRS: _MOST_REDIRECTS,
            pycurl.NOSIGNAL: True,  # there are threads
            pycurl.PROTOCOLS: _WEB,
            pycurl.REDIR_PROTOCOLS: _WEB,
            pycurl.USERAGENT: self._user_agent,
        }.items():
            curl.setopt(option, value)
        return curl

    def _proxy(self, host: str) -> str:
        """The proxy before a host; none is the empty text, so that libcurl does not look for one by itself."""
        if host not in self._proxies:
            proxies = requests.utils.get_environ_proxies(host)
            self._proxies[host] = requests.utils.select_proxy(host, proxies) or ""
        return self._proxies[host]

    def _fault(self, curl: pycurl.Curl, error: pycurl.error, body: _Body) -> AssetError:
        code, text = error.args
        if code in _BROKEN_URLS:
            return AssetError("got a broken URL, or a redirect to one that is not http or https")
        if code == pycurl.E_TOO_MANY_REDIRECTS:
            return AssetError(f"got more than {_MOST_REDIRECTS} redirects")
        if code == pycurl.E_FILESIZE_EXCEEDED or body.is_too_large:
            return AssetError(f"got more bytes than max_bytes={self._max_bytes:,} allows")
        is_connected = curl.getinfo(pycurl.CONNECT_TIME) > 0
        if code in _UNREACHED or (code == pycurl.E_OPERATION_TIMEDOUT and not is_connected):
            host = self._hosts[_host_name(curl.getinfo(pycurl.EFFECTIVE_URL))]
            return PassingError(f"no answer ({text})", unreached=host)
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return PassingError(f"got {body.size:,} bytes and then next to none for {self._stall} s")
        return PassingError(f"the connection broke after {body.size:,} bytes ({text})")


class _Body:
    """Takes up what comes, until it is too much."""

    def __init__(self, most: int) -> None:
        self._chunks: list[bytes] = []
        self._most = most
        self.size = 0

    @property
    def content(self) -> bytes:
        return b"".join(self._chunks)

    @property
    def is_too_large(self) -> bool:
        return self.size > self._most

    def write(self, chunk: bytes) -> int:
        self.size += len(chunk)
        if self.size > self._most:
            return 0
        self._chunks.append(chunk)
        return len(chunk)


def _host_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AssetError(f"got a broken URL ({error})") from None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _status_error(status: int) -> AssetError:
    reason = f"got HTTP {status}"
    if status in RETRYABLE_STATUSES:
        return PassingError(reason)
    if status in {401, 403}:
        reason += "; has the link expired, or is the bucket private?"
    return StatusError(reason, status)
