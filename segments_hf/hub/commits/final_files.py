"""Compare the files of a commit with the files of a push."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huggingface_hub import CommitOperationAdd, CommitOperationDelete

from segments_hf.hub.compat import uploaded_file
from segments_hf.hub.repository import blob_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from huggingface_hub.hf_api import RepoFile

    from segments_hf.hub.uploads.journal import UploadedShard

Operation = CommitOperationAdd | CommitOperationDelete


class FinalFiles(NamedTuple):
    """The files that a repository has after a push, and the path prefixes of the files that the push removes.

    Attributes:
        shards: The uploaded shards by path.
        stale_prefixes: The path prefixes of the old shards, such as ``data/train-``. The push removes the files
            with these prefixes that are not in a subfolder, except those in `shards`.
        other_files: The contents of the files other than shards, by path.
    """

    shards: Mapping[str, UploadedShard]
    stale_prefixes: Sequence[str] = ()
    other_files: Mapping[str, bytes] = {}

    def operations(self, present: Mapping[str, RepoFile]) -> list[Operation]:
        """Return the operations that turn the files of a commit into the files of the push.

        Args:
            present: The files of the commit by path.
        """
        operations: list[Operation] = [
            CommitOperationDelete(path)
            for path in present
            if path not in self.shards and is_of_split(path, self.stale_prefixes)
        ]
        missing = [(path, self.shards[path]) for path in self.missing_shards(present)]
        operations += [uploaded_file(path, shard.sha256, shard.size) for path, shard in missing]
        for path, content in self.other_files.items():
            operation = CommitOperationAdd(path, content)
            existing = present.get(path)
            is_same = existing is not None and (
                existing.blob_id == blob_id(content) or _sha256(existing) == operation.upload_info.sha256.hex()
            )
            if not is_same:
                operations.append(operation)
        return operations

    def missing_shards(self, present: Mapping[str, RepoFile]) -> list[str]:
        """Return the paths of the shards that a commit does not have.

        Args:
            present: The files of the commit by path.
        """
        return [path for path, shard in self.shards.items() if _sha256(present.get(path)) != shard.sha256]

    def changes_any(self, paths: Iterable[str]) -> bool:
        """Return whether the push adds, replaces or removes any of the files with these paths."""
        return any(
            path in self.shards or path in self.other_files or is_of_split(path, self.stale_prefixes) for path in paths
        )


def is_of_split(path: str, prefixes: Sequence[str]) -> bool:
    """Return whether a file is one of the shards with these path prefixes: ``data/train-*``, but not in a subfolder.

    >>> [is_of_split(path, ["data/train-"]) for path in ("data/train-0.parquet", "data/train-a/b", "data/training")]
    [True, False, False]
    """
    return any(path.startswith(prefix) and "/" not in path[len(prefix) :] for prefix in prefixes)


def changed_paths(before: Mapping[str, RepoFile], after: Mapping[str, RepoFile]) -> set[str]:
    """Return the paths of the files that differ between two commits."""
    return {
        path
        for path in before.keys() | after.keys()
        if path not in before or path not in after or before[path].blob_id != after[path].blob_id
    }


def _sha256(file: RepoFile | None) -> str | None:
    return file.lfs.sha256 if file is not None and file.lfs is not None else None
