"""The Segments.ai platform on loopback: its API, and the storage with the release files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

KEY = "k3y-of-jane-0123456789abcdef"
SIGNATURE = "X-Amz-Signature=s1gnature"

Answer = tuple[int, dict[str, str], bytes]


class Request(NamedTuple):
    """What was asked for."""

    host: str
    path: str
    authorization: str | None


class Platform:
    """A server that says what a test tells it to.

    Attributes:
        answers: What each path gets: one answer after the other, the last for ever.
        requests: What was asked.
        port: Where the server is. It is 127.0.0.1 for the API and localhost for the storage, which are two hosts.
    """

    def __init__(self, port: int) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.port = port
        self.releases: list[dict[str, Any]] = []

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def storage(self) -> str:
        return f"http://localhost:{self.port}"

    def say(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """Answers a path from now on."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = [(status, headers, content)]

    def release(self, name: str, content: bytes | None, segment: str = "", **fields: Any) -> None:
        """Puts a release of jane/flowers on the platform; without content, one without a file."""
        file = f"/files/{len(self.releases)}.json"
        url = {} if content is None else {"url": f"{self.storage}{file}?{SIGNATURE}"}
        created_at = f"2025-01-{len(self.releases) + 1:02}T00:00:00Z"
        release = {"name": name, "status": "SUCCEEDED", "created_at": created_at, "attributes": url, **fields}
        self.releases.append(release)
        if content is not None:
            self.say(file, content)
        if segment != "/":
            self.say(f"/datasets/jane/flowers/releases/{segment or name}/", release)
        self.say("/datasets/jane/flowers/releases/", self.releases)

    def paths(self) -> list[str]:
        """The paths that were asked for, without their queries."""
        return [request.path.partition("?")[0] for request in self.requests]


@contextmanager
def serving() -> Iterator[Platform]:
    """A platform, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            platform.requests.append(Request(host, self.path, self.headers.get("Authorization")))
            answers = platform.answers.get(self.path.partition("?")[0], [(404, {}, b'{"detail":"Not found."}')])
            status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
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
