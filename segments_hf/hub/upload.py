"""Write and upload the shards that the Hub does not have. A shard is uploaded while the next one is written."""

from __future__ import annotations

import functools
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from filelock import FileLock
from huggingface_hub import CommitOperationAdd

from segments_hf.errors import HubError
from segments_hf.hub.compat import is_uploaded, known_objects
from segments_hf.hub.hub_retries import retry, status_of
from segments_hf.hub.journal import Journal, UploadedShard
from segments_hf.hub.repository import refusal
from segments_hf.hub.shards import Losses, Shard, write_shards
from segments_hf.io.disk.atomic import make_folder, remove_file, remove_folder
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datasets import Features

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.repository import Repository
    from segments_hf.hub.row_sources import RowSource

_BATCH = 100  # shards in one request to the Hub


class Progress(NamedTuple):
    """The bytes and shards since the last report.

    Attributes:
        shards: The uploaded shards.
        sent: The number of bytes that were uploaded.
        skipped: The number of bytes that the Hub had already.
        left_out: The numbers of rows that were left out, if the worker has no shard to whose counts they belong.
        problems: The problems that occurred while the rows were made.
    """

    shards: list[UploadedShard]
    sent: int
    skipped: int
    left_out: LeftOut = LeftOut()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Worker:
    """The task of one process: write rows to shards and upload them.

    Attributes:
        source: The rows.
        features: The columns that are uploaded.
        journal: The journal of the uploaded shards.
        repository: The repository.
        max_bytes: The largest size of a shard.
    """

    source: RowSource
    features: Features
    journal: Journal
    repository: Repository
    max_bytes: int

    def run(self) -> Iterator[Progress]:
        """Upload all rows. Shards in the journal are neither written nor uploaded again.

        Raises:
            HubError: The Hub refuses the shards.
            StorageError: The shards cannot be written: the disk is full or read-only.
            SegmentsHFError: A row cannot be read, and errors are raised.
        """
        make_folder(self.journal.file.parent)
        # A worker of a killed push continues until its current shard is uploaded. This worker waits for its lock.
        with (
            storage_errors_of_library(self.journal.file.parent),
            FileLock(self.journal.file.with_suffix(".lock")),
        ):
            yield from self._resume()

    def _resume(self) -> Iterator[Progress]:
        uploaded = self.journal.read()
        if uploaded:
            self.repository.create()  # the repository may have been deleted since the interrupted push
            uploaded = self._still_on_hub(uploaded)
        self.journal.begin(uploaded)
        if uploaded:
            yield Progress(uploaded, 0, sum(shard.size for shard in uploaded))
            if uploaded[-1].following is None:
                return
        start = uploaded[-1].following if uploaded else None
        folder = self.journal.file.with_suffix(".shards")
        remove_folder(folder)  # may contain shards of a killed process
        make_folder(folder)
        try:
            with ThreadPoolExecutor(1) as uploading:
                upload: Future[Progress] | None = None
                losses = Losses()
                for shard in write_shards(self.source, self.features, folder, self.max_bytes, start, losses):
                    if upload is not None:
                        yield upload.result()
                    upload = uploading.submit(self._upload, shard)
                if upload is not None:
                    yield upload.result()
                elif losses != Losses():
                    yield Progress([], 0, 0, losses.left_out, losses.problems)
        finally:
            remove_folder(folder)  # contains a shard if an error prevented its upload

    def _still_on_hub(self, uploaded: list[UploadedShard]) -> list[UploadedShard]:
        """Return the shards before the first one that the Hub has removed. The Hub removes files without a commit."""
        known = _known(self.repository, uploaded)
        lost = next((number for number, shard in enumerate(uploaded) if shard.sha256 not in known), len(uploaded))
        return uploaded[:lost]

    def _upload(self, shard: Shard) -> Progress:
        try:
            operation = CommitOperationAdd("data.parquet", str(shard.file))
            info = operation.upload_info
            uploaded = UploadedShard(info.sha256.hex(), info.size, shard.tally, shard.following)
            self.repository.create()
            is_known = uploaded.sha256 in _known(self.repository, [uploaded])
            if not is_known:
                retry(lambda: _send(self.repository, operation), "upload a shard")
            self.journal.append(uploaded)
        except HubError:
            raise
        except Exception as error:
            if status_of(error) is None:
                raise
            raise refusal(error, self.repository.repo_id) from error
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


def _known(repository: Repository, shards: Sequence[UploadedShard]) -> set[str]:
    """Return the hashes of the shards that the Hub has."""
    known: set[str] = set()
    for start in range(0, len(shards), _BATCH):
        request = functools.partial(
            known_objects,
            repository.api,
            repository.repo_id,
            # A user without write access opens a pull request, and has no rights on the branch.
            None if repository.create_pr else repository.revision,
            repository.token,
            [(shard.sha256, shard.size) for shard in shards[start : start + _BATCH]],
        )
        known |= retry(request, "check which shards the Hub has")
    return known
