"""Run the checks on rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.dataset.rows.row_images import ASSET_COLUMNS
from segments_hf.labels import is_labeled, label_of
from segments_hf.validate.checks import (
    LABEL_CHECKS,
    ROW_CHECKS,
    Duplicates,
    Modes,
    Tracks,
    check_images,
    unreadable_parts,
)

if TYPE_CHECKING:
    from segments_hf.dataset.rows.row_maker import Outcome
    from segments_hf.validate.checks.images import Instances
    from segments_hf.validate.finding import Finding


class Examined(NamedTuple):
    """A row that was checked by itself, without comparison with other rows.

    Attributes:
        outcome: The row and the problems that occurred when it was made.
        findings: The findings.
        instances: The instances of the bitmap; None if the row has no label with a readable bitmap.
        mode: The name of the image's pixel format; None if it cannot be read.
    """

    outcome: Outcome
    findings: list[Finding]
    instances: Instances | None
    mode: str | None


class Validator:
    """The checks of `validate`, and the state for the comparison of rows.

    Unlabeled, skipped and rejected rows are not used for training. Of the faults in their annotations and pixels, only
    those that prevent loading are found.

    Args:
        assets: Whether the rows have images and bitmaps, which are then checked too.
        has_all_rows: Whether no rows are left out between the first and the last row of each split. If rows are left
            out, the findings give no row numbers.
    """

    def __init__(self, *, assets: bool, has_all_rows: bool = True) -> None:
        self._assets = assets
        self._rows = Counter[str | None]()
        self._duplicates = Duplicates(has_numbers=has_all_rows)
        self._tracks = Tracks()
        self._modes = Modes()

    @property
    def modes(self) -> dict[str, int]:
        """The number of images with each pixel format so far, in descending order."""
        return self._modes.counts

    def compare_all(self) -> list[Finding]:
        """Return the findings about all rows together. Call this method after the last row."""
        return list(self._modes.find_mixture())

    def check(self, outcome: Outcome) -> list[Finding]:
        """Return the findings about the next row."""
        return self.compare(self.examine(outcome))

    def examine(self, outcome: Outcome) -> Examined:
        """Check a row by itself. This method is safe to call from several threads."""
        findings = list(unreadable_parts(outcome))
        row, instances, mode = outcome.row, None, None
        if row is not None:
            label = label_of(row) if is_labeled(row) else None
            for check in ROW_CHECKS:
                findings.extend(check(row))
            if label is not None:
                for check_label in LABEL_CHECKS:
                    findings.extend(check_label(row, label))
            if self._assets and "image" in row:
                unreported = set(ASSET_COLUMNS) - {problem.column for problem in outcome.losses}
                found, instances, mode = check_images(row, label, unreported)
                findings.extend(found)
        return Examined(outcome, findings, instances, mode)

    def compare(self, examined: Examined) -> list[Finding]:
        """Return the findings about the next row, by itself and compared with the rows before it."""
        row, split = examined.outcome.row, examined.outcome.split
        number = self._rows[split]
        self._rows[split] += 1
        if row is None:
            return examined.findings
        self._modes.add(row, examined.mode)
        findings = [*examined.findings, *self._duplicates.check(row, split, number)]
        if row.get("frame_index") is not None and is_labeled(row) and "annotations" in row:
            findings.extend(self._tracks.check(row, split))
        return findings
