"""A server on loopback with the parts of the Hub API that `huggingface_hub` and `datasets` use."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from .connection import Fault
from .hub_api import HubApi
from .large_files import LARGE
from .pull_requests import PullRequest
from .xet_storage import XetStorage

Tree = dict[str, tuple[str, bytes]]  # maps a path to "regular" or "lfs" and the content


@dataclass
class Repo:
    """A repository, with the ids of the commits by branch, and the pull requests by number."""

    private: bool = False
    gated: bool = False
    allows_pull_requests: bool = True
    branches: dict[str, list[str]] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)


class HubServer:
    """A Hub that keeps its repositories in memory.

    Attributes:
        users: The name of the user of each token.
        read_only_tokens: The tokens that cannot write.
        repos: The repositories by kind, such as ``datasets``, and id.
        trees: The files of each commit.
        objects: The large files that were uploaded, by their SHA-256.
        parts: The parts of large files whose upload is not complete, by the SHA-256 of the file and the number
            of the part.
        part_size: The size in bytes above which the Hub asks for an upload in parts; None if it never asks for parts.
        xet: The Xet storage, which receives large files as chunks.
        faults: The faults that affect requests.
        requests: The method and the path of each request.
        received: The number of bytes that were uploaded for each large file, by its SHA-256.
        unknown_requests: The requests that this server does not implement; a test fails if there are any.
    """

    def __init__(self, port: int = 0) -> None:
        self.users = {"hf_jane": "jane", "hf_joe": "joe"}
        self.read_only_tokens: set[str] = set()
        self.repos: dict[tuple[str, str], Repo] = {}
        self.trees: dict[str, Tree] = {}
        self.objects: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.part_size: int | None = None
        self.xet = XetStorage()
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.received: Counter[str] = Counter()
        self.unknown_requests: list[str] = []
        self.lock = threading.RLock()
        server = self

        class Handler(HubApi):
            hub = server

        self.http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def add_repo(self, repo_id: str, kind: str = "datasets", *, private: bool = False) -> None:
        self.repos[kind, repo_id] = Repo(private)
        self.commit(repo_id, {".gitattributes": b"*.parquet filter=lfs\n"}, kind=kind)

    def commit(self, repo_id: str, changes: dict[str, bytes | None], rev: str = "main", kind: str = "datasets") -> str:
        """Commit the new contents of files to a branch, and return the id of the commit. None removes a file."""
        with self.lock:
            commits = self.repos[kind, repo_id].branches.setdefault(rev, [])
            tree = dict(self.trees[commits[-1]]) if commits else {}
            for path, content in changes.items():
                if content is None:
                    tree.pop(path)
                else:
                    tree[path] = ("lfs" if path.endswith(LARGE) else "regular", content)
            oid = hashlib.sha1(f"{repo_id}{rev}{len(self.trees)}".encode()).hexdigest()
            self.trees[oid] = tree
            commits.append(oid)
            return oid

    def commits(self, repo_id: str, rev: str = "main") -> list[str]:
        return self.repos["datasets", repo_id].branches[rev]

    def files(self, repo_id: str, rev: str = "main") -> dict[str, bytes]:
        return {path: content for path, (_, content) in self.trees[self.commits(repo_id, rev)[-1]].items()}
