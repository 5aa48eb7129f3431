"""Pull requests for ``main`` on the server that imitates the Hub. A merge changes only the files of the request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .large_files import LargeFiles, Route
from .responses import Response, error_response, json_response

if TYPE_CHECKING:
    from .hub_server import Repo


@dataclass
class PullRequest:
    """A pull request.

    Attributes:
        author: The user who opened it.
        title: The title.
        base: The commit of ``main`` when it was opened.
        status: ``draft``, ``open``, ``closed`` or ``merged``.
        comments: The description and the comments.
        merge_commit: The merge commit; None if it is not merged.
    """

    author: str
    title: str
    base: str
    status: str = "draft"
    comments: list[str] = field(default_factory=list)
    merge_commit: str | None = None


def _event(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": "0", "type": kind, "createdAt": "2026-01-01T00:00:00.000Z", "author": {"name": "jane"}, "data": data}


class PullRequests(LargeFiles):
    """Respond to requests about pull requests."""

    def open_pull_request(self, repo: Repo, title: str, base: str, status: str = "draft", comment: str = "") -> int:
        number = len(repo.pull_requests) + 1
        repo.pull_requests[number] = PullRequest(self._user or "", title, base, status, [comment])
        repo.branches[f"refs/pr/{number}"] = [base]
        return number

    def repo_to_change(self, repo_id: str, rev: str) -> Repo | Response:
        """Return the repository if the user may commit to a branch or to the git reference of a pull request."""
        repo = self._repo("datasets", repo_id, writes=self._is_for_branch(rev))
        if isinstance(repo, tuple) or not rev.startswith("refs/pr/"):
            return repo
        pull_request = repo.pull_requests[int(rev.removeprefix("refs/pr/"))]
        if pull_request.status in {"draft", "open"} and self._user in {pull_request.author, repo_id.partition("/")[0]}:
            return repo
        return error_response(403, "Forbidden: the pull request is closed, or belongs to another user")

    def create_discussion(self, body: bytes, repo_id: str) -> Response:
        repo = self._repo("datasets", repo_id)
        if isinstance(repo, tuple):
            return repo
        settings = json.loads(body)
        assert settings["pullRequest"]
        if not repo.allows_pull_requests:
            return error_response(403, "Discussions are disabled for this repo")
        if not 3 <= len(settings["title"]) <= 200:
            return error_response(400, "title must have 3 to 200 characters")
        number = self.open_pull_request(
            repo, settings["title"], repo.branches["main"][-1], comment=settings["description"]
        )
        return json_response({"num": number})

    def discussions(self, body: bytes, repo_id: str) -> Response:
        repo = self._repo("datasets", repo_id)
        if isinstance(repo, tuple):
            return repo
        listed = [self._facts(repo_id, number, repo.pull_requests[number]) for number in sorted(repo.pull_requests)]
        return json_response({"count": len(listed), "start": 0, "discussions": listed[::-1]})

    def discussion(self, body: bytes, repo_id: str, number: str) -> Response:
        found = self._pull_request(repo_id, number)
        if not isinstance(found, PullRequest):
            return found
        events = [
            _event("comment", {"edited": False, "hidden": False, "latest": {"raw": text}}) for text in found.comments
        ]
        changes = {"base": "refs/heads/main", "mergeCommitId": found.merge_commit}
        facts = {"events": events, "changes": changes, "filesWithConflicts": [], "diff": ""}
        return json_response({**self._facts(repo_id, int(number), found), **facts})

    def change_status(self, body: bytes, repo_id: str, number: str) -> Response:
        found = self._pull_request(repo_id, number)
        if not isinstance(found, PullRequest):
            return found
        if self._user not in {found.author, repo_id.partition("/")[0]}:
            return error_response(403, "only the author and the owner may change the status")
        settings = json.loads(body)
        if found.status == "merged":
            return error_response(400, "the pull request is merged")
        found.status = settings["status"]
        if "comment" in settings:
            found.comments.append(settings["comment"])
        return json_response({"newStatus": _event("status-change", {"status": found.status})})

    def merge(self, body: bytes, repo_id: str, number: str) -> Response:
        repo = self._repo("datasets", repo_id, writes=True)
        if isinstance(repo, tuple):
            return repo
        found = repo.pull_requests[int(number)]
        if found.status != "open":
            return error_response(400, f"a pull request with status {found.status} cannot be merged")
        before, ours, theirs = (
            self.hub.trees[commit]
            for commit in (found.base, repo.branches["main"][-1], repo.branches[f"refs/pr/{number}"][-1])
        )
        changed = {path for path in before.keys() | theirs.keys() if before.get(path) != theirs.get(path)}
        if not changed:
            return error_response(400, "no associated changes")
        differing = {path for path in changed if ours.get(path) != theirs.get(path)}
        if any(ours.get(path) != before.get(path) for path in differing):
            return error_response(409, "the branch has conflicts")
        changes = {path: theirs[path][1] if path in theirs else None for path in differing}
        found.merge_commit = self.hub.commit(repo_id, changes)
        found.status = "merged"
        return json_response({})

    def _pull_request(self, repo_id: str, number: str) -> PullRequest | Response:
        repo = self._repo("datasets", repo_id)
        if isinstance(repo, tuple):
            return repo
        return repo.pull_requests.get(int(number)) or error_response(404, "Discussion not found")

    def _facts(self, repo_id: str, number: int, pull_request: PullRequest) -> dict[str, Any]:
        return {
            "num": number,
            "title": pull_request.title,
            "status": pull_request.status,
            "author": {"name": pull_request.author},
            "createdAt": "2026-01-01T00:00:00.000Z",
            "repo": {"name": repo_id, "type": "dataset"},
            "isPullRequest": True,
        }


_DISCUSSIONS = r"/api/datasets/(?P<repo_id>[^/]+/[^/]+?)/discussions"
_DISCUSSION = rf"{_DISCUSSIONS}/(?P<number>\d+)"
PULL_REQUESTS: list[Route] = [
    ("GET", _DISCUSSIONS, PullRequests.discussions),
    ("POST", _DISCUSSIONS, PullRequests.create_discussion),
    ("GET", _DISCUSSION, PullRequests.discussion),
    ("POST", rf"{_DISCUSSION}/status", PullRequests.change_status),
    ("POST", rf"{_DISCUSSION}/merge", PullRequests.merge),
]
