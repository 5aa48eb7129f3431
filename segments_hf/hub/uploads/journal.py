"""Record the uploaded shards of a push, so that an interrupted push can resume.

Each worker appends one line of JSON to its own file after each upload. The folder is removed at the end of the push.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from filelock import FileLock, Timeout

from segments_hf.dataset.rows.problems import Problem  # noqa: TC001  (msgspec reads the types)
from segments_hf.hub.card.row_counts import Tally  # noqa: TC001  (msgspec reads the types)
from segments_hf.io.disk.atomic import append_line, write_atomically
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class UploadedShard(msgspec.Struct, frozen=True):
    """A shard that has been uploaded.

    Attributes:
        sha256: The SHA-256 of the file, by which the Hub identifies it.
        size: The size of the file in bytes.
        tally: The counts of its rows.
        following: The position of the row after the shard, as in `Shard`; None after the last shard.
        problems: The problems that occurred while its rows were made. A resumed push reports them with its own.
    """

    sha256: str
    size: int
    tally: Tally
    following: Any
    problems: list[Problem] = []


_DECODER: JsonDecoder[UploadedShard] = JsonDecoder(UploadedShard)


class Journal:
    """The uploaded shards of one worker, in order."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> list[UploadedShard]:
        """Read the uploaded shards. A truncated last line is ignored."""
        shards = []
        for line in self.file.read_bytes().splitlines() if self.file.exists() else []:
            try:
                shards.append(_DECODER.decode(line))
            except JsonError:
                break
        return shards

    def begin(self, uploaded: Sequence[UploadedShard]) -> None:
        """Replace the content of the journal."""
        write_atomically(self.file, b"".join(map(json_line, uploaded)))

    def append(self, shard: UploadedShard) -> None:
        """Add a shard that has been uploaded.

        Raises:
            StorageError: The disk is full or read-only.
        """
        append_line(self.file, json_line(shard), is_synced=True)


def journals_folder() -> Path:
    """Return the folder of all journals: ``segments_hf/pushes`` under the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "pushes"


def interrupted_pushes() -> Iterator[Path]:
    """Yield the folder of each interrupted push while its locks are held. Running pushes are skipped."""
    for lock in journals_folder().glob("*.lock"):
        folder = lock.with_suffix("")
        with suppress(Timeout), ExitStack() as locks:
            # The workers of a killed push continue, and hold their own locks, until the current shard is uploaded.
            for file in [lock, *folder.glob("*/*.lock")]:
                locks.enter_context(FileLock(file, timeout=0))
            yield folder
