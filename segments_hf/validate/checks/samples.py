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
    is_first_row = not row.get("frame_index")
    is_readable = row.get("annotations", ()) is not None  # the status of an unreadable label is not known
    if is_first_row and is_readable:
        known = ", ".join(sorted(STATUSES))
        yield UNKNOWN_STATUS.in_sample(row, f"got the status {row['status']!r}, expected one of {known}")


class Duplicates:
    """Find duplicate samples. Each row takes about 50 bytes of memory, and each frame of a sequence more.

    Args:
        with_row_numbers: Whether findings name earlier rows by their numbers.
    """

    def __init__(self, *, with_row_numbers: bool = True) -> None:
        self._with_row_numbers = with_row_numbers
        self._row_names, self._row_numbers = TextList(), RowNumbers()
        self._prefixes: dict[str | None, str] = {}  # the beginnings of the keys in `_names`, by split
        self._names = _EarlierSamples(self._row_numbers)
        self._identities = _EarlierSamples(self._row_numbers)  # the key is the uuid; the name if there is no uuid

    def check(self, row: Row, split: str | None, number: int) -> Iterable[Finding]:
        """Find an earlier sample with the same name or uuid. Each duplicate is reported once.

        The frames of a sequence are one sample.

        Args:
            row: The next row.
            split: The split of the row.
            number: The index of the row in the split, from 0 on.
        """
        name, frame, uuid = row["name"], row.get("frame_index"), row.get("uuid")
        index = len(self._row_numbers)
        self._row_names.append(str(name))
        self._row_numbers.append(split, number)
        # Splits may come from different releases, which may use the same name for different samples. Thus, names are
        # compared only within a split, except for samples without a uuid.
        prefix = self._prefixes.get(split) or self._prefixes.setdefault(split, f"{split!r} ")
        by_name = self._names.earlier(f"{prefix}{name}", frame, index)
        by_identity = self._identities.earlier(f"uuid {uuid}" if uuid else f"name {name}", frame, index)
        return () if by_name is by_identity is None else self._findings(row, split, by_name, by_identity)

    def _findings(self, row: Row, split: str | None, by_name: int | None, by_identity: int | None) -> Iterator[Finding]:
        """Yield the findings about a row whose name or uuid an earlier row has.

        Args:
            row: The row.
            split: The split of the row.
            by_name: The index of the first row of the split with the same name; None if no earlier sample has it, or if
                the duplicate was reported.
            by_identity: The index of the first row with the same uuid, or with the same name if the row has no uuid;
                None if no earlier sample has it, or if the duplicate was reported.
        """
        uuid = row.get("uuid")
        if by_identity is not None and (first_split := self._row_numbers[by_identity].split) != split:
            message = f"the sample is also in split {first_split!r}, with the name {self._row_names[by_identity]!r}"
            yield IN_TWO_SPLITS.in_sample(row, message)
        elif uuid and by_name is not None and by_name == by_identity:
            yield DUPLICATE_SAMPLE.in_sample(row, f"{self._row_text(by_name)} has the same name and the same uuid")
        else:
            if by_name is not None:
                yield DUPLICATE_NAME.in_sample(row, f"{self._row_text(by_name)} has the same name")
            if uuid and by_identity is not None:
                message = f"{self._row_text(by_identity)}, {self._row_names[by_identity]!r}, has the same uuid"
                yield DUPLICATE_UUID.in_sample(row, message)

    def _row_text(self, index: int) -> str:
        return f"row {self._row_numbers[index].number}" if self._with_row_numbers else "an earlier row"


class _EarlierSamples:
    """Find earlier samples with the same key, such as a name.

    Args:
        row_numbers: The numbers of the rows so far. The number of a row is appended before `earlier` is called for it.
    """

    def __init__(self, row_numbers: RowNumbers) -> None:
        self._row_numbers = row_numbers
        self._first_rows = FirstRows()
        # A key is represented by the index of the first row that has it.
        self._frame_counts = Counter[tuple[int, int]]()  # the number of rows of each key and frame
        self._reported_counts = Counter[int]()  # the largest of these numbers that was reported, by key
        self._reported_splits: set[tuple[int, str | None]] = set()

    def earlier(self, key: str, frame: int | None, index: int) -> int | None:
        """Add the next row. If an earlier sample has the same key, return the index of its first row, else None.

        For the frames of a duplicate sequence, an index is returned only once.

        Args:
            key: The key of the row.
            frame: The index of the frame in its sequence; None if the sample is not a sequence.
            index: The index of the row among all rows.
        """
        first = self._first_rows.add(key)
        if frame is None:
            return None if first == index else first
        split = self._row_numbers[index].split
        self._frame_counts[first, frame] += 1
        is_duplicate = self._frame_counts[first, frame] > max(1, self._reported_counts[first])
        if is_duplicate:
            self._reported_counts[first] = self._frame_counts[first, frame]
        if self._row_numbers[first].split != split and (first, split) not in self._reported_splits:
            self._reported_splits.add((first, split))
            is_duplicate = True
        return first if is_duplicate else None
