"""Check that all frames of a sequence have a label and annotations, if some of its frames have annotations."""

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

NO_LABEL = Fault(
    "frames-without-label",
    "warning",
    "the status of these frames is UNLABELED, so layouts and exports leave them out",
)
NO_ANNOTATIONS = Fault(
    "frames-without-annotations",
    "warning",
    "the frames count as labeled frames without objects; if they show objects, a model learns to miss objects",
)


@dataclass
class _Sequence:
    """The frames of a sequence so far.

    Attributes:
        row: The name and the uuid of the sample.
        num_with_annotations: The number of frames with annotations.
        without_annotations: The indices of the labeled frames without annotations.
        without_label: The indices of the frames without a label.
    """

    row: Row
    num_with_annotations: int = 0
    without_annotations: set[int] = field(default_factory=set)
    without_label: set[int] = field(default_factory=set)


class Frames:
    """Find sequences in which some frames have annotations, and others have no annotations or no label."""

    def __init__(self) -> None:
        self._sequences: dict[tuple[str | None, Any], _Sequence] = {}

    def add(self, row: Row, split: str | None) -> None:
        """Count a row if it is a frame, unless its label was skipped or rejected, or could not be read.

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
            sequence.num_with_annotations += 1
        elif row.get("status") == UNLABELED:
            sequence.without_label.add(frame)
        else:
            sequence.without_annotations.add(frame)

    def find_partly_labeled(self) -> Iterator[Finding]:
        """Yield at most two findings for each sequence with annotations in some frames.

        One finding is about the frames without a label, the other about the labeled frames without annotations.
        """
        for sequence in self._sequences.values():
            if not sequence.num_with_annotations:
                continue
            total = sequence.num_with_annotations + len(sequence.without_annotations) + len(sequence.without_label)
            if frames := sequence.without_label:
                message = f"{len(frames)} of {total} frames have no label: {ranges(frames)}"
                yield NO_LABEL.in_sample(sequence.row, message)
            if frames := sequence.without_annotations:
                message = f"{len(frames)} of {total} frames have no annotation: {ranges(frames)}"
                yield NO_ANNOTATIONS.in_sample(sequence.row, message)
