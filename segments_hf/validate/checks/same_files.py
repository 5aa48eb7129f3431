"""Find samples whose files have the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.io.file_content import FileContent
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

DUPLICATE_IMAGE = Fault(
    "duplicate-image",
    "warning",
    "the image counts twice in training; in two splits, a model is tested on an image that it was trained on",
)
DUPLICATE_CLOUD = Fault(
    "duplicate-point-cloud",
    "warning",
    "the point cloud counts twice in training; in two splits, a model is tested on points that it was trained on",
)
_BLOCK = 2**12  # bytes


class Fingerprint(NamedTuple):
    """Hashes of the bytes of a file.

    Attributes:
        partial_hash: A hash of the size, and of the first, middle and last bytes.
        full_hash: A hash of all bytes. None for a file on disk: it is read whole only if another file has the same
            partial hash, because to read it whole takes ten times as long as its checks.
        path: The path of the file on disk; None if the bytes are in memory.
    """

    partial_hash: bytes
    full_hash: bytes | None
    path: str | Path | None


def fingerprint_of(file: FileContent) -> Fingerprint:
    """Return the fingerprint of a file, which must not be empty.

    Raises:
        AssetError: The file cannot be read.
    """
    with file.view() as content:
        middle = max(_BLOCK, len(content) // 2)
        last = max(middle + _BLOCK, len(content) - _BLOCK)
        partial_hash = hashlib.sha256(b"%d " % len(content))
        for begin in (0, middle, last):
            partial_hash.update(content[begin : begin + _BLOCK])
        full_hash = None if file.content is None else hashlib.sha256(content).digest()
    return Fingerprint(partial_hash.digest()[:16], full_hash, file.path)


@dataclass
class _File:
    """The first of the files with the same bytes.

    Attributes:
        fingerprint: The fingerprint of the file.
        name: The name of the sample.
        uuid: The uuid of the sample; None if it has no uuid.
        frame: The index of the frame; None if the sample is not a sequence.
        split: The split of the sample.
    """

    fingerprint: Fingerprint
    name: str
    uuid: str | None
    frame: int | None
    split: str | None

    def is_of_sample(self, row: Row) -> bool:
        """Tell whether the file and a row belong to the same sample. `Duplicates` reports samples that occur twice."""
        uuid = row.get("uuid")
        return bool(uuid == self.uuid if uuid and self.uuid else row["name"] == self.name)

    def has_bytes_of(self, other: Fingerprint) -> bool:
        """Tell whether a file with an equal partial hash has the same bytes; False if a file can no longer be read."""
        try:
            return _full_hash(self.fingerprint) == _full_hash(other)
        except AssetError:
            return False


def _full_hash(fingerprint: Fingerprint) -> bytes:
    if fingerprint.full_hash is not None:
        return fingerprint.full_hash
    with FileContent(path=fingerprint.path).view() as content:
        return hashlib.sha256(content).digest()


class SameFiles:
    """The fingerprints of the images or point clouds in the rows so far.

    Args:
        fault: The fault of a sample whose file has the same bytes as that of an earlier sample.
        noun: The noun for a file in messages: ``image`` or ``point cloud``.
    """

    def __init__(self, fault: Fault, noun: str) -> None:
        self._fault, self._noun = fault, noun
        self._files: dict[bytes, list[_File]] = {}  # by partial hash
        self._reported: set[tuple[object, ...]] = set()

    def check(self, row: Row, split: str | None, fingerprint: Fingerprint | None) -> Iterator[Finding]:
        """Find an earlier sample whose file has the same bytes. A pair of sequences is reported once.

        Args:
            row: The next row.
            split: The split of the row.
            fingerprint: The fingerprint of the file of the row; None if the file was not checked, is empty or cannot be
                read.
        """
        if fingerprint is None:
            return
        earlier = self._files.setdefault(fingerprint.partial_hash, [])
        same = next((file for file in earlier if file.has_bytes_of(fingerprint)), None)
        name, uuid, frame = row["name"], row.get("uuid"), row.get("frame_index")
        if same is None:
            earlier.append(_File(fingerprint, name, uuid, frame, split))
            return
        key = (same.split, same.uuid or same.name, split, uuid or name)
        if same.is_of_sample(row) or key in self._reported:
            return
        if frame is not None:
            self._reported.add(key)
        of_frame = "" if same.frame is None else f", frame {same.frame}"
        splits = "" if same.split == split else f"; they are in two splits: {split!r} and {same.split!r}"
        message = f"the {self._noun} has the same bytes as that of {same.name!r}{of_frame}{splits}"
        yield self._fault.in_row(row, message)
