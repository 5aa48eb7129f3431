"""Check the names, uuids and statuses of samples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.release import STATUSES
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.first_row_of_key import FirstRows
from segments_hf.validate.row_numbers import RowNumbers
from segments_hf.validate.text_list import TextList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

UNKNOWN_STATUS = Fault("unknown-status", "warning", "the label counts as finished, whatever the status means")
DUPLICATE_SAMPLE = Fault("duplicate-sample", "error", "the sample counts twice in training")
DUPLICATE_NAME = Fault("duplicate-name", "error", "names do not identify the samples")
DUPLICATE_UUID = Fault("duplicate-uuid", "error", "two names may belong to one sample, which counts twice in training")
IN_TWO_SPLITS = Fault("in-two-splits", "error", "a model is tested on samples that it was trained on")


def unknown_status(row: Row) -> Iterator[Finding]:
    """Find a status that Segments.ai does not define. A sequence is reported once."""
    if row["status"] in STATUSES:
        return
    is_first = not row.get("frame_index")
    is_readable = row.get("annotations", ()) is not None  # the status of an unreadable label is not known
    if is_first and is_readable:
        known = ", ".join(sorted(STATUSES))
        yield UNKNOWN_STATUS.in_sample(row, f"got the status {row['status']!r}, expected one of {known}")


class Duplicates:
    """The samples of the rows so far, to find duplicates. A row takes about 50 bytes of memory, and a frame more.

    Args:
        has_numbers: Whether the findings give the numbers of rows.
    """

    def __init__(self, *, has_numbers: bool = True) -> None:
        self._has_numbers = has_numbers
        self._row_names, self._places = TextList(), RowNumbers()
        self._prefixes: dict[str | None, str] = {}  # of the keys of names, by split
        self._names, self._identities = _EarlierSamples(self._places), _EarlierSamples(self._places)

    def check(self, row: Row, split: str | None, number: int) -> Iterable[Finding]:
        """Find an earlier sample with the same name or uuid. Each sample is reported once.

        The frames of a sequence are one sample.

        Args:
            row: The next row.
            split: The split of the row.
            number: The index of the row in the split, from 0 on.
        """
        name, frame, uuid = row["name"], row.get("frame_index"), row.get("uuid")
        index = len(self._places)
        self._row_names.append(str(name))
        self._places.append(split, number)
        # Two releases may use the same name for different samples. Names of samples with a uuid are therefore compared
        # only within a split.
        prefix = self._prefixes.get(split) or self._prefixes.setdefault(split, f"{split!r} ")
        by_name = self._names.earlier(f"{prefix}{name}", frame, index)
        by_identity = self._identities.earlier(f"uuid {uuid}" if uuid else f"name {name}", frame, index)
        return () if by_name is by_identity is None else self._findings(row, split, by_name, by_identity)

    def _findings(self, row: Row, split: str | None, by_name: int | None, by_identity: int | None) -> Iterator[Finding]:
        """Yield the findings about a row, of which an earlier row has the name or the uuid.

        Args:
            row: The row.
            split: The split of the row.
            by_name: The first row with the same name, if there is one.
            by_identity: The first row with the same uuid, if there is one.
        """
        uuid = row.get("uuid")
        if by_identity is not None and (first_split := self._places[by_identity].split) != split:
            message = f"the sample is also in split {first_split!r}, with the name {self._row_names[by_identity]!r}"
            yield IN_TWO_SPLITS.in_sample(row, message)
        elif uuid and by_name is not None and by_name == by_identity:
            yield DUPLICATE_SAMPLE.in_sample(row, f"{self._row(by_name)} has the same name and the same uuid")
        else:
            if by_name is not None:
                yield DUPLICATE_NAME.in_sample(row, f"{self._row(by_name)} has the same name")
            if uuid and by_identity is not None:
                message = f"{self._row(by_identity)}, {self._row_names[by_identity]!r}, has the same uuid"
                yield DUPLICATE_UUID.in_sample(row, message)

    def _row(self, first: int) -> str:
        return f"row {self._places[first].number}" if self._has_numbers else "an earlier row"


class _EarlierSamples:
    """The first row with each key, and the splits and frames of the rows with this key.

    Args:
        places: The places of all rows. The place of a row is appended before `earlier` is called for the row.
    """

    def __init__(self, places: RowNumbers) -> None:
        self._places = places
        self._first_rows = FirstRows()
        self._frames = Counter[tuple[int, int]]()
        self._reported = Counter[int]()
        self._reported_splits: set[tuple[int, str | None]] = set()

    def earlier(self, key: str, frame: int | None, row: int) -> int | None:
        """Add the next row. If it begins another sample with its key, return the first row with this key, else None.

        Args:
            key: The key of the row.
            frame: The index of the frame in its sequence; None if the sample is not a sequence.
            row: The index of the row among all rows.
        """
        first = self._first_rows.add(key)
        if frame is None:
            return None if first == row else first
        split = self._places[row].split
        self._frames[first, frame] += 1
        is_duplicate = self._frames[first, frame] > max(1, self._reported[first])
        if is_duplicate:
            self._reported[first] = self._frames[first, frame]
        if self._places[first].split != split and (first, split) not in self._reported_splits:
            self._reported_splits.add((first, split))
            is_duplicate = True
        return first if is_duplicate else None
