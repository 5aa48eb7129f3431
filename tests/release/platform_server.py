"""A server on loopback in place of the Segments.ai platform: the API and the storage of release files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

KEY = "k3y-of-jane-0123456789abcdef"
SIGNATURE = "X-Amz-Signature=s1gnature"

Response = tuple[int, dict[str, str], bytes]


class Request(NamedTuple):
    """A request that the server received."""

    host: str
    path: str
    authorization: str | None


class Platform:
    """A server with the responses that a test defines.

    Attributes:
        responses: The responses of each path, one for each request; the last one is repeated.
        requests: The requests that the server received.
        port: The port of the server. The API is at 127.0.0.1 and the storage at localhost, which are two hosts.
        releases: The releases of jane/flowers, as the API lists them.
    """

    def __init__(self, port: int) -> None:
        self.responses: dict[str, list[Response]] = {}
        self.requests: list[Request] = []
        self.port = port
        self.releases: list[dict[str, Any]] = []

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def storage(self) -> str:
        return f"http://localhost:{self.port}"

    def respond(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """Set the response of a path."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.responses[path] = [(status, headers, content)]

    def release(self, name: str, content: bytes | None, segment: str = "", **fields: Any) -> None:
        """Add a release of jane/flowers.

        Args:
            name: The name of the release.
            content: The content of the release file; None for a release without a file.
            segment: The last part of the URL of the release in the API, by default the name. With "/", the release is
                only in the list of releases.
            fields: Other fields of the release.
        """
        file = f"/files/{len(self.releases)}.json"
        url = {} if content is None else {"url": f"{self.storage}{file}?{SIGNATURE}"}
        created_at = f"2025-01-{len(self.releases) + 1:02}T00:00:00Z"
        release = {"name": name, "status": "SUCCEEDED", "created_at": created_at, "attributes": url, **fields}
        self.releases.append(release)
        if content is not None:
            self.respond(file, content)
        if segment != "/":
            self.respond(f"/datasets/jane/flowers/releases/{segment or name}/", release)
        self.respond("/datasets/jane/flowers/releases/", self.releases)

    def paths(self) -> list[str]:
        """Return the paths of the requests, without their queries."""
        return [request.path.partition("?")[0] for request in self.requests]


@contextmanager
def serving() -> Iterator[Platform]:
    """Run a server during a `with` statement."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            platform.requests.append(Request(host, self.path, self.headers.get("Authorization")))
            responses = platform.responses.get(self.path.partition("?")[0], [(404, {}, b'{"detail":"Not found."}')])
            status, headers, body = responses.pop(0) if len(responses) > 1 else responses[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        platform = Platform(httpd.server_address[1])
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield platform
        finally:
            httpd.shutdown()
            thread.join()
