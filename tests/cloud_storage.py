"""Servers on loopback that imitate cloud storage.

`S3` uses the server of moto. `ObjectServer` responds to requests for objects as GCS and Azure do.
"""

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
    """An S3 server, which is also a proxy for amazonaws.com. Only signed requests can read objects that are not public.

    Attributes:
        url: The address of the server.
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
        """Put an object into a bucket, and return its s3:// URL."""
        if bucket not in {known["Name"] for known in self._client.list_buckets()["Buckets"]}:
            self._client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._client.put_object(Bucket=bucket, Key=key, Body=content, ACL="public-read" if public else "private")
        return f"s3://{bucket}/{key}"

    def enable_versions(self, bucket: str) -> None:
        """Enable versioning of a bucket, so that it keeps the old versions of its objects."""
        self._client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def version_ids(self, bucket: str) -> list[str]:
        """Return the ids of the versions of all objects in a bucket."""
        return [item["VersionId"] for item in self._client.list_object_versions(Bucket=bucket)["Versions"]]


@contextmanager
def s3_server() -> Iterator[S3]:
    """Run an S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3(f"http://{host}:{port}")
    finally:
        server.stop()


class ObjectServer(ThreadingHTTPServer):
    """A server that responds to requests for objects as GCS and Azure do.

    Attributes:
        objects: The content of each object, by ``bucket/key``.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """Run an `ObjectServer`."""
    with ObjectServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ObjectServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        gcs_path = re.fullmatch(r"(?:/download)?/storage/v1/b/([^/]+)/o/(.+)", path)
        name = f"{gcs_path[1]}/{unquote(gcs_path[2])}" if gcs_path else unquote(path).partition("/account/")[2]
        content = self.server.objects.get(name)
        byte_range = re.fullmatch(
            r"bytes=(\d+)-(\d*)", self.headers.get("x-ms-range") or self.headers.get("Range") or ""
        )
        if content is None:
            self._respond(404, b"")
        elif not byte_range:
            self._respond(200, content)
        elif int(byte_range[1]) >= len(content):
            self._respond(416, b"", f"bytes */{len(content)}")
        else:
            part = content[int(byte_range[1]) : int(byte_range[2]) + 1 if byte_range[2] else None]
            self._respond(206, part, f"bytes {byte_range[1]}-{int(byte_range[1]) + len(part) - 1}/{len(content)}")

    def _respond(self, status: int, body: bytes, content_range: str = "") -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(body)), "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT", "ETag": '"1"'}
        for name, value in {**headers, "x-ms-blob-type": "BlockBlob", "Content-Range": content_range}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass
