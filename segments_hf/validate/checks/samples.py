"""Check the names, uuids and statuses of samples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.release import STATUSES
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

UNKNOWN_STATUS = Fault("unknown-status", "warning", "the label counts as finished, whatever the status means")
DUPLICATE_SAMPLE = Fault("duplicate-sample", "error", "the sample counts twice in training")
DUPLICATE_NAME = Fault("duplicate-name", "error", "names do not identify the samples")
DUPLICATE_UUID = Fault("duplicate-uuid", "error", "two names may belong to one sample, which counts twice in training")
IN_TWO_SPLITS = Fault("in-two-splits", "error", "a model is tested on samples that it was trained on")


def unknown_status(row: Row) -> Iterator[Finding]:
    """Find a status that Segments.ai does not define. A sequence is reported once."""
    is_first = not row.get("frame_index")
    is_readable = row.get("annotations", ()) is not None  # the status of an unreadable label is not known
    if row["status"] not in STATUSES and is_first and is_readable:
        known = ", ".join(sorted(STATUSES))
        yield UNKNOWN_STATUS.in_sample(row, f"got the status {row['status']!r}, expected one of {known}")


class _Position(NamedTuple):
    """The position of the first row of a sample."""

    split: str | None
    row: int
    name: str


class Duplicates:
    """The samples of the rows so far, to find duplicates.

    Args:
        has_numbers: Whether the findings give the numbers of rows.
    """

    def __init__(self, *, has_numbers: bool = True) -> None:
        self._has_numbers = has_numbers
        self._names = _Seen()
        self._identities = _Seen()

    def check(self, row: Row, split: str | None, number: int) -> Iterator[Finding]:
        """Find an earlier sample with the same name or uuid. Each sample is reported once.

        The frames of a sequence are one sample.

        Args:
            row: The next row.
            split: The split of the row.
            number: The index of the row in the split, from 0 on.
        """
        here = _Position(split, number, row["name"])
        frame, uuid = row.get("frame_index"), row.get("uuid")
        # Two releases may use the same name for different samples. Names of samples with a uuid are therefore compared
        # only within a split.
        by_name = self._names.earlier((split, row["name"]), frame, here)
        by_identity = self._identities.earlier(uuid or (row["name"],), frame, here)
        if by_identity and by_identity.split != split:
            message = f"the sample is also in split {by_identity.split!r}, with the name {by_identity.name!r}"
            yield IN_TWO_SPLITS.in_sample(row, message)
        elif uuid and by_name and by_name == by_identity:
            yield DUPLICATE_SAMPLE.in_sample(row, f"{self._row(by_name)} has the same name and the same uuid")
        else:
            if by_name:
                yield DUPLICATE_NAME.in_sample(row, f"{self._row(by_name)} has the same name")
            if uuid and by_identity:
                message = f"{self._row(by_identity)}, {by_identity.name!r}, has the same uuid"
                yield DUPLICATE_UUID.in_sample(row, message)

    def _row(self, position: _Position) -> str:
        return f"row {position.row}" if self._has_numbers else "an earlier row"


class _Seen:
    """The position of the first row with each key."""

    def __init__(self) -> None:
        self._first: dict[object, _Position] = {}
        self._frames = Counter[tuple[object, int]]()
        self._reported = Counter[object]()
        self._reported_splits: set[tuple[object, str | None]] = set()

    def earlier(self, key: object, frame: int | None, here: _Position) -> _Position | None:
        """Return the position of the first sample with a key if this row begins another sample with it, else None."""
        first = self._first.setdefault(key, here)
        if frame is None:
            return None if first is here else first
        self._frames[key, frame] += 1
        is_duplicate = self._frames[key, frame] > max(1, self._reported[key])
        if is_duplicate:
            self._reported[key] = self._frames[key, frame]
        if first.split != here.split and (key, here.split) not in self._reported_splits:
            self._reported_splits.add((key, here.split))
            is_duplicate = True
        return first if is_duplicate else None
