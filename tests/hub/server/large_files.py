"""The upload of large files to the server that imitates the Hub: as chunks to Xet storage, or with the LFS protocol."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from .connection import Connection
from .responses import Response, error_response, git_id, json_response

LARGE = (".parquet", ".jpg", ".png")  # the suffixes of files that the Hub stores as large files
# For each transfer, the method and the path of the request that completes the upload of a file.
COMPLETING_REQUESTS = {"xet": ("POST", "/v1/shards"), "lfs": ("PUT", "/lfs/")}


class LargeFiles(Connection):
    """Receive large files and store them in `hub.objects`."""

    @property
    def _user(self) -> str | None:
        return self.hub.users.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def _is_for_branch(self, rev: str) -> bool:
        """Return whether a request is about files for a branch. A request for a pull request needs no write access."""
        return "create_pr" not in self.path and not rev.startswith("refs/pr/")

    def _repo(self, kind: str, repo_id: str, *, writes: bool = False) -> Any:
        raise NotImplementedError

    def xet_token(self, body: bytes, repo_id: str, rev: str) -> Response:
        repo = self._repo("datasets", repo_id, writes=self._is_for_branch(rev))
        if isinstance(repo, tuple):
            return repo
        url, expires = f"{self.hub.url}/cas/{self.hub.xet.name}", int(time.time()) + 3600
        status, headers, body = json_response({"casUrl": url, "accessToken": self.hub.xet.token, "exp": expires})
        values = {"Cas-Url": url, "Access-Token": self.hub.xet.token, "Token-Expiration": str(expires)}
        return status, {**headers, **{f"X-Xet-{name}": value for name, value in values.items()}}, body

    def not_in_xet(self, body: bytes) -> Response:
        """Respond that a chunk is unknown, or that this server does not support the request: both are status 404."""
        return error_response(404, "not found")

    def put_xorb(self, body: bytes, xorb: str) -> Response:
        if (refusal := self._xet_refusal()) is not None:
            return refusal
        return json_response({"was_inserted": self.hub.xet.add_xorb(xorb, body)})

    def put_shard(self, body: bytes) -> Response:
        if (refusal := self._xet_refusal()) is not None:
            return refusal
        try:
            files = self.hub.xet.files_of_shard(body)
        except ValueError as error:
            return error_response(400, str(error))
        for oid, content in files.items():
            self.hub.received[oid] += len(content)
            self.hub.objects[oid] = content
        return json_response({"result": 1})

    def _xet_refusal(self) -> Response | None:
        if self.headers.get("Authorization") == f"Bearer {self.hub.xet.token}":
            return None
        return error_response(401, "expected the token of Xet storage")

    def batch(self, body: bytes, repo_id: str) -> Response:
        repo = self._repo("datasets", repo_id, writes=b'"ref"' in body and b"refs/pr/" not in body)
        if isinstance(repo, tuple):
            return repo
        objects = []
        for item in json.loads(body)["objects"]:
            entry: dict[str, Any] = {"oid": item["oid"], "size": item["size"]}
            if item["oid"] not in self.hub.objects:
                entry["actions"] = {"upload": self._upload_action(item["oid"], item["size"])}
            objects.append(entry)
        offered = json.loads(body).get("transfers", [])
        transfer = "xet" if "xet" in offered else "multipart" if self.hub.part_size else "basic"
        return json_response({"transfer": transfer, "objects": objects})

    def _upload_action(self, oid: str, size: int) -> dict[str, Any]:
        href = f"{self.hub.url}/lfs/{oid}"
        if not self.hub.part_size or size <= self.hub.part_size:
            return {"href": href}
        parts = {str(n): f"{href}/{n}" for n in range(1, -(-size // self.hub.part_size) + 1)}
        return {"href": f"{href}/complete", "header": {"chunk_size": str(self.hub.part_size), **parts}}

    def put(self, body: bytes, oid: str) -> Response:
        if hashlib.sha256(body).hexdigest() != oid:
            return error_response(400, "the content does not have the announced SHA-256")
        self.hub.received[oid] += len(body)
        self.hub.objects[oid] = body
        return 200, {}, b""

    def put_part(self, body: bytes, oid: str, number: str) -> Response:
        self.hub.received[oid] += len(body)
        self.hub.parts[oid, int(number)] = body
        return 200, {"ETag": f'"{git_id(body)}"'}, b""

    def complete(self, body: bytes, oid: str) -> Response:
        parts = [(self.hub.parts.pop((oid, part["partNumber"])), part["etag"]) for part in json.loads(body)["parts"]]
        whole = b"".join(part for part, _ in parts)
        if hashlib.sha256(whole).hexdigest() != oid or any(f'"{git_id(part)}"' != etag for part, etag in parts):
            return error_response(400, "the parts do not have the announced checksums")
        self.hub.objects[oid] = whole
        return json_response({})


Route = tuple[str, str, Callable[..., Response]]
_REPO = r"/datasets/(?P<repo_id>[^/]+/[^/]+?)"
_XET = r"/cas/\w+"
LARGE_FILES: list[Route] = [
    ("GET", rf"/api{_REPO}/xet-write-token/(?P<rev>.+)", LargeFiles.xet_token),
    ("GET", rf"{_XET}/v1/chunks/default/\w+", LargeFiles.not_in_xet),
    ("POST", rf"{_XET}/v1/xorb-grants/default/\w+", LargeFiles.not_in_xet),
    ("POST", rf"{_XET}/v1/xorbs/default/(?P<xorb>\w+)", LargeFiles.put_xorb),
    ("POST", rf"{_XET}/v2/shards", LargeFiles.not_in_xet),
    ("POST", rf"{_XET}/v1/shards", LargeFiles.put_shard),
    ("POST", rf"{_REPO}\.git/info/lfs/objects/batch", LargeFiles.batch),
    ("PUT", r"/lfs/(?P<oid>\w+)", LargeFiles.put),
    ("PUT", r"/lfs/(?P<oid>\w+)/(?P<number>\d+)", LargeFiles.put_part),
    ("POST", r"/lfs/(?P<oid>\w+)/complete", LargeFiles.complete),
]
