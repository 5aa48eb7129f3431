"""A push of more than 100 files commits groups of files to a pull request, and merges it at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import CommitInfo

from hub.demo_push import REPO, pull_request_statuses
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from segments_hf.errors import HubError
from segments_hf.hub.card.row_counts import Tally
from segments_hf.hub.commits.group_commits import GroupCommits
from segments_hf.hub.repository import open_repository
from segments_hf.hub.uploads.journal import UploadedShard

BUSY = (503, {}, b"")
LIMIT = 100  # files in a commit


def uploaded(hub: HubServer, number: int) -> UploadedShard:
    """Store a shard on the Hub, and return it. Its content is its number."""
    content = b"%d" % number
    sha256 = hashlib.sha256(content).hexdigest()
    hub.objects[sha256] = content
    return UploadedShard(sha256, len(content), Tally(rows=1), None)


def finish(commits: GroupCommits, text: bytes = b"card") -> CommitInfo:
    return commits.commit(["data/train-"], lambda head, present: {"README.md": text})


def push(hub: HubServer, folder: Path, count: int, **options: Any) -> CommitInfo:
    """Push shards with the contents 0 to `count` - 1."""
    commits = GroupCommits(open_repository(REPO, **options), folder, "Push")
    for number in range(count):
        commits.add("data/train", 0, [uploaded(hub, number)])
    return finish(commits)


def contents(hub: HubServer, rev: str = "main") -> list[int]:
    """Return the contents of the shards in the order of their paths."""
    return [int(content) for path, content in sorted(hub.files(REPO, rev).items()) if path.startswith("data/train-")]


def changes(hub: HubServer, rev: str) -> list[int]:
    """Return the number of files that each commit adds, changes or removes."""
    trees = [hub.trees[commit] for commit in hub.commits(REPO, rev)]
    return [
        sum(before.get(path) != after.get(path) for path in before.keys() | after.keys())
        for before, after in pairwise(trees)
    ]


@pytest.fixture(autouse=True)
def repo(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.add_repo(REPO)


@pytest.mark.parametrize(
    ("count", "files_per_commit", "last_path"),
    [
        (99, [], "data/train-00098-of-00099.parquet"),
        (100, [100, 1], "data/train-00099-of-00100.parquet"),
        (101, [100, 2], "data/train-00000-00100.parquet"),
        (250, [100, 100, 51], "data/train-00000-00249.parquet"),
    ],
)
def test_push_of_more_than_100_files_is_committed_in_groups_and_merged_once(
    hub: HubServer, tmp_path: Path, count: int, files_per_commit: list[int], last_path: str
) -> None:
    before = hub.commits(REPO)[-1]
    info = push(hub, tmp_path, count)
    assert hub.commits(REPO) == [before, info.oid]
    assert info.commit_url == f"{hub.url}/datasets/{REPO}/commit/{info.oid}"
    assert info.pr_url is None
    assert contents(hub) == list(range(count))
    assert hub.files(REPO)["README.md"] == b"card"
    assert max(path for path in hub.files(REPO) if path.startswith("data/")) == last_path
    assert pull_request_statuses(hub) == (["merged"] if files_per_commit else [])
    assert not files_per_commit or changes(hub, "refs/pr/1") == files_per_commit


def test_group_is_committed_to_a_draft_when_shard_101_arrives(hub: HubServer, tmp_path: Path) -> None:
    commits = GroupCommits(open_repository(REPO), tmp_path, "Push")
    for number in range(LIMIT):
        commits.add("data/train", 0, [uploaded(hub, number)])
    assert pull_request_statuses(hub) == []
    commits.add("data/train", 0, [uploaded(hub, LIMIT)])
    assert pull_request_statuses(hub) == ["draft"]
    assert contents(hub, "refs/pr/1") == list(range(LIMIT))
    assert contents(hub) == []


@pytest.mark.parametrize("count", [4, 41], ids=["few", "many"])
@pytest.mark.parametrize("order", ["interleaved", "last slice first"])
def test_names_of_shards_have_the_order_of_the_rows(hub: HubServer, tmp_path: Path, count: int, order: str) -> None:
    commits = GroupCommits(open_repository(REPO), tmp_path, "Push")
    slices = [[uploaded(hub, index * count + number) for number in range(count)] for index in range(3)]
    if order == "interleaved":
        for number in range(count):
            for index, shards in enumerate(slices):
                commits.add("data/train", index, [shards[number]])
    else:
        for index, shards in reversed(list(enumerate(slices))):
            commits.add("data/train", index, shards)
    finish(commits)
    assert contents(hub) == list(range(3 * count))


@pytest.mark.parametrize("counts", [(3, 120, 4), (120, 130, 110)], ids=["small and large", "large"])
def test_push_removes_the_shards_of_the_previous_push(hub: HubServer, tmp_path: Path, counts: tuple[int, ...]) -> None:
    hub.commit(REPO, {"data/training.txt": b"mine"})
    for push_number, count in enumerate(counts):
        commits = len(hub.commits(REPO))
        push(hub, tmp_path / str(push_number), count)
        assert contents(hub) == list(range(count))
        assert len(hub.commits(REPO)) == commits + 1
    assert hub.files(REPO)["data/training.txt"] == b"mine"
    for number in hub.repos["datasets", REPO].pull_requests:
        assert max(changes(hub, f"refs/pr/{number}")) <= LIMIT


def test_second_push_of_the_same_many_shards_makes_no_commit(hub: HubServer, tmp_path: Path) -> None:
    first = push(hub, tmp_path / "first", 130)
    second = push(hub, tmp_path / "second", 130)
    assert second.oid == first.oid == hub.commits(REPO)[-1]
    assert pull_request_statuses(hub) == ["merged"]


@pytest.mark.parametrize(
    ("options", "pull_requests"),
    [({"revision": "main"}, 1), ({"revision": "next"}, 0)],
    ids=["main by its name", "another branch"],
)
def test_only_a_push_to_main_opens_a_pull_request(
    hub: HubServer, tmp_path: Path, options: dict[str, Any], pull_requests: int
) -> None:
    open_repository(REPO, **options).create()
    push(hub, tmp_path, 130, **options)
    assert len(hub.commits(REPO, options["revision"])) == 2
    assert contents(hub, options["revision"]) == list(range(130))
    assert len(pull_request_statuses(hub)) == pull_requests


def test_push_to_a_repo_without_pull_requests_makes_one_commit(hub: HubServer, tmp_path: Path) -> None:
    hub.repos["datasets", REPO].allows_pull_requests = False
    push(hub, tmp_path, 130)
    assert len(hub.commits(REPO)) == 2
    assert contents(hub) == list(range(130))


@pytest.mark.parametrize("token", ["hf_jane", "hf_joe"], ids=["owner", "user without write access"])
def test_push_with_create_pr_leaves_the_pull_request_open(hub: HubServer, tmp_path: Path, token: str) -> None:
    info = push(hub, tmp_path, 130, create_pr=True, token=token)
    assert (info.pr_revision, info.oid) == ("refs/pr/1", hub.commits(REPO, "refs/pr/1")[-1])
    assert info.pr_url == f"{hub.url}/datasets/{REPO}/discussions/1"
    assert pull_request_statuses(hub) == ["open"]
    assert contents(hub, "refs/pr/1") == list(range(130))
    assert len(hub.commits(REPO)) == 1


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("effect", [BUSY, "reset", "lose"], ids=["busy", "reset", "lost response"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/discussions$"),
        ("GET", "/discussions/1$"),
        ("POST", "/commit/refs/pr/1"),
        ("POST", "/status$"),
        ("POST", "/merge$"),
    ],
    ids=["opening", "reading", "commit", "publishing", "merge"],
)
def test_push_succeeds_after_a_fault(hub: HubServer, tmp_path: Path, effect: Any, method: str, path: str) -> None:
    fault = Fault(method, path, effect)
    hub.faults.append(fault)
    info = push(hub, tmp_path, 130)
    assert not fault.times
    assert hub.commits(REPO)[1:] == [info.oid]
    assert contents(hub) == list(range(130))
    assert pull_request_statuses(hub) == ["merged"]
    assert max(changes(hub, "refs/pr/1")) <= LIMIT


def commit_of_another_user(path: str) -> Callable[[HubServer], None]:
    def commit(hub: HubServer) -> None:
        hub.commit(REPO, {path: b"999"})

    return commit


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("request_path", ["/commit/refs/pr/1", "/status$", "/merge$"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("notes.txt", ["merged"]),
        ("README.md", ["closed", "merged"]),
        ("data/train-00000-00005.parquet", ["closed", "merged"]),
    ],
    ids=["another file", "the card", "a shard"],
)
def test_push_opens_a_new_pull_request_after_a_conflict(
    hub: HubServer, tmp_path: Path, request_path: str, path: str, expected: list[str]
) -> None:
    hub.faults.append(Fault("POST", request_path, commit_of_another_user(path)))
    push(hub, tmp_path, 130)
    assert pull_request_statuses(hub) == expected
    assert contents(hub) == list(range(130))
    assert hub.files(REPO)["README.md"] == b"card"
    assert path != "notes.txt" or hub.files(REPO)[path] == b"999"
    assert len(hub.commits(REPO)) == 3  # the first commit, the commit of the other user and the merge
    assert all(
        pull_request.comments[-1].startswith(("Another commit changed", "The Hub did not merge"))
        for pull_request in hub.repos["datasets", REPO].pull_requests.values()
        if pull_request.status == "closed"
    )


@pytest.mark.parametrize("request_path", ["/commit/refs/pr/1", "/merge$"])
def test_shard_that_another_push_adds_meanwhile_is_removed(hub: HubServer, tmp_path: Path, request_path: str) -> None:
    hub.faults.append(Fault("POST", request_path, commit_of_another_user("data/train-00000-of-00001.parquet")))
    push(hub, tmp_path, 130)
    assert contents(hub) == list(range(130))


@pytest.mark.parametrize("effect", [BUSY, "reset"], ids=["busy", "reset"])
def test_push_succeeds_although_the_hub_does_not_close_a_pull_request(
    hub: HubServer, tmp_path: Path, effect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    hub.faults.append(Fault("POST", "/merge$", commit_of_another_user("README.md")))
    hub.faults.append(Fault("POST", "/status$", effect, after=1))  # the first request publishes the draft
    push(hub, tmp_path, 130)
    assert pull_request_statuses(hub) == ["open", "merged"]
    assert "discussions/1" in caplog.text
    assert contents(hub) == list(range(130))


def test_push_with_a_conflict_at_each_merge_raises_error_and_changes_nothing(hub: HubServer, tmp_path: Path) -> None:
    numbers = iter(range(99))
    hub.faults.append(
        Fault("POST", "/merge$", lambda hub: hub.commit(REPO, {"README.md": b"%d" % next(numbers)}), times=99)
    )
    with pytest.raises(HubError, match="the Hub did not merge the pull request .*run the push again to resume it"):
        push(hub, tmp_path, 130)
    assert contents(hub) == []
    assert set(pull_request_statuses(hub)) == {"closed"}
    hub.faults.clear()
    push(hub, tmp_path, 130)
    assert contents(hub) == list(range(130))


def close(hub: HubServer) -> None:
    hub.repos["datasets", REPO].pull_requests[1].status = "closed"


def merge(hub: HubServer) -> None:
    hub.commit(REPO, {path: content for path, content in hub.files(REPO, "refs/pr/1").items() if path[0] == "d"})
    hub.repos["datasets", REPO].pull_requests[1].status = "merged"


def delete(hub: HubServer) -> None:
    hub.repos["datasets", REPO].pull_requests.clear()
    del hub.repos["datasets", REPO].branches["refs/pr/1"]


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (lambda hub: None, ["merged"]),
        (close, ["closed", "merged"]),
        (merge, ["merged", "merged"]),
        (delete, ["merged"]),
    ],
    ids=["nothing", "closed", "merged", "deleted"],
)
def test_next_push_continues_the_pull_request_of_an_interrupted_push(
    hub: HubServer, tmp_path: Path, meanwhile: Callable[[HubServer], None], expected: list[str]
) -> None:
    interrupted = GroupCommits(open_repository(REPO), tmp_path, "Push")
    for number in range(120):
        interrupted.add("data/train", 0, [uploaded(hub, number)])
    assert pull_request_statuses(hub) == ["draft"]
    meanwhile(hub)
    commits = GroupCommits(open_repository(REPO), tmp_path, "Push")
    commits.add("data/train", 0, [uploaded(hub, number) for number in range(120)])
    commits.add("data/train", 1, [uploaded(hub, number) for number in range(120, 230)])
    finish(commits)
    assert pull_request_statuses(hub) == expected
    assert contents(hub) == list(range(230))


@pytest.mark.parametrize("message", ["v2", "A" * 300, "One\n\nTwo", " "], ids=["short", "long", "two lines", "blank"])
def test_any_commit_message_can_be_the_title_of_a_pull_request(hub: HubServer, tmp_path: Path, message: str) -> None:
    commits = GroupCommits(open_repository(REPO), tmp_path, message)
    commits.add("data/train", 0, [uploaded(hub, number) for number in range(101)])
    finish(commits)
    assert pull_request_statuses(hub) == ["merged"]
