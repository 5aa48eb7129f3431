"""An HTTP server on loopback whose responses have faults: wrong statuses, truncated bodies, resets and stalls.

It implements the part of HTTP/1.1 that GET requests need. `http.server` would take four times as long for a small file.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

LONGEST_STALL = 30.0  # seconds after which a stalled response ends

Fault = Callable[["FaultyServer", socket.socket, bytes], None]


class FaultyServer:
    """A file server. Random responses, and all responses for the paths in `permanent_faults`, have a fault.

    Attributes:
        url: The address of the server, such as ``http://127.0.0.1:40001``.
        files: The content of each path.
        fault_rate: The fraction of responses with a fault, 0 to 1.
        latency: Seconds before each response.
        complete_responses: The number of complete responses for each path.
        faults: The number of responses with each fault. Responses for paths that are not in `files` are not counted.
        permanent_faults: The fault of all responses for a path, by path.
    """

    def __init__(self, *, fault_rate: float = 0.0, seed: int = 0) -> None:
        self.files: dict[str, bytes] = {}
        self.fault_rate = fault_rate
        self.latency = 0.0
        self.complete_responses: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.permanent_faults: dict[str, str] = {}
        self._seed = seed
        self._request_counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> FaultyServer:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def put(self, path: str, content: bytes, *, permanent_fault: str = "") -> str:
        """Put a file on the server and return its URL; `permanent_fault` is the fault of all responses for it."""
        self.files[path] = content
        if permanent_fault:
            self.permanent_faults[path] = permanent_fault
        return self.url + path

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._respond(connection)
            except OSError:
                return

    def _respond(self, connection: socket.socket) -> None:
        pending = b""
        while not self._stopped.is_set():
            while b"\r\n\r\n" not in pending:
                received = connection.recv(65536)
                if not received:
                    return
                pending += received
            head, _, pending = pending.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            if self.latency:
                self._stopped.wait(self.latency)
            content = self.files.get(path)
            name = "missing" if content is None else self._fault(path)
            if name:
                FAULTS[name](self, connection, content or b"")
                return
            connection.sendall(_head(200, len(content)) + content)
            with self._lock:
                self.complete_responses[path] += 1

    def _fault(self, path: str) -> str:
        with self._lock:
            self._request_counts[path] += 1
            # The faults do not depend on the order of the requests. If they did, one path could have so many faults
            # in one run that the client gives up.
            rng = random.Random(f"{self._seed} {path} {self._request_counts[path]}")
            name = self.permanent_faults.get(path) or (rng.choice(TRANSIENT) if rng.random() < self.fault_rate else "")
            self.faults[name] += bool(name)
        return name

    def wait(self, seconds: float) -> bool:
        """Wait for some seconds or until the server stops; return True if the server stopped."""
        return self._stopped.wait(seconds)


def _head(status: int, length: int | None, *lines: str) -> bytes:
    lines = (f"HTTP/1.1 {status} X", *([] if length is None else [f"Content-Length: {length}"]), *lines)
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def _reset(server: FaultyServer, connection: socket.socket, content: bytes) -> None:
    """Send half of the body, then reset the connection."""
    connection.sendall(_head(200, len(content)) + content[: len(content) // 2])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _stall(server: FaultyServer, connection: socket.socket, content: bytes) -> None:
    """Send ten bytes of the body, then nothing more."""
    connection.sendall(_head(200, len(content)) + content[:10])
    server.wait(LONGEST_STALL)


def _drip(server: FaultyServer, connection: socket.socket, content: bytes) -> None:
    """Send ten bytes per second of a body with a Content-Length of 1 MB."""
    connection.sendall(_head(200, 10**6))
    for _ in range(int(LONGEST_STALL / 0.1)):
        if server.wait(0.1):
            return
        connection.sendall(b"x")


def _status(status: int, *lines: str, body: bytes = b"busy") -> Fault:
    """Return a fault that sends a response with this status, these lines of the header and this body."""
    return lambda server, connection, content: connection.sendall(
        _head(status, len(body), "Connection: close", *lines) + body
    )


def _replacement(body: bytes) -> Fault:
    """Return a fault that sends `body` in place of the file, with status 200 and a correct Content-Length."""
    return lambda server, connection, content: connection.sendall(_head(200, len(body), "Connection: close") + body)


def _truncate(server: FaultyServer, connection: socket.socket, content: bytes) -> None:
    """Send a body that is 20 bytes shorter than its Content-Length."""
    connection.sendall(_head(200, len(content)) + content[:-20])


def _cut(server: FaultyServer, connection: socket.socket, content: bytes) -> None:
    """Send half of the body, in a response without a Content-Length."""
    connection.sendall(_head(200, None, "Connection: close") + content[: len(content) // 2])


FAULTS: dict[str, Fault] = {
    "reset": _reset,
    "stall": _stall,
    "drip": _drip,
    "500": _status(500),
    "503": _status(503, "Retry-After: 0"),
    "429": _status(429, "Retry-After: 0"),
    "truncated": _truncate,
    "cut": _cut,
    "page": _replacement(b"<!DOCTYPE html><title>Sign in</title>"),
    "json": _replacement(b'{"detail": "Too many requests"}'),
    "empty": _replacement(b""),
    "missing": _status(404, body=b"not here"),
}
# The faults of responses for files without a permanent fault.
TRANSIENT = [name for name in FAULTS if name != "missing"]
