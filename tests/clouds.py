"""Clouds on loopback: a real S3 server (moto's), and as much of GCS and Azure as reading an object takes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

REGION = "eu-west-1"
KEYS = {"key": "AKIAJANE", "secret": "very-secret"}


class S3:
    """A server of S3 in which only signed requests read what is not public; it answers as a proxy to amazonaws.com too.

    Attributes:
        url: Where it is.
    """

    def __init__(self, url: str) -> None:
        import boto3

        self.url = url
        self._client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=KEYS["key"],
            aws_secret_access_key=KEYS["secret"],
        )

    @property
    def storage_options(self) -> dict[str, Any]:
        return {**KEYS, "client_kwargs": {"endpoint_url": self.url}}

    def put(self, bucket: str, key: str, content: bytes, *, public: bool = False) -> str:
        """Puts an object into a bucket; returns its s3:// URL."""
        if bucket not in {known["Name"] for known in self._client.list_buckets()["Buckets"]}:
            self._client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._client.put_object(Bucket=bucket, Key=key, Body=content, ACL="public-read" if public else "private")
        return f"s3://{bucket}/{key}"

    def versioned(self, bucket: str) -> None:
        self._client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def versions(self, bucket: str) -> list[str]:
        return [item["VersionId"] for item in self._client.list_object_versions(Bucket=bucket)["Versions"]]


@contextmanager
def s3_server() -> Iterator[S3]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3(f"http://{host}:{port}")
    finally:
        server.stop()


class Objects(ThreadingHTTPServer):
    """A server that answers for objects as GCS and Azure do.

    Attributes:
        objects: The content of each, by ``bucket/key``.
        seen: The path and the authorization of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.seen: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def object_server() -> Iterator[Objects]:
    with Objects() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Objects

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.seen.append((self.path, self.headers.get("Authorization", "")))
        of_gcs = re.fullmatch(r"(?:/download)?/storage/v1/b/([^/]+)/o/(.+)", path)
        name = f"{of_gcs[1]}/{unquote(of_gcs[2])}" if of_gcs else unquote(path).partition("/account/")[2]
        content = self.server.objects.get(name)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("x-ms-range") or self.headers.get("Range") or "")
        if content is None:
            self._answer(404, b"")
        elif not wanted:
            self._answer(200, content)
        elif int(wanted[1]) >= len(content):
            self._answer(416, b"", f"bytes */{len(content)}")
        else:
            part = content[int(wanted[1]) : int(wanted[2]) + 1 if wanted[2] else None]
            self._answer(206, part, f"bytes {wanted[1]}-{int(wanted[1]) + len(part) - 1}/{len(content)}")

    def _answer(self, status: int, body: bytes, content_range: str = "") -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(body)), "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT", "ETag": '"1"'}
        for name, value in {**headers, "x-ms-blob-type": "BlockBlob", "Content-Range": content_range}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass
