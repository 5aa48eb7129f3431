"""Responses of the server that imitates the Hub, and the descriptions of files in these responses."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Response = tuple[int, dict[str, str], bytes]  # the status, the headers and the body


def git_id(content: bytes) -> str:
    """Return the id that git gives to a file."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def entry_of(path: str, entry: tuple[str, bytes]) -> dict[str, Any]:
    """Return the description of a file, as in the listing of a repository."""
    mode, content = entry
    facts: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_id(content)}
    if mode == "lfs":
        facts["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return facts


def json_response(value: Any, status: int = 200) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def error_response(status: int, message: str, code: str = "", commit: str = "") -> Response:
    """Return an error with the headers by which `huggingface_hub` recognizes the kind of the error."""
    values = {"X-Error-Message": message, "X-Error-Code": code, "X-Repo-Commit": commit}
    headers = {name: value for name, value in values.items() if value}
    return status, {**headers, "Content-Type": "application/json"}, json.dumps({"error": message}).encode()
