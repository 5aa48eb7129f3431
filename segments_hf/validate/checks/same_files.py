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
    """A summary of the bytes of a file.

    Attributes:
        sketch: A hash of the size, and of the first, middle and last bytes. A whole file is read only if another has
            the same sketch, because this takes ten times as long as the checks of the file.
        digest: A hash of all bytes; None for a file on disk.
        path: The path of the file on disk; None if the bytes are in memory.
    """

    sketch: bytes
    digest: bytes | None
    path: str | Path | None


def fingerprint(file: FileContent) -> Fingerprint:
    """Summarize the bytes of a file, which must not be empty.

    Raises:
        AssetError: The file cannot be read.
    """
    with file.view() as content:
        middle = max(_BLOCK, len(content) // 2)
        last = max(middle + _BLOCK, len(content) - _BLOCK)
        sketch = hashlib.sha256(b"%d " % len(content))
        for begin in (0, middle, last):
            sketch.update(content[begin : begin + _BLOCK])
        digest = None if file.content is None else hashlib.sha256(content).digest()
    return Fingerprint(sketch.digest()[:16], digest, file.path)


@dataclass
class _File:
    """The first of all files with the same bytes.

    Attributes:
        summary: Its fingerprint.
        name: The name of the sample.
        uuid: The uuid of the sample.
        frame: The index of the frame.
        split: The split of the sample.
    """

    summary: Fingerprint
    name: str
    uuid: str | None
    frame: int | None
    split: str | None

    def is_of_sample(self, row: Row) -> bool:
        """Tell whether a row is of the same sample, which `Duplicates` reports."""
        uuid = row.get("uuid")
        return bool(uuid == self.uuid if uuid and self.uuid else row["name"] == self.name)

    def has_bytes(self, summary: Fingerprint) -> bool:
        """Tell whether a file with an equal sketch has the same bytes. A file that disappeared has none."""
        try:
            return _digest(self.summary) == _digest(summary)
        except AssetError:
            return False


def _digest(summary: Fingerprint) -> bytes:
    if summary.digest is not None:
        return summary.digest
    with FileContent(path=summary.path).view() as content:
        return hashlib.sha256(content).digest()


class SameFiles:
    """The fingerprints of the images or point clouds in the rows so far.

    Args:
        fault: The fault of a sample whose file has the same bytes as that of an earlier sample.
        noun: The kind of the files, for messages.
    """

    def __init__(self, fault: Fault, noun: str) -> None:
        self._fault, self._noun = fault, noun
        self._files: dict[bytes, list[_File]] = {}
        self._reported: set[tuple[object, ...]] = set()

    def check(self, row: Row, split: str | None, summary: Fingerprint | None) -> Iterator[Finding]:
        """Find an earlier sample whose file has the same bytes. Two sequences are reported once.

        Args:
            row: The next row.
            split: The split of the row.
            summary: The fingerprint of its file; None if the file cannot be read.
        """
        if summary is None:
            return
        earlier = self._files.setdefault(summary.sketch, [])
        same = next((file for file in earlier if file.has_bytes(summary)), None)
        name, uuid, frame = row["name"], row.get("uuid"), row.get("frame_index")
        if same is None:
            earlier.append(_File(summary, name, uuid, frame, split))
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
