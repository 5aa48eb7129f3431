"""Upload the rows of one process of a push, and resume an interrupted upload."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from segments_hf.hub.uploads.shard_upload import Progress, known_shards, upload_shard, upload_shards
from segments_hf.io.disk.atomic import make_folder, remove_folder
from segments_hf.io.disk.disk_errors import storage_errors_of_library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasets import Features

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.row_sources import RowSource
    from segments_hf.hub.uploads.journal import Journal, UploadedShard
    from segments_hf.hub.uploads.shards import Shard


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
    journal: Journal[UploadedShard]
    repository: Repository
    max_bytes: int

    def run(self) -> Iterator[Progress]:
        """Upload all rows.

        The shards in the journal are neither written nor uploaded again, up to the first one that the Hub has removed.

        Raises:
            HubError: The Hub refuses the shards.
            StorageError: The shards cannot be written: the disk is full or read-only.
            SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
        """
        make_folder(self.journal.file.parent)
        # A worker of a killed push continues until its current shard is uploaded, and holds the lock until then.
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
            problems = [problem for shard in uploaded for problem in shard.problems]
            yield Progress(uploaded, 0, sum(shard.size for shard in uploaded), problems=problems)
            if uploaded[-1].following is None:
                return
        start = uploaded[-1].following if uploaded else None
        folder = self.journal.file.with_suffix(".shards")
        remove_folder(folder)  # may contain shards of a killed process
        make_folder(folder)
        create_once = functools.cache(self.repository.create)

        def upload(shard: Shard) -> Progress:
            create_once()
            progress = upload_shard(self.repository, shard)
            for uploaded in progress.shards:
                self.journal.append(uploaded)
            return progress

        try:
            yield from upload_shards(self.source, self.features, folder, self.max_bytes, upload, start)
        finally:
            remove_folder(folder)  # contains a shard if an error prevented its upload

    def _still_on_hub(self, uploaded: list[UploadedShard]) -> list[UploadedShard]:
        """Return the shards before the first one that the Hub has removed. The Hub removes files that no commit has."""
        known = known_shards(self.repository, uploaded)
        num_known = next((number for number, shard in enumerate(uploaded) if shard.sha256 not in known), len(uploaded))
        return uploaded[:num_known]
