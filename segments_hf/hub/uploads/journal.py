"""Record the uploaded shards of a push, so that an interrupted push can resume.

A journal is a file with one line of JSON for each entry. Each worker process has its own journal, to which it appends
an entry for each uploaded shard. A push of a release on a cluster has one journal for each split, on the machine that
started the push. The folder of the journals is removed at the end of the push.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from filelock import FileLock, Timeout

from segments_hf.dataset.rows.problems import Problem  # noqa: TC001  (msgspec reads the types)
from segments_hf.hub.card.row_counts import Tally  # noqa: TC001  (msgspec reads the types)
from segments_hf.io.disk.atomic import append_line, write_atomically
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


class UploadedShard(msgspec.Struct, frozen=True):
    """A shard that has been uploaded.

    Attributes:
        sha256: The SHA-256 of the file, by which the Hub identifies it.
        size: The size of the file in bytes.
        tally: The counts of its rows.
        following: The position of the row after the shard, as in `Shard`; None after the last shard.
        problems: The problems that occurred while its rows were made. A resumed push reports them with its own
            problems.
    """

    sha256: str
    size: int
    tally: Tally
    following: Any
    problems: list[Problem] = []


class Journal(Generic[T]):
    """A file of entries about uploads that have succeeded, in the order of the uploads.

    Args:
        file: The file.
        entry_type: The type of the entries, one that msgspec supports.
    """

    def __init__(self, file: Path, entry_type: type[T]) -> None:
        self.file = file
        self._entry_type = entry_type

    def read(self) -> list[T]:
        """Read the entries. A last line that a killed process has not written completely is ignored."""
        decoder: JsonDecoder[T] = JsonDecoder(self._entry_type)
        entries = []
        for line in self.file.read_bytes().splitlines() if self.file.exists() else []:
            try:
                entries.append(decoder.decode(line))
            except JsonError:
                break
        return entries

    def begin(self, entries: Sequence[T]) -> None:
        """Replace all entries of the journal."""
        write_atomically(self.file, b"".join(map(json_line, entries)))

    def append(self, entry: T) -> None:
        """Add an entry about an upload that has succeeded.

        Raises:
            StorageError: The disk is full or read-only.
        """
        append_line(self.file, json_line(entry), is_synced=True)


def journals_folder() -> Path:
    """Return the folder of all journals: ``segments_hf/pushes`` under the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "pushes"


def interrupted_pushes() -> Iterator[Path]:
    """Yield the folder of each interrupted push. Running pushes are skipped.

    The locks of a push are held until the next folder is requested.
    """
    for lock in journals_folder().glob("*.lock"):
        folder = lock.with_suffix("")
        with suppress(Timeout), ExitStack() as locks:
            # The workers of a killed push continue, and hold their own locks, until the current shard is uploaded.
            for file in [lock, *folder.rglob("*.lock")]:
                locks.enter_context(FileLock(file, timeout=0))
            yield folder
