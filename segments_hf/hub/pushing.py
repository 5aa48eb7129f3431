"""A dataset to the Hub: shards first, then one commit."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
import huggingface_hub
import pyarrow as pa
from filelock import FileLock, Timeout

from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.errors import HubError, OptionError
from segments_hf.hub.card import README, parse_card
from segments_hf.hub.card_data import other_splits
from segments_hf.hub.commit import commit_push
from segments_hf.hub.commit_files import CommitFiles, make_sheet
from segments_hf.hub.compat import INVALID_WINDOWS_CHARACTERS_IN_PATH, bytes_of_size
from segments_hf.hub.journal import Arrived, journals_folder
from segments_hf.hub.parts import Source, open_source
from segments_hf.hub.repository import Repository, open_repository
from segments_hf.hub.split_upload import upload_split
from segments_hf.io.disk.atomic import make_folder, remove_file, remove_folder
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.io.tables import Cell, Result, short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huggingface_hub import CommitInfo

    from segments_hf.io.tables import Block


@dataclass(frozen=True, repr=False)
class PushResult(Result):
    """The result of a push.

    Attributes:
        commit: The commit.
        url: The page of the dataset.
        sent: How many bytes of shards were uploaded.
        skipped: How many bytes the Hub had already.
    """

    commit: CommitInfo
    url: str
    sent: int
    skipped: int

    def __repr__(self) -> str:
        return short_repr(self, self.url, sent=self.sent, skipped=self.skipped)

    def blocks(self) -> Iterator[Block]:
        """Yield the amount of data, and the URL of the dataset or of the pull request."""
        skipped = f"{self.skipped / 1e6:.1f} MB that were there"
        yield Cell(f"Sent {self.sent / 1e6:.1f} MB of shards, skipped {skipped}")
        yield Cell(self.page)

    @property
    def page(self) -> str:
        """The URL of the pull request if there is one, else that of the dataset."""
        return self.commit.pr_url or self.url

    def to_dict(self) -> dict[str, Any]:
        """Return the URLs and numbers as a dict that `json.dumps` accepts."""
        commit = {"commit": self.commit.oid, "commit_url": self.commit.commit_url, "pr_url": self.commit.pr_url}
        return {"url": self.url, **commit, "sent": self.sent, "skipped": self.skipped}


def push_to_hub(  # noqa: PLR0913  (the options of the job; all but two by name)
    data: Any,
    repo_id: str,
    *,
    layout: str | None = None,
    image_range: tuple[float, float] | None = None,
    on_error: str = "raise",
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    config_name: str = "default",
    max_shard_size: int | str = "500MB",
    num_proc: int | None = None,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002  (as the Hub calls it)
) -> PushResult:
    """Push a dataset to the Hub: Parquet shards, ``id2label.json``, ``categories.json``, a card with a contact sheet.

    Readers see the state before or after the push, never a part of it. An interrupted push resumes when the same
    is called again: what has arrived is neither written nor sent again (a stream that does not come from `load_release`
    is written again). A dict of splits and a release replace all splits of the configuration, a single dataset or
    stream replaces its own: ``train`` also where it is a part, such as ``train[:10%]``. What people wrote in the card
    stays.

    Args:
        data: A dataset or a stream, or a dict of its splits; or a release as `load_release` takes it, which is
            streamed: a few shards are on disk at most.
        repo_id: ``owner/name``, or the name alone. The repository is created if it is not there.
        layout: The layout it gets, as `to_layout` makes it.
        image_range: The pixel values that become black and white in images of more than 8 bits, as in `to_layout`;
            only with a layout.
        on_error: What to do with a sample that has an error, a row that the layout cannot hold, or a row whose picture
            cannot be read: ``"raise"``, ``"skip"`` the row, or ``"keep"`` it with null in place of the broken part.
        private: Whether a repository that is created is private.
        token: The token of the writer; by default that of the login.
        revision: The branch that is written to; it is created if it is not there.
        create_pr: Whether to make a pull request instead.
        config_name: The configuration. The files about others than ``default`` are in a folder of that name.
        max_shard_size: The size of a shard at most: bytes, or text such as ``"500MB"``.
        num_proc: How many processes write and upload.
        commit_message: The message of the commit.
        license: The license, as the Hub names it: ``"cc-by-4.0"``.

    Returns:
        The commit and the amount of data. If nothing has changed, it is the last commit.

    Raises:
        OptionError: An option is not what it should be, or a split has no rows. Nothing was changed.
        HubError: The Hub refuses, or does not answer.
        StorageError: The shards cannot be written: the disk is full or read-only.
        AssetError: A picture cannot be read; the error names the sample.
        SegmentsHFError: The data cannot be pushed.
    """
    source = open_source(data, layout, num_proc, on_error, image_range)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    return push(
        source,
        repository,
        config_name=config_name,
        max_shard_size=max_shard_size,
        num_proc=num_proc,
        commit_message=commit_message,
        license=license,
    )


def push(
    source: Source,
    repository: Repository,
    *,
    config_name: str = "default",
    max_shard_size: int | str = "500MB",
    num_proc: int | None = None,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002
) -> PushResult:
    """Push opened data. See `push_to_hub`."""
    max_bytes = _checked_size(max_shard_size)
    if config_name in {"", "data"} or set(config_name) & set(INVALID_WINDOWS_CHARACTERS_IN_PATH):
        raise OptionError(
            f"got {config_name!r}, which cannot be the name of a folder beside data/", option="config_name"
        )
    _check_card(source, repository, config_name)
    folder = journals_folder() / _key(source, repository, config_name, max_bytes, num_proc)
    make_folder(folder)
    lock = folder.with_suffix(".lock")
    try:
        with storage_errors_of_library(folder), FileLock(lock, timeout=0):
            sheet = make_sheet(source, folder)
            shards: dict[str, list[Arrived]] = {}
            sent = skipped = 0
            for part in source.parts:
                shards[part.name], part_sent, part_skipped = upload_split(
                    part, repository, folder, max_bytes=max_bytes, num_proc=num_proc, on_error=source.on_error
                )
                sent, skipped = sent + part_sent, skipped + part_skipped
            files = CommitFiles(source, repository, config_name, shards, sheet, license)
            message = commit_message or "Push the dataset with segments-hf"
            commit = commit_push(repository, files.shards_by_path, files.replaced(), files.texts, message)
            remove_folder(folder)
    except Timeout:
        raise HubError(f"{repository.repo_id}: another process runs the same push; wait until it ends") from None
    finally:
        if not source.is_known:  # without a key of the rows, a later push cannot resume
            remove_folder(folder)
            remove_file(lock)
    return PushResult(commit, repository.url, sent, skipped)


def _checked_size(size: int | str) -> int:
    try:
        checked = bytes_of_size(size)
    except ValueError:
        checked = 0
    if checked <= 0:
        raise OptionError(f"got {size!r}, wanted bytes, or text such as '500MB'", option="max_shard_size")
    return checked


def _check_card(source: Source, repository: Repository, config_name: str) -> None:
    """Find out before the work whether the card can be updated."""
    if (head := repository.head()) is not None:
        card = parse_card(repository.read(README, head), repository.repo_id)
        names = [part.name for part in source.parts]
        other_splits(card.data, config_name, names, source.features, is_whole=source.is_whole)


def _key(source: Source, repository: Repository, config_name: str, max_bytes: int, num_proc: int | None) -> str:
    """Return the key of a push, by which a later process resumes it."""
    keys = [(part.name, part.key) for part in source.parts]
    if not source.is_known:
        keys.append(("once", uuid.uuid4().hex))
    identity = [
        *(repository.api.endpoint, repository.repo_id, repository.revision, repository.create_pr, config_name),
        *(keys, source.features.to_dict(), max_bytes, num_proc, source.on_error),
        *(ROW_FORMAT, datasets.__version__, pa.__version__, huggingface_hub.__version__),
    ]
    return hashlib.sha256(json.dumps(identity, default=str).encode()).hexdigest()[:32]
