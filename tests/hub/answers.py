"""What the Hub answers, and how it tells files."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


def git_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def entry_of(path: str, entry: tuple[str, bytes]) -> dict[str, Any]:
    mode, content = entry
    facts: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_id(content)}
    if mode == "lfs":
        facts["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return facts


def json_answer(value: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def error_answer(status: int, message: str, code: str = "", commit: str = "") -> Answer:
    named = {"X-Error-Message": message, "X-Error-Code": code, "X-Repo-Commit": commit}
    headers = {name: value for name, value in named.items() if value}
    return status, {**headers, "Content-Type": "application/json"}, json.dumps({"error": message}).encode()
