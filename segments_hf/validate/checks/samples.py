"""Names, uuids and statuses of samples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.release import STATUSES
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

UNKNOWN_STATUS = Fault("unknown-status", "warning", "the label is taken for a good one, and no filter is for it")
DUPLICATE_SAMPLE = Fault("duplicate-sample", "error", "it counts twice")
DUPLICATE_NAME = Fault("duplicate-name", "error", "two samples cannot be told apart by their names")
DUPLICATE_UUID = Fault("duplicate-uuid", "error", "it may be one sample under two names, which counts twice")
IN_TWO_SPLITS = Fault("in-two-splits", "error", "a model is tested on what it was trained on")


def unknown_status(row: Row) -> Iterator[Finding]:
    """A status that the platform does not have."""
    is_first = not row.get("frame_index")
    is_readable = row.get("annotations", ()) is not None  # else its status is not known either
    if row["status"] not in STATUSES and is_first and is_readable:
        known = ", ".join(sorted(STATUSES))
        yield UNKNOWN_STATUS.in_sample(row, f"got the status {row['status']!r}, wanted one of {known}")


class _Place(NamedTuple):
    """The place where a sample was first seen."""

    split: str | None
    row: int
    name: str


class Duplicates:
    """The samples so far, to find those that are there again."""

    def __init__(self) -> None:
        self._names = _Seen()
        self._identities = _Seen()

    def look(self, row: Row, split: str | None, number: int) -> Iterator[Finding]:
        """Find an earlier sample with the same name or uuid; reported once for each sample.

        The frames of a sequence are one sample.

        Args:
            row: The next row.
            split: The split that it is in.
            number: Its place in the split, from 0 on.
        """
        here = _Place(split, number, row["name"])
        frame, uuid = row.get("frame_index"), row.get("uuid")
        # Two releases may use one name for other samples, so the name is compared across splits only without a uuid.
        by_name = self._names.earlier((split, row["name"]), frame, here)
        by_identity = self._identities.earlier(uuid or (row["name"],), frame, here)
        if by_identity and by_identity.split != split:
            yield IN_TWO_SPLITS.in_sample(row, f"it is in split {by_identity.split!r} too, as {by_identity.name!r}")
        elif uuid and by_name and by_name == by_identity:
            yield DUPLICATE_SAMPLE.in_sample(row, f"row {by_name.row} has its name and its uuid")
        else:
            if by_name:
                yield DUPLICATE_NAME.in_sample(row, f"row {by_name.row} has its name")
            if uuid and by_identity:
                yield DUPLICATE_UUID.in_sample(row, f"row {by_identity.row}, {by_identity.name!r}, has its uuid")


class _Seen:
    """The place where each key was first seen."""

    def __init__(self) -> None:
        self._first: dict[object, _Place] = {}
        self._frames = Counter[tuple[object, int]]()
        self._told = Counter[object]()
        self._told_splits: set[tuple[object, str | None]] = set()

    def earlier(self, key: object, frame: int | None, here: _Place) -> _Place | None:
        """Return the place of the first sample with a key, if this row is the first of another sample with it."""
        first = self._first.setdefault(key, here)
        if frame is None:
            return None if first is here else first
        self._frames[key, frame] += 1
        is_again = self._frames[key, frame] > max(1, self._told[key])
        if is_again:
            self._told[key] = self._frames[key, frame]
        if first.split != here.split and (key, here.split) not in self._told_splits:
            self._told_splits.add((key, here.split))
            is_again = True
        return first if is_again else None
