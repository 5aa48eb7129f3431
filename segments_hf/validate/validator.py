"""Looks for what is wrong with rows, one after the other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.dataset.rows.row_images import PICTURES
from segments_hf.labels import is_labeled, label_of
from segments_hf.validate.checks import (
    OF_ANY_ROW,
    OF_LABELS,
    Duplicates,
    Modes,
    Tracks,
    look_at_pictures,
    unreadable_parts,
)

if TYPE_CHECKING:
    from segments_hf.dataset.rows.row_maker import Outcome
    from segments_hf.validate.checks.images import Instances
    from segments_hf.validate.finding import Finding


class Examined(NamedTuple):
    """A row that was looked at by itself.

    Attributes:
        outcome: The row, and what is wrong with it.
        findings: What was found.
        instances: The instances of its bitmap, where it has a label with one that can be read.
        mode: The name of the pixel format of its image, where that can be read.
    """

    outcome: Outcome
    findings: list[Finding]
    instances: Instances | None
    mode: str | None


class Validator:
    """Looks at rows, in their order; remembers what it needs to compare them.

    Unlabelled, skipped and rejected rows are not trained on: of their annotations and pixels only what keeps the
    release from being loaded is looked at.

    Args:
        assets: Whether the rows have their pictures, which are then looked at too.
    """

    def __init__(self, *, assets: bool) -> None:
        self._assets = assets
        self._rows = Counter[str | None]()
        self._duplicates = Duplicates()
        self._tracks = Tracks()
        self._modes = Modes()

    @property
    def modes(self) -> dict[str, int]:
        """How many images of the rows so far have each pixel format, most first."""
        return self._modes.counts

    def of_all_rows(self) -> list[Finding]:
        """Return what is wrong with all rows together, after the last one."""
        return list(self._modes.mixtures())

    def look(self, outcome: Outcome) -> list[Finding]:
        """What is wrong with the next row."""
        return self.compare(self.examine(outcome))

    def examine(self, outcome: Outcome) -> Examined:
        """Looks at a row by itself. Several threads may do this at once."""
        findings = list(unreadable_parts(outcome))
        row, instances, mode = outcome.row, None, None
        if row is not None:
            label = label_of(row) if is_labeled(row) else None
            for check in OF_ANY_ROW:
                findings.extend(check(row))
            if label is not None:
                for check_label in OF_LABELS:
                    findings.extend(check_label(row, label))
            if self._assets and "image" in row:
                untold = set(PICTURES) - {problem.column for problem in outcome.losses}
                found, instances, mode = look_at_pictures(row, label, untold)
                findings.extend(found)
        return Examined(outcome, findings, instances, mode)

    def compare(self, examined: Examined) -> list[Finding]:
        """What is wrong with the next row, compared with those before it too."""
        row, split = examined.outcome.row, examined.outcome.split
        number = self._rows[split]
        self._rows[split] += 1
        if row is None:
            return examined.findings
        self._modes.add(row, examined.mode)
        findings = [*examined.findings, *self._duplicates.look(row, split, number)]
        if row.get("frame_index") is not None and is_labeled(row) and "annotations" in row:
            findings.extend(self._tracks.look(row, split))
        return findings
