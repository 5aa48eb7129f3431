"""A server on loopback that misbehaves in the way that the URL selects. Its connections end after a time limit.

>>> with MisbehavingServer(b"content") as server:
...     url = server.url("slow_body")
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat
from typing import Any

MAX_SECONDS = 20.0  # the maximum duration of a connection
MAX_BYTES = 512 * 2**20  # the maximum number of bytes that the server sends over a connection

_CHUNK = b"[" * 2**16
_BOMB_SIZE = 256 * 2**20  # bytes of the content of a gzip bomb after decompression


class Connection:
    """A connection to a client, with limits of time and bytes.

    Args:
        raw: The socket.
        content: The content of the requested file.
        stopped: An event that is set when the server stops.
        path: The requested path.
    """

    def __init__(self, raw: socket.socket, content: bytes, stopped: threading.Event, path: str) -> None:
        self.raw = raw
        self.content = content
        self.path = path
        self._stopped = stopped
        self._end = time.monotonic() + MAX_SECONDS
        self._bytes_left = MAX_BYTES

    def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            ConnectionAbortedError: The server stops, or the connection exceeds its limit of time or bytes.
        """
        self._bytes_left -= len(data)
        if self._stopped.is_set() or self._bytes_left < 0 or time.monotonic() > self._end:
            raise ConnectionAbortedError
        self.raw.sendall(data)

    def send_head(self, *lines: str, status: str = "200 OK") -> None:
        """Send the head of a response."""
        self.send("".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", "Connection: close", *lines, "")).encode())

    def send_slowly(self, data: Iterator[bytes]) -> None:
        """Send one item of `data` every 0.05 s, until the connection ends."""
        for item in data:
            self.send(item)
            self._stopped.wait(0.05)

    def send_endlessly(self, data: bytes = _CHUNK) -> None:
        """Send bytes again and again, as fast as the client receives them, until the connection ends."""
        while True:
            self.send(data)


Behavior = Callable[[Connection], None]


def _good(connection: Connection) -> None:
    connection.send_head(f"Content-Length: {len(connection.content)}")
    connection.send(connection.content)


def _endless_body(connection: Connection) -> None:
    connection.send_head()
    connection.send_endlessly()


def _endless_chunks(connection: Connection) -> None:
    connection.send_head("Transfer-Encoding: chunked")
    connection.send_endlessly(b"10000\r\n" + _CHUNK + b"\r\n")


def _endless_body_of_an_error(connection: Connection) -> None:
    connection.send_head("Retry-After: 0", status="503 Busy")
    connection.send_endlessly()


def _endless_body_of_a_redirect(connection: Connection) -> None:
    if connection.path == "/moved":
        _good(connection)
        return
    connection.send_head("Location: /moved", status="302 Found")
    connection.send_endlessly()


def _endless_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    connection.send_endlessly()


def _slow_body(connection: Connection) -> None:
    connection.send_head("Content-Length: 1000000")
    connection.send_slowly(repeat(b"["))


def _slow_chunks(connection: Connection) -> None:
    connection.send_head("Transfer-Encoding: chunked")
    connection.send_slowly(repeat(b"1\r\n[\r\n"))


def _slow_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    connection.send_slowly(repeat(b"x"))


def _silence(connection: Connection) -> None:
    connection.send_slowly(repeat(b""))


def _gzip_bomb(connection: Connection) -> None:
    body = _gzip_bomb_body(1)
    connection.send_head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _nested_gzip_bomb(connection: Connection) -> None:
    body = _gzip_bomb_body(2)
    connection.send_head("Content-Encoding: gzip, gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _gzip_file_bomb(connection: Connection) -> None:
    body = _gzip_bomb_body(1)
    connection.send_head(f"Content-Length: {len(body)}")
    connection.send(body)


def _gzip_file_bomb_in_gzip(connection: Connection) -> None:
    body = _gzip_bomb_body(2)
    connection.send_head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _broken_gzip(connection: Connection) -> None:
    connection.send_head("Content-Encoding: gzip", f"Content-Length: {len(connection.content)}")
    connection.send(connection.content)


def _long_content_length(connection: Connection) -> None:
    connection.send_head(f"Content-Length: {len(connection.content) + 9}")
    connection.send(connection.content)


def _short_content_length(connection: Connection) -> None:
    connection.send_head(f"Content-Length: {len(connection.content) // 2}")
    connection.send(connection.content)


def _broken_chunks(connection: Connection) -> None:
    connection.send_head("Transfer-Encoding: chunked")
    connection.send(b"zz\r\n" + connection.content)


def _closed_in_the_middle(connection: Connection) -> None:
    connection.send_head(f"Content-Length: {len(connection.content)}")
    connection.send(connection.content[: len(connection.content) // 2])


def _reset_in_the_middle(connection: Connection) -> None:
    _closed_in_the_middle(connection)
    connection.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _closed_at_once(connection: Connection) -> None:
    del connection


def _not_http(connection: Connection) -> None:
    connection.send(b"220 mail.example.com ESMTP\r\n")


def _redirects_to(location: str) -> Behavior:
    def redirect(connection: Connection) -> None:
        connection.send_head(f"Location: {location}", "Content-Length: 0", status="302 Found")

    return redirect


def body_with_headers(body: bytes, *lines: str) -> Behavior:
    """Return the behavior of a server that sends a body with the given header lines."""

    def send(connection: Connection) -> None:
        connection.send_head(*lines)
        connection.send(body)

    return send


BEHAVIORS: dict[str, Behavior] = {
    "good": _good,
    "endless_body": _endless_body,
    "endless_chunks": _endless_chunks,
    "endless_body_of_an_error": _endless_body_of_an_error,
    "endless_body_of_a_redirect": _endless_body_of_a_redirect,
    "endless_head": _endless_head,
    "slow_body": _slow_body,
    "slow_chunks": _slow_chunks,
    "slow_head": _slow_head,
    "silence": _silence,
    "gzip_bomb": _gzip_bomb,
    "nested_gzip_bomb": _nested_gzip_bomb,
    "gzip_file_bomb": _gzip_file_bomb,
    "gzip_file_bomb_in_gzip": _gzip_file_bomb_in_gzip,
    "broken_gzip": _broken_gzip,
    "long_content_length": _long_content_length,
    "short_content_length": _short_content_length,
    "broken_chunks": _broken_chunks,
    "closed_in_the_middle": _closed_in_the_middle,
    "reset_in_the_middle": _reset_in_the_middle,
    "closed_at_once": _closed_at_once,
    "not_http": _not_http,
    "redirect_to_file": _redirects_to("file:///etc/passwd"),
    "redirect_to_ftp": _redirects_to("ftp://127.0.0.1/etc/passwd"),
    "redirect_to_data": _redirects_to("data:application/json,{}"),
    "redirect_to_nothing": _redirects_to("http://"),
    "redirect_to_itself": _redirects_to("/redirect_to_itself"),
}
SLOW = ("slow_body", "slow_chunks", "slow_head", "silence")
"""The behaviors that only a time limit ends."""
MAY_SUCCEED = ("good", "endless_body_of_a_redirect")
"""The behaviors with which a client may receive the content."""


class MisbehavingServer:
    """A server on loopback. The path of a URL selects the behavior of the server.

    Args:
        content: The content of the file that the server sends.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> MisbehavingServer:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def url(self, behavior: str) -> str:
        """Return the URL for which the server has a behavior, a key of `BEHAVIORS`."""
        return f"{self.address}/{behavior}"

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with raw, contextlib.suppress(OSError):
            raw.settimeout(MAX_SECONDS)
            head = b""
            while b"\r\n\r\n" not in head:
                received = raw.recv(65536)
                if not received:
                    return
                head += received
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            name = "endless_body_of_a_redirect" if path == "/moved" else path.strip("/")
            BEHAVIORS[name](Connection(raw, self._content, self._stopped, path))


@cache
def _gzip_bomb_body(times: int) -> bytes:
    """Return `_BOMB_SIZE` zero bytes, compressed once or twice."""
    body = gzip.compress(bytes(2**20)) * (_BOMB_SIZE // 2**20)
    return body if times == 1 else gzip.compress(body)
