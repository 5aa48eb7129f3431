"""Servers on loopback that misbehave, each in one way. Their connections end after a time limit.

>>> with MisbehavingServer(b"content") as server:
...     url = server.url("slow_drip")
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

LONGEST = 20.0  # seconds: the longest duration of a connection
MAX_BYTES = 512 * 2**20  # the maximum number of bytes that a connection sends

_CHUNK = b"[" * 2**16
_BOMB = 256 * 2**20  # bytes of the content of a gzip bomb


class Connection:
    """A connection to a client, with limits of time and bytes.

    Args:
        raw: The socket.
        content: The content of the requested file.
        is_over: An event that is set when the server stops.
        path: The requested path.
    """

    def __init__(self, raw: socket.socket, content: bytes, is_over: threading.Event, path: str) -> None:
        self.raw = raw
        self.content = content
        self.path = path
        self._is_over = is_over
        self._end = time.monotonic() + LONGEST
        self._left = MAX_BYTES

    def send(self, data: bytes) -> None:
        """Send bytes. End the connection if it has exceeded its limit of time or bytes."""
        self._left -= len(data)
        if self._is_over.is_set() or self._left < 0 or time.monotonic() > self._end:
            raise ConnectionAbortedError
        self.raw.sendall(data)

    def head(self, *lines: str, status: str = "200 OK") -> None:
        """Send the head of a response."""
        self.send("".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", "Connection: close", *lines, "")).encode())

    def drip(self, data: Iterator[bytes]) -> None:
        """Send bytes slowly, for as long as the connection lasts."""
        for part in data:
            self.send(part)
            self._is_over.wait(0.05)

    def flood(self, data: bytes = _CHUNK) -> None:
        """Send bytes as fast as the client receives them."""
        while True:
            self.send(data)


Behavior = Callable[[Connection], None]


def _good(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(connection.content)}")
    connection.send(connection.content)


def _endless_body(connection: Connection) -> None:
    connection.head()
    connection.flood()


def _endless_chunks(connection: Connection) -> None:
    connection.head("Transfer-Encoding: chunked")
    connection.flood(b"10000\r\n" + _CHUNK + b"\r\n")


def _endless_body_of_an_error(connection: Connection) -> None:
    connection.head("Retry-After: 0", status="503 Busy")
    connection.flood()


def _endless_body_of_a_redirect(connection: Connection) -> None:
    if connection.path == "/moved":
        _good(connection)
        return
    connection.head("Location: /moved", status="302 Found")
    connection.flood()


def _endless_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    connection.flood()


def _slow_drip(connection: Connection) -> None:
    connection.head("Content-Length: 1000000")
    connection.drip(repeat(b"["))


def _slow_chunks(connection: Connection) -> None:
    connection.head("Transfer-Encoding: chunked")
    connection.drip(repeat(b"1\r\n[\r\n"))


def _slow_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    connection.drip(repeat(b"x"))


def _silence(connection: Connection) -> None:
    connection.drip(repeat(b""))


def _gzip_bomb(connection: Connection) -> None:
    body = _packed(1)
    connection.head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _nested_gzip_bomb(connection: Connection) -> None:
    body = _packed(2)
    connection.head("Content-Encoding: gzip, gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _gzip_file_bomb(connection: Connection) -> None:
    body = _packed(1)
    connection.head(f"Content-Length: {len(body)}")
    connection.send(body)


def _gzip_file_bomb_in_gzip(connection: Connection) -> None:
    body = _packed(2)
    connection.head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    connection.send(body)


def _broken_gzip(connection: Connection) -> None:
    connection.head("Content-Encoding: gzip", f"Content-Length: {len(connection.content)}")
    connection.send(connection.content)


def _long_content_length(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(connection.content) + 9}")
    connection.send(connection.content)


def _short_content_length(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(connection.content) // 2}")
    connection.send(connection.content)


def _broken_chunks(connection: Connection) -> None:
    connection.head("Transfer-Encoding: chunked")
    connection.send(b"zz\r\n" + connection.content)


def _closed_in_the_middle(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(connection.content)}")
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
        connection.head(f"Location: {location}", "Content-Length: 0", status="302 Found")

    return redirect


def sending(body: bytes, *lines: str) -> Behavior:
    """Return the behavior of a server that sends a body with the given header lines."""

    def send(connection: Connection) -> None:
        connection.head(*lines)
        connection.send(body)

    return send


BEHAVIORS: dict[str, Behavior] = {
    "good": _good,
    "endless_body": _endless_body,
    "endless_chunks": _endless_chunks,
    "endless_body_of_an_error": _endless_body_of_an_error,
    "endless_body_of_a_redirect": _endless_body_of_a_redirect,
    "endless_head": _endless_head,
    "slow_drip": _slow_drip,
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
SLOW = ("slow_drip", "slow_chunks", "slow_head", "silence")
"""The behaviors that only a time limit ends."""
MAY_SUCCEED = ("good", "endless_body_of_a_redirect")
"""The behaviors for which a client may receive the content."""


class MisbehavingServer:
    """A server on loopback. The path of a URL selects its behavior.

    Args:
        content: The content of the file that it sends.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._is_over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> MisbehavingServer:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._is_over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def url(self, behavior: str) -> str:
        """Return the URL of the file with one of `BEHAVIORS`."""
        return f"{self.address}/{behavior}"

    def _listen(self) -> None:
        while not self._is_over.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with raw, contextlib.suppress(OSError):
            raw.settimeout(LONGEST)
            head = b""
            while b"\r\n\r\n" not in head:
                received = raw.recv(65536)
                if not received:
                    return
                head += received
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            name = "endless_body_of_a_redirect" if path == "/moved" else path.strip("/")
            BEHAVIORS[name](Connection(raw, self._content, self._is_over, path))


@cache
def _packed(times: int) -> bytes:
    """Return `_BOMB` zero bytes, compressed once or twice."""
    body = gzip.compress(bytes(2**20)) * (_BOMB // 2**20)
    return body if times == 1 else gzip.compress(body)
