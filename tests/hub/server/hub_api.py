"""The responses to the requests that `huggingface_hub` and `datasets` send to the Hub API."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from .large_files import LARGE, LARGE_FILES, Route
from .pull_requests import PULL_REQUESTS, PullRequests
from .responses import Response, entry_of, error_response, git_id, json_response

if TYPE_CHECKING:
    from .hub_server import HubServer, Repo

_PAGE_SIZE = 5  # entries per page of a file listing; a page of the real Hub has 1,000


class HubApi(PullRequests):
    """Respond to requests of the Hub API about users, repositories, listings, commits and downloads."""

    hub: HubServer

    def _respond(self, path: str, body: bytes) -> Response:
        if self.headers.get("Authorization") and self._user is None and not path.startswith(("/lfs/", "/cas/")):
            return error_response(401, "Invalid credentials in Authorization header")
        for method, pattern, respond in _ROUTES:
            if method == self.command.replace("HEAD", "GET") and (match := re.fullmatch(pattern, path)):
                return respond(self, body, **match.groupdict())
        self.hub.unknown_requests.append(f"{self.command} {path}")
        return error_response(404, "the server that imitates the Hub has no such route")

    def _repo(self, kind: str, repo_id: str, *, writes: bool = False) -> Repo | Response:
        repo = self.hub.repos.get((kind, repo_id))
        owner = repo_id.partition("/")[0]
        if repo is None or (repo.private and self._user != owner):
            return error_response(404 if self._user else 401, "Repository Not Found", "RepoNotFound")
        if writes and (self._user != owner or self.headers["Authorization"][7:] in self.hub.read_only_tokens):
            return error_response(403, "Forbidden: you must have write access")
        return repo

    def _commit_of(self, repo: Repo, rev: str) -> str | None:
        if rev in repo.branches:
            return repo.branches[rev][-1]
        return rev if any(rev in commits for commits in repo.branches.values()) else None

    def whoami(self, body: bytes) -> Response:
        if self._user is None:
            return error_response(401, "Invalid user token.")
        role = "read" if self.headers["Authorization"][7:] in self.hub.read_only_tokens else "write"
        token = {"displayName": "test", "role": role}
        return json_response({"type": "user", "name": self._user, "orgs": [], "auth": {"accessToken": token}})

    def create_repo(self, body: bytes) -> Response:
        settings = json.loads(body)
        repo_id = f"{settings.get('organization') or self._user}/{settings['name']}"
        kind = f"{settings.get('type') or 'model'}s"
        url = f"{self.hub.url}/{'' if kind == 'models' else kind + '/'}{repo_id}"
        if (kind, repo_id) in self.hub.repos:
            return json_response({"error": "You already created this repo", "url": url}, 409)
        if repo_id.partition("/")[0] != self._user:
            return error_response(403, "You don't have the rights to create a repo there")
        private = settings.get("private") or settings.get("visibility") == "private"
        self.hub.add_repo(repo_id, kind, private=bool(private))
        return json_response({"url": url, "name": repo_id, "id": repo_id})

    def repo_info(self, body: bytes, kind: str, repo_id: str, rev: str | None = None) -> Response:
        repo = self._repo(kind, repo_id)
        if isinstance(repo, tuple):
            return repo
        if (commit := self._commit_of(repo, rev or "main")) is None:
            return error_response(404, "Revision Not Found", "RevisionNotFound")
        files = [{"rfilename": path} for path in self.hub.trees[commit]]
        facts = {"id": repo_id, "sha": commit, "private": repo.private, "gated": repo.gated, "disabled": False}
        return json_response({**facts, "siblings": files, "tags": [], "downloads": 0, "likes": 0})

    def create_branch(self, body: bytes, repo_id: str, rev: str) -> Response:
        repo = self._repo("datasets", repo_id, writes=True)
        if isinstance(repo, tuple):
            return repo
        if rev in repo.branches:
            return error_response(409, "Reference already exists")
        repo.branches[rev] = list(repo.branches["main"])
        return json_response({})

    def list_files(self, body: bytes, repo_id: str, rev: str, folder: str = "") -> Response:
        repo = self._repo("datasets", repo_id)
        if isinstance(repo, tuple):
            return repo
        if (commit := self._commit_of(repo, rev)) is None:
            return error_response(404, "Revision Not Found", "RevisionNotFound")
        folder = folder.strip("/")
        prefix = f"{folder}/" if folder else ""
        files = {path: entry for path, entry in self.hub.trees[commit].items() if path.startswith(prefix)}
        if folder and not files:
            return error_response(404, f"{folder} does not exist", "EntryNotFound")
        query = dict(parse_qsl(urlsplit(self.path).query))
        recursive = query.get("recursive", "False").lower() in {"true", "1"}
        entries: dict[str, Any] = {}
        for path, entry in files.items():
            rest = path[len(prefix) :]
            if "/" in rest:
                parent = prefix + rest.rpartition("/")[0] if recursive else prefix + rest.partition("/")[0]
                entries[parent] = {"type": "directory", "path": parent, "oid": git_id(parent.encode()), "size": 0}
            if recursive or "/" not in rest:
                entries[path] = entry_of(path, entry)
        start = int(query.get("cursor", 0))
        status, headers, page = json_response(list(entries.values())[start : start + _PAGE_SIZE])
        if start + _PAGE_SIZE < len(entries):
            next_query = urlencode({**query, "cursor": start + _PAGE_SIZE})
            headers["Link"] = f'<{self.hub.url}{urlsplit(self.path).path}?{next_query}>; rel="next"'
        return status, headers, page

    def paths_info(self, body: bytes, repo_id: str, rev: str) -> Response:
        repo = self._repo("datasets", repo_id)
        if isinstance(repo, tuple):
            return repo
        is_json = "json" in self.headers.get("Content-Type", "")
        paths = json.loads(body)["paths"] if is_json else parse_qs(body.decode())["paths"]
        commit = self._commit_of(repo, rev)
        if commit is None:
            return error_response(404, "Revision Not Found", "RevisionNotFound")
        files = self.hub.trees[commit]
        found = [entry_of(path, files[path]) for path in paths if path in files]
        folders = [path for path in paths if any(name.startswith(f"{path}/") for name in files)]
        found += [{"type": "directory", "path": path, "oid": git_id(path.encode()), "size": 0} for path in folders]
        return json_response(found)

    def preupload(self, body: bytes, repo_id: str, rev: str) -> Response:
        repo = self._repo("datasets", repo_id, writes=self._is_for_branch(rev))
        if isinstance(repo, tuple):
            return repo
        commit = self._commit_of(repo, rev)
        files = self.hub.trees[commit] if commit else {}
        modes = []
        for file in json.loads(body)["files"]:
            path = file["path"]
            mode = "lfs" if path.endswith(LARGE) else "regular"
            oid = None
            if path in files:
                oid = entry_of(path, files[path]).get("lfs", {}).get("oid") or git_id(files[path][1])
            modes.append({"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return json_response({"files": modes})

    def validate_yaml(self, body: bytes) -> Response:
        return json_response({"errors": [], "warnings": []})

    def make_commit(self, body: bytes, repo_id: str, rev: str) -> Response:
        repo = self.repo_to_change(repo_id, rev)
        if isinstance(repo, tuple):
            return repo
        head = self._commit_of(repo, rev)
        if head is None:
            return error_response(404, "Revision Not Found", "RevisionNotFound")
        changes: dict[str, bytes | None] = {}
        for line in body.splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "header" and value.get("parentCommit", head) != head:
                return error_response(412, "A commit has happened since. Please refresh and try again.")
            if item["key"] == "file":
                changes[value["path"]] = base64.b64decode(value["content"])
            elif item["key"] == "lfsFile":
                if value["oid"] not in self.hub.objects:
                    return error_response(400, f"LFS object {value['oid']} does not exist")
                changes[value["path"]] = self.hub.objects[value["oid"]]
            elif item["key"] == "deletedFile":
                changes[value["path"]] = None
        pull_request: dict[str, Any] = {"pullRequestUrl": None}
        if "create_pr=1" in self.path:
            number = self.open_pull_request(repo, "Commit", head, "open")
            rev = f"refs/pr/{number}"
            pull_request["pullRequestUrl"] = f"{self.hub.url}/datasets/{repo_id}/discussions/{number}"
        oid = self.hub.commit(repo_id, changes, rev)
        url = f"{self.hub.url}/datasets/{repo_id}/commit/{oid}"
        return json_response({"success": True, "commitOid": oid, "commitUrl": url, **pull_request})

    def resolve(self, body: bytes, kind: str, repo_id: str, rev: str, path: str) -> Response:
        repo = self._repo(kind, repo_id)
        if isinstance(repo, tuple):
            return repo
        if repo.gated and self._user != repo_id.partition("/")[0]:
            return error_response(403, "Access to this dataset is restricted", "GatedRepo")
        if (commit := self._commit_of(repo, rev)) is None:
            return error_response(404, "Revision Not Found", "RevisionNotFound")
        if path not in self.hub.trees[commit]:
            return error_response(404, "Entry not found", "EntryNotFound", commit)
        mode, content = self.hub.trees[commit][path]
        etag = hashlib.sha256(content).hexdigest() if mode == "lfs" else git_id(content)
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if mode == "lfs":
            headers |= {"X-Linked-Size": str(len(content)), "X-Linked-Etag": f'"{etag}"'}
        byte_range = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if byte_range:
            start, end = int(byte_range[1]), min(int(byte_range[2] or len(content) - 1), len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            return 206, headers, content[start : end + 1]
        if self.command == "HEAD":
            headers["Content-Length"] = str(len(content))
        return 200, headers, content


_REPO = r"(?P<repo_id>[^/]+/[^/]+?)"
_REV = r"(?P<rev>refs/pr/\d+|[^/]+)"
_ROUTES: list[Route] = [
    *LARGE_FILES,
    *PULL_REQUESTS,
    ("GET", "/api/whoami-v2", HubApi.whoami),
    ("POST", "/api/repos/create", HubApi.create_repo),
    ("POST", "/api/validate-yaml", HubApi.validate_yaml),
    ("GET", rf"/api/datasets/{_REPO}/tree/{_REV}(?P<folder>(/.*)?)", HubApi.list_files),
    ("POST", rf"/api/datasets/{_REPO}/paths-info/{_REV}", HubApi.paths_info),
    ("POST", rf"/api/datasets/{_REPO}/preupload/{_REV}", HubApi.preupload),
    ("POST", rf"/api/datasets/{_REPO}/commit/{_REV}", HubApi.make_commit),
    ("POST", rf"/api/datasets/{_REPO}/branch/(?P<rev>.+)", HubApi.create_branch),
    ("GET", rf"/api/(?P<kind>models|datasets|spaces)/{_REPO}(/revision/(?P<rev>.+))?", HubApi.repo_info),
    ("GET", rf"/(?P<kind>datasets)/{_REPO}/resolve/{_REV}/(?P<path>.+)", HubApi.resolve),
]
