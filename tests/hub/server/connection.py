"""The HTTP connections to the server that imitates the Hub, and the faults that a test adds to them."""

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

from .responses import Response

if TYPE_CHECKING:
    from .hub_server import HubServer


@dataclass
class Fault:
    """A fault that affects some of the requests to the Hub.

    Attributes:
        method: The method of the affected requests.
        path: A regular expression that is searched in the paths of the requests.
        effect: The effect on a request:

            - a tuple (status, headers, body): the Hub sends a response with this status, these headers and the
              body ``{}``, and does not carry out the request;
            - ``"reset"``: the Hub resets the connection, and does not carry out the request;
            - ``"lose"``: the Hub carries out the request, then resets the connection;
            - a float: the Hub waits for this number of seconds, then carries out the request;
            - a function: the Hub calls the function with the `HubServer`, then carries out the request.
        times: The number of requests that the fault will still affect.
        after: The number of matching requests before the first request that the fault affects.
    """

    method: str
    path: str
    effect: Any
    times: int = 1
    after: int = 0


class Connection(BaseHTTPRequestHandler):
    """Read requests and send responses, with the faults of the test."""

    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append((self.command, path))
        fault = self._fault(path)
        if fault is not None and fault.effect == "reset":
            self._reset()
            return
        body = self._body()
        if isinstance(fault and fault.effect, tuple):
            self._send((fault.effect[0], fault.effect[1], b"{}"))
            return
        if isinstance(fault and fault.effect, float):
            time.sleep(fault.effect)
        elif callable(fault and fault.effect):
            fault.effect(self.hub)
        with self.hub.lock:
            response = self._respond(path, body)
        if fault is not None and fault.effect == "lose":
            self._reset()
            return
        self._send(response)

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

    def _send(self, response: Response) -> None:
        status, headers, body = response
        self.send_response(status)
        # The servers of all tests have the same port. A client that kept its connection open would send requests of the
        # next test to this server.
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(ConnectionError):  # the client was killed
                self.wfile.write(body)

    def _respond(self, path: str, body: bytes) -> Response:
        raise NotImplementedError
