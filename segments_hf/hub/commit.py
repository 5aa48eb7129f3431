"""Make the commit at the end of a push. All changes are in one commit, so that no reader sees a part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete

from segments_hf.errors import HubError
from segments_hf.hub.compat import uploaded_file
from segments_hf.hub.hub_retries import PAUSES, is_transient, status_of, wait
from segments_hf.hub.repository import blob_id, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from huggingface_hub.hf_api import RepoFile

    from segments_hf.hub.journal import UploadedShard
    from segments_hf.hub.repository import Repository

# HTTP statuses: 409 if another commit is running, 412 if another commit was made after the branch was read.
_CONFLICT, _PRECONDITION_FAILED = 409, 412

Operation = CommitOperationAdd | CommitOperationDelete


def commit_push(
    repository: Repository,
    shards: Mapping[str, UploadedShard],
    stale: Sequence[str],
    texts: Callable[[str, Mapping[str, RepoFile]], Mapping[str, bytes]],
    message: str,
) -> CommitInfo:
    """Commit the uploaded shards and the other files on top of the last commit of the branch.

    After a concurrent commit or a lost response, the function reads the repository again and commits the files that
    are missing.

    Args:
        repository: The repository.
        shards: The uploaded shards by path.
        stale: The path prefixes of the files that the shards replace, such as ``data/train-``.
        texts: A function that takes the last commit of the branch and the files of that commit by path. It returns the
            contents of the other files by path.
        message: The first line of the commit message.

    Raises:
        HubError: The Hub refuses the commit, or the commit does not contain all shards.
    """
    what = f"commit to {repository.repo_id}"
    for pause in (*PAUSES, None):
        head = repository.head()
        if head is None:
            raise HubError(
                f"{repository.repo_id}: branch {repository.revision or 'main'!r} was removed during the push; run the "
                "same command again"
            )
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
            has_changed = status_of(error) in {_CONFLICT, _PRECONDITION_FAILED}
            if repository.create_pr and is_transient(error) and status_of(error) is None:
                raise HubError(
                    f"{what}: got no response ({error}); check on the Hub whether the pull request exists"
                ) from error
            if status_of(error) is not None and not has_changed and not is_transient(error):
                raise refusal(error, repository.repo_id) from error
            if not has_changed and not is_transient(error):
                raise
            if pause is None:
                raise HubError(f"{what}: {error}; run the same command again to resume") from error
            wait(error, pause / 8 if has_changed else pause, what)
            continue
        _check(repository, info, shards)
        return info
    raise AssertionError  # unreachable: the last attempt returns or raises


def _missing(
    present: Mapping[str, RepoFile],
    shards: Mapping[str, UploadedShard],
    stale: Sequence[str],
    texts: Mapping[str, bytes],
) -> list[Operation]:
    """Return the operations that turn the present files of the repository into the files of the push."""
    operations: list[Operation] = [
        CommitOperationDelete(path) for path in present if path not in shards and is_of_split(path, stale)
    ]
    for path, shard in shards.items():
        if _sha256(present.get(path)) != shard.sha256:
            operations.append(uploaded_file(path, shard.sha256, shard.size))
    for path, content in texts.items():
        operation = CommitOperationAdd(path, content)
        existing = present.get(path)
        is_same = existing is not None and (
            existing.blob_id == blob_id(content) or _sha256(existing) == operation.upload_info.sha256.hex()
        )
        if not is_same:
            operations.append(operation)
    return operations


def is_of_split(path: str, prefixes: Sequence[str]) -> bool:
    """Return whether `datasets` reads a file as part of a split: ``data/train-*``, but not files in a subfolder.

    >>> [is_of_split(path, ["data/train-"]) for path in ("data/train-0.parquet", "data/train-a/b", "data/training")]
    [True, False, False]
    """
    return any(path.startswith(prefix) and "/" not in path[len(prefix) :] for prefix in prefixes)


def _sha256(file: RepoFile | None) -> str | None:
    return file.lfs.sha256 if file is not None and file.lfs is not None else None


def _check(repository: Repository, info: CommitInfo, shards: Mapping[str, UploadedShard]) -> None:
    present = repository.files(info.oid)
    lost = [path for path, shard in shards.items() if _sha256(present.get(path)) != shard.sha256]
    if lost:
        raise HubError(
            f"{repository.repo_id}: commit {info.oid} does not contain {', '.join(lost[:3])}; check whether the "
            ".gitignore of the repository excludes these files"
        )
