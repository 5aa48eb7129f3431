"""Write shards, and upload those that the Hub does not have. A shard is uploaded while the next one is written."""

from __future__ import annotations

import functools
from collections.abc import Sequence  # noqa: TC003  (msgspec reads the types of `Progress`)
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from huggingface_hub import CommitOperationAdd

from segments_hf.dataset.rows.problems import Problem  # noqa: TC001
from segments_hf.errors import HubError
from segments_hf.hub.compat import is_uploaded, known_files
from segments_hf.hub.hub_retries import retry, status_of
from segments_hf.hub.repository import refusal
from segments_hf.hub.uploads.journal import UploadedShard
from segments_hf.hub.uploads.shards import Losses, Shard, write_shards
from segments_hf.io.disk.atomic import remove_file
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from datasets import Features

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.row_sources import Position, RowSource

_SHARDS_PER_REQUEST = 100


class Progress(NamedTuple):
    """The shards that were uploaded since the last report, or all shards of a slice.

    Attributes:
        shards: The uploaded shards.
        sent: The number of bytes that were uploaded.
        skipped: The number of bytes that the Hub had already.
        left_out: The numbers of rows that were left out and that are not in the tally of any shard.
        problems: The problems that occurred while the rows were made.
    """

    shards: list[UploadedShard]
    sent: int
    skipped: int
    left_out: LeftOut = LeftOut()
    problems: Sequence[Problem] = ()


def upload_shards(
    source: RowSource,
    features: Features,
    folder: Path,
    max_bytes: int,
    upload: Callable[[Shard], Progress],
    start: Position = None,
) -> Iterator[Progress]:
    """Write rows to shards and upload them. A shard is uploaded while the next one is written.

    Args:
        source: The rows.
        features: The columns that are uploaded.
        folder: The folder for the shards that are not uploaded yet.
        max_bytes: The largest size of a shard.
        upload: A function that uploads a shard and removes its file. It is called in another thread.
        start: The position of the first row; None for the first row of the source.

    Raises:
        HubError: The Hub refuses the shards.
        SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
    """
    with ThreadPoolExecutor(1) as uploading:
        running: Future[Progress] | None = None
        losses = Losses()
        for shard in write_shards(source, features, folder, max_bytes, start, losses):
            if running is not None:
                yield running.result()
            running = uploading.submit(upload, shard)
        if running is not None:
            yield running.result()
        elif losses != Losses():
            yield Progress([], 0, 0, losses.left_out, losses.problems)


def upload_shard(repository: Repository, shard: Shard) -> Progress:
    """Upload a shard unless the Hub has it, and remove the file of the shard.

    Raises:
        HubError: The Hub refuses the shard.
    """
    try:
        operation = CommitOperationAdd("data.parquet", str(shard.file))
        info = operation.upload_info
        uploaded = UploadedShard(info.sha256.hex(), info.size, shard.tally, shard.following, shard.problems)
        is_known = uploaded.sha256 in known_shards(repository, [uploaded])
        if not is_known:
            retry(lambda: _send(repository, operation), "upload a shard")
    except HubError:
        raise
    except Exception as error:
        if status_of(error) is None:
            raise
        raise refusal(error, repository.repo_id) from error
    finally:
        remove_file(shard.file)
    sent, skipped = (0, uploaded.size) if is_known else (uploaded.size, 0)
    return Progress([uploaded], sent, skipped, problems=shard.problems)


def _send(repository: Repository, operation: CommitOperationAdd) -> None:
    repository.api.preupload_lfs_files(
        repository.repo_id,
        [operation],
        repo_type="dataset",
        revision=repository.revision,
        create_pr=repository.create_pr,
        free_memory=False,
    )
    if not is_uploaded(operation):
        raise HubError(
            f"{repository.repo_id}: the repository does not store Parquet files as large files; check *.parquet in "
            "its .gitattributes and .gitignore"
        )


def known_shards(repository: Repository, shards: Sequence[UploadedShard]) -> set[str]:
    """Return the SHA-256 of each shard that the Hub has."""
    known: set[str] = set()
    for start in range(0, len(shards), _SHARDS_PER_REQUEST):
        request = functools.partial(
            known_files,
            repository.api,
            repository.repo_id,
            # A user who opens a pull request may have no permission to write to the branch.
            None if repository.create_pr else repository.revision,
            repository.token,
            [(shard.sha256, shard.size) for shard in shards[start : start + _SHARDS_PER_REQUEST]],
        )
        known |= retry(request, "check which shards the Hub has")
    return known
