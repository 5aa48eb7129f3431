"""What goes over the wire to the Hub of the tests, and what goes wrong there."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .answers import Answer

if TYPE_CHECKING:
    from .hub_server import HubServer


@dataclass
class Fault:
    """What goes wrong with the requests of a kind.

    Attributes:
        method: Of the requests.
        path: A pattern that is searched in their paths.
        answer: A status with headers; "reset" (the connection ends before the request is carried out);
            "lose" (after); a number of seconds that it takes longer; or what happens before.
        times: How many requests it hits.
        after: How many it lets through first.
    """

    method: str
    path: str
    answer: Any
    times: int = 1
    after: int = 0


class Connection(BaseHTTPRequestHandler):
    """Reads requests and sends answers, or has the fault that is due."""

    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append((self.command, path))
        fault = self._fault(path)
        if fault is not None and fault.answer == "reset":
            self._reset()
            return
        body = self._body()
        if isinstance(fault and fault.answer, tuple):
            self._send((fault.answer[0], fault.answer[1], b"{}"))
            return
        if isinstance(fault and fault.answer, float):
            time.sleep(fault.answer)
        elif callable(fault and fault.answer):
            fault.answer(self.hub)
        with self.hub.lock:
            answer = self._answer(path, body)
        if fault is not None and fault.answer == "lose":
            self._reset()
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _fault(self, path: str) -> Fault | None:
        for fault in self.hub.faults:
            if fault.method == self.command and fault.times and re.search(fault.path, path):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        # A connection that stays would lead the next test to this server.
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(ConnectionError):  # who asked was killed
                self.wfile.write(body)

    def _answer(self, path: str, body: bytes) -> Answer:
        raise NotImplementedError
