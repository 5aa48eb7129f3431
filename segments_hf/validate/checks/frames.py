"""Check that the frames of a sequence have labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segments_hf.labels import is_labeled
from segments_hf.release import UNLABELED
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

NO_ANNOTATIONS = Fault(
    "frames-without-label",
    "warning",
    "the frames count as labeled frames without objects; if they were not labeled, a model learns to miss objects",
)


@dataclass
class _Sequence:
    """The frames of a sequence so far.

    Attributes:
        row: The name and the uuid of the sample.
        labeled: The number of frames with annotations.
        empty: The indices of the frames without annotations.
    """

    row: Row
    labeled: int = 0
    empty: set[int] = field(default_factory=set)


class Frames:
    """The frames with and without annotations of each sequence in the rows so far."""

    def __init__(self) -> None:
        self._sequences: dict[tuple[str | None, Any], _Sequence] = {}

    def add(self, row: Row, split: str | None) -> None:
        """Count a row if it is a frame whose label was neither skipped nor rejected.

        Args:
            row: The row.
            split: The split of the row.
        """
        frame = row.get("frame_index")
        if frame is None or not (is_labeled(row) or row.get("status") == UNLABELED):
            return
        name, uuid = row["name"], row.get("uuid")
        sequence = self._sequences.setdefault((split, uuid or name), _Sequence({"name": name, "uuid": uuid}))
        if row.get("annotations"):
            sequence.labeled += 1
        else:
            sequence.empty.add(frame)

    def find_gaps(self) -> Iterator[Finding]:
        """Yield a finding for each sequence in which some frames have annotations and others have none."""
        for sequence in self._sequences.values():
            if sequence.labeled and sequence.empty:
                total = sequence.labeled + len(sequence.empty)
                message = f"{len(sequence.empty)} of {total} frames have no annotation: {ranges(sequence.empty)}"
                yield NO_ANNOTATIONS.in_sample(sequence.row, message)
