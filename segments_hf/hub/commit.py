"""The one commit at the end of a push: readers see all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import HfHubHTTPError

from segments_hf.errors import HubError
from segments_hf.hub.compat import uploaded_file
from segments_hf.hub.hub_retries import PAUSES, is_transient, status_of, wait
from segments_hf.hub.repository import blob_id, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from huggingface_hub.hf_api import RepoFile

    from segments_hf.hub.journal import Arrived
    from segments_hf.hub.repository import Repository

_CONFLICT, _MOVED_ON = 409, 412  # another commit is running, or was made since

Operation = CommitOperationAdd | CommitOperationDelete


def commit_push(
    repository: Repository,
    shards: Mapping[str, Arrived],
    stale: Sequence[str],
    texts: Callable[[str, Mapping[str, RepoFile]], Mapping[str, bytes]],
    message: str,
) -> CommitInfo:
    """Commit the uploaded shards and the files about them, on top of the last commit.

    After a concurrent commit or a lost response, it reads the repository again and commits the missing files.

    Args:
        repository: Where to.
        shards: The shards by their paths.
        stale: What the paths of the files begin with that these replace, up to the end of the folder.
        texts: Makes the other files, of the commit that they come on top of and its files.
        message: The first line of the commit.

    Raises:
        HubError: The commit is refused, or does not hold what it should.
    """
    what = f"commit to {repository.repo_id}"
    for pause in (*PAUSES, None):
        head = repository.head()
        if head is None:
            raise HubError(f"{repository.repo_id}: branch {repository.revision or 'main'!r} is not there any more")
        present = repository.files(head)
        operations = _missing(present, shards, stale, texts(head, present))
        try:
            info = repository.api.create_commit(
                repository.repo_id,
                operations,
                commit_message=message,
                repo_type="dataset",
                revision=repository.revision,
                create_pr=repository.create_pr,
                parent_commit=head,
            )
        except Exception as error:
            has_changed = status_of(error) in {_CONFLICT, _MOVED_ON}
            if repository.create_pr and is_transient(error) and status_of(error) is None:
                raise HubError(
                    f"{what}: the answer was lost ({error}); look whether the pull request is there"
                ) from error
            if isinstance(error, HfHubHTTPError) and not has_changed and not is_transient(error):
                raise refusal(error, repository.repo_id) from error
            if not has_changed and not is_transient(error):
                raise
            if pause is None:
                raise HubError(f"{what}: {error}; run the same command again to resume") from error
            wait(error, pause / 8 if has_changed else pause, what)
            continue
        _check(repository, info, shards)
        return info
    raise AssertionError  # the last round returns or raises


def _missing(
    present: Mapping[str, RepoFile], shards: Mapping[str, Arrived], stale: Sequence[str], texts: Mapping[str, bytes]
) -> list[Operation]:
    """Return the operations that change the present files to those of the push."""
    operations: list[Operation] = [
        CommitOperationDelete(path) for path in present if path not in shards and is_of_split(path, stale)
    ]
    for path, shard in shards.items():
        if _sha256(present.get(path)) != shard.sha256:
            operations.append(uploaded_file(path, shard.sha256, shard.size))
    for path, content in texts.items():
        operation = CommitOperationAdd(path, content)
        there = present.get(path)
        is_same = there is not None and (
            there.blob_id == blob_id(content) or _sha256(there) == operation.upload_info.sha256.hex()
        )
        if not is_same:
            operations.append(operation)
    return operations


def is_of_split(path: str, prefixes: Sequence[str]) -> bool:
    """Return whether `datasets` would read a file for a split: ``data/train-*``, but not a folder of that name.

    >>> [is_of_split(path, ["data/train-"]) for path in ("data/train-0.parquet", "data/train-a/b", "data/training")]
    [True, False, False]
    """
    return any(path.startswith(prefix) and "/" not in path[len(prefix) :] for prefix in prefixes)


def _sha256(file: RepoFile | None) -> str | None:
    return file.lfs.sha256 if file is not None and file.lfs is not None else None


def _check(repository: Repository, info: CommitInfo, shards: Mapping[str, Arrived]) -> None:
    present = repository.files(info.oid)
    lost = [path for path, shard in shards.items() if _sha256(present.get(path)) != shard.sha256]
    if lost:
        raise HubError(
            f"{repository.repo_id}: the commit {info.oid} lacks {', '.join(lost[:3])}; look at its .gitignore"
        )
