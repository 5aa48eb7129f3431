"""Shards to the Hub: only what it does not have, and one while the next is written."""

from __future__ import annotations

import functools
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock
from huggingface_hub import CommitOperationAdd

from segments_hf.errors import HubError
from segments_hf.hub.compat import is_uploaded, known_objects
from segments_hf.hub.hub_retries import retry, status_of
from segments_hf.hub.journal import Arrived, Journal
from segments_hf.hub.repository import refusal
from segments_hf.hub.shards import Shard, write_shards
from segments_hf.io.disk.atomic import make_folder, remove_file, remove_folder
from segments_hf.io.disk.disk_errors import storage_errors_of_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datasets import Features

    from segments_hf.hub.repository import Repository

_BATCH = 100  # objects that the Hub is asked for at once


class Progress(NamedTuple):
    """The bytes and shards since the last report.

    Attributes:
        shards: The uploaded shards.
        sent: The number of bytes that were uploaded.
        skipped: The number of bytes that the Hub had already.
    """

    shards: list[Arrived]
    sent: int
    skipped: int


@dataclass(frozen=True)
class Worker:
    """Uploads rows.

    Attributes:
        rows: A `Dataset` or an `IterableDataset`.
        features: The columns that are uploaded.
        journal: The uploaded shards.
        repository: Where the shards go.
        max_bytes: The size of a shard at most.
        on_error: What to do with a row whose picture cannot be read: ``raise``, ``skip`` or ``keep``.
    """

    rows: Any
    features: Features
    journal: Journal
    repository: Repository
    max_bytes: int
    on_error: str

    def run(self) -> Iterator[Progress]:
        """Upload all rows; shards in the journal are neither written nor sent again.

        Raises:
            HubError: The Hub refuses the shards.
            StorageError: The shards cannot be written: the disk is full or read-only.
            AssetError: A picture cannot be read, and `on_error` is ``raise``.
        """
        make_folder(self.journal.file.parent)
        # The workers of a killed push run until their shard is uploaded.
        with (
            storage_errors_of_library(self.journal.file.parent),
            FileLock(self.journal.file.with_suffix(".lock")),
        ):
            yield from self._go_on()

    def _go_on(self) -> Iterator[Progress]:
        arrived = self.journal.read()
        if arrived:
            self.repository.create()  # it may have been deleted since
            arrived = self._still_there(arrived)
        self.journal.begin(arrived)
        if arrived:
            yield Progress(arrived, 0, sum(shard.size for shard in arrived))
            if arrived[-1].following is None:
                return
        start = arrived[-1].following if arrived else None
        folder = self.journal.file.with_suffix(".shards")
        remove_folder(folder)  # with the shards of a killed process
        make_folder(folder)
        try:
            with ThreadPoolExecutor(1) as uploading:
                under_way: Future[Progress] | None = None
                shards = write_shards(self.rows, self.features, folder, self.max_bytes, start, self.on_error)
                for shard in shards:
                    if under_way is not None:
                        yield under_way.result()
                    under_way = uploading.submit(self._upload, shard)
                if under_way is not None:
                    yield under_way.result()
        finally:
            remove_folder(folder)  # with a shard that was not uploaded because of an error

    def _still_there(self, arrived: list[Arrived]) -> list[Arrived]:
        """Return the shards before the first that the Hub has removed: it removes files without a commit."""
        known = _known(self.repository, arrived)
        lost = next((number for number, shard in enumerate(arrived) if shard.sha256 not in known), len(arrived))
        return arrived[:lost]

    def _upload(self, shard: Shard) -> Progress:
        try:
            operation = CommitOperationAdd("data.parquet", str(shard.file))
            info = operation.upload_info
            arrived = Arrived(info.sha256.hex(), info.size, shard.tally, shard.following)
            self.repository.create()
            there = arrived.sha256 in _known(self.repository, [arrived])
            if not there:
                retry(lambda: _send(self.repository, operation), "upload a shard")
            self.journal.append(arrived)
        except HubError:
            raise
        except Exception as error:
            if status_of(error) is None:
                raise
            raise refusal(error, self.repository.repo_id) from error
        finally:
            remove_file(shard.file)
        return Progress([arrived], 0 if there else arrived.size, arrived.size if there else 0)


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
            f"{repository.repo_id} does not take Parquet files as large files: look for *.parquet in its "
            ".gitattributes and .gitignore"
        )


def _known(repository: Repository, shards: Sequence[Arrived]) -> set[str]:
    """The hashes of those shards that the Hub has."""
    known: set[str] = set()
    for start in range(0, len(shards), _BATCH):
        ask = functools.partial(
            known_objects,
            repository.api,
            repository.repo_id,
            # Who may only read makes a pull request, and has no rights on the branch.
            None if repository.create_pr else repository.revision,
            repository.token,
            [(shard.sha256, shard.size) for shard in shards[start : start + _BATCH]],
        )
        known |= retry(ask, "ask which shards the Hub has")
    return known
