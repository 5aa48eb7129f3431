"""Write and upload the rows of a slice on any machine, with the token of that machine."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.errors import HubError
from segments_hf.hub.hub_retries import status_of
from segments_hf.hub.quiet_library import without_library_bars
from segments_hf.hub.repository import FORBIDDEN, UNAUTHORIZED
from segments_hf.hub.uploads.journal import journals_folder
from segments_hf.hub.uploads.shard_upload import Progress, upload_shard, upload_shards
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.io.disk.staging import staging_folder
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Features

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.row_sources import RowSource, SliceRows
    from segments_hf.hub.uploads.journal import UploadedShard
    from segments_hf.hub.uploads.shards import Shard


@dataclass(frozen=True)
class ShardWork:
    """A function that makes the rows of a slice of a release, writes them to shards and uploads these shards.

    The function can be pickled, and runs in any process on any machine that reaches the assets and the Hub. It contains
    no token: it uses the token of the machine on which it runs. The function commits nothing, and the repository must
    exist.

    Attributes:
        source: The slice, and the function that makes its rows.
        features: The columns that are uploaded.
        repository: The repository. Its token is removed.
        max_bytes: The largest size of a shard.
    """

    source: SliceRows
    features: Features
    repository: Repository
    max_bytes: int

    def __post_init__(self) -> None:
        if self.repository.token:
            object.__setattr__(self, "repository", self.repository.without_token())  # the dataclass is frozen

    def with_connections(self, number: int) -> ShardWork:
        """Return the same upload with a limit for the simultaneous requests to one host."""
        return replace(self, source=self.source.with_connections(number))

    def __call__(self) -> Progress:
        """Upload the shards of the slice, and return all of them. Shards that the Hub has are not uploaded again.

        Raises:
            HubError: No token was found, or the Hub refuses the shards.
            StorageError: The shards cannot be written: the disk is full or read-only.
            SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
        """
        return upload_rows(self.source, self.features, self.repository, self.max_bytes)


def upload_rows(source: RowSource, features: Features, repository: Repository, max_bytes: int) -> Progress:
    """Write rows to shards, upload these with the token of this machine, and return all of them.

    Args:
        source: The rows.
        features: The columns that are uploaded.
        repository: The repository, without a token.
        max_bytes: The largest size of a shard.

    Raises:
        HubError: No token was found, or the Hub refuses the shards.
        StorageError: The shards cannot be written: the disk is full or read-only.
        SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
    """
    upload = partial(upload_shard, repository.with_own_token())
    try:
        return _upload_all(source, features, max_bytes, upload)
    except HubError as error:
        if status_of(error) not in {UNAUTHORIZED, FORBIDDEN}:
            raise
        raise HubError(f"{error}; the push used the token of machine {socket.gethostname()}") from error


def _upload_all(source: RowSource, features: Features, max_bytes: int, upload: Callable[[Shard], Progress]) -> Progress:
    parent = journals_folder() / "slices"
    shards: list[UploadedShard] = []
    problems: list[Problem] = []
    left_out, sent, skipped = LeftOut(), 0, 0
    with storage_errors_of_library(parent), staging_folder(parent) as staging, without_library_bars():
        for progress in upload_shards(source, features, staging.new, max_bytes, upload):
            shards += progress.shards
            problems += progress.problems
            left_out.add(progress.left_out)
            sent, skipped = sent + progress.sent, skipped + progress.skipped
    return Progress(shards, sent, skipped, left_out, problems)
