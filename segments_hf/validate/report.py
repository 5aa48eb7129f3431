"""The report of `validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segments_hf.io.escaping import for_terminal
from segments_hf.io.number_text import counted, listed_counts
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.option_names import in_interface
from segments_hf.validate.finding import Finding  # noqa: TC001  (msgspec reads the annotations)
from segments_hf.validate.wording import checked_parts, formats_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.io.tables import Block

_MAX_SHOWN = 5  # the maximum number of findings of one check that `print` shows
_STYLES = {"error": "bold red", "warning": "yellow"}
_SEVERITIES = ("error", "warning")


class Report(Result, msgspec.Struct, frozen=True):
    """The findings about a release or a dataset.

    Attributes:
        name: The name of the release or the dataset.
        task_type: The task type, such as ``segmentation-bitmap``; None if it is not known.
        assets: Whether the images and bitmaps, or the point clouds, were checked.
        samples: The number of samples that were checked.
        rows: The number of rows that were checked. A sequence has one row for each frame.
        unlabeled_share: The share of unlabeled pixels in all bitmaps of labeled rows, from 0 to 1; None if no bitmap
            was checked.
        pixel_formats: The number of images with each pixel format, such as ``RGB``, ``L`` or ``16-bit gray``, the most
            frequent format first; empty if no images were checked.
        counts: The number of findings of each check, errors first.
        findings: All findings: first those that were found when a row was checked, in the order of the rows; then those
            about categories, about frames that were compared with each other, and about the images of all rows.
        not_checked: The number of annotations and files whose geometry or content was not checked, by kind, such as
            ``{"text span": 120}``; empty for images and point clouds. For other tasks, only names, uuids, statuses,
            categories, ids and tracks are checked.
        cameras: Whether the images of the cameras of point clouds were checked too.
    """

    name: str
    task_type: str | None
    assets: bool
    samples: int
    rows: int
    unlabeled_share: float | None
    pixel_formats: dict[str, int]
    counts: dict[str, int]
    findings: list[Finding]
    not_checked: dict[str, int] = {}
    cameras: bool = False

    @property
    def errors(self) -> list[Finding]:
        """The findings with severity ``error``: data is lost, wrong or unreadable."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """The findings with severity ``warning``: the data is unusual but may be correct."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings and `not_checked` is empty."""
        return not self.findings and not self.not_checked

    @property
    def by_check(self) -> dict[str, list[Finding]]:
        """The findings of each check, errors first."""
        return by_check(self.findings)

    @property
    def summary(self) -> str:
        """One line with the number of samples, their checked parts, the number of findings, and facts about pixels."""
        rows = "" if self.rows == self.samples else f" ({self.rows} frames)"
        checked = checked_parts(self.task_type, cameras=self.cameras) if self.assets else "only labels checked"
        if self.not_checked:
            checked = "only names, uuids, statuses, categories, ids and tracks checked"
        errors, warnings = len(self.errors), len(self.warnings)
        found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if self.findings else "no findings"
        if self.not_checked:
            found = f"{found}; not checked: {listed_counts(self.not_checked)}"
        share = "" if self.unlabeled_share is None else f"; {self.unlabeled_share:.1%} of the pixels are unlabeled"
        formats = f"; pixel formats of the images: {formats_text(self.pixel_formats)}" if self.pixel_formats else ""
        return for_terminal(f"{self.name}: {counted(self.samples, 'sample')}{rows}; {checked}; {found}{share}{formats}")

    def __repr__(self) -> str:
        return short_repr(self, self.name, samples=self.samples, errors=len(self.errors), warnings=len(self.warnings))

    def blocks(self) -> Iterator[Block]:
        """Yield the summary, a table of the checks that have findings, and the first findings of each check."""
        yield Cell(self.summary)
        if not self.findings:
            return
        yield _checks_table(self.by_check)
        for check, findings in self.by_check.items():
            yield Cell(check, style=_STYLES[findings[0].severity])
            for finding in findings[:_MAX_SHOWN]:
                yield Cell(f"  {described(finding)}")
            if len(findings) > _MAX_SHOWN:
                complete_list = in_interface("the attribute findings", "--json")
                yield Cell(f"  … {len(findings) - _MAX_SHOWN} more; {complete_list} lists all findings")


def _checks_table(groups: dict[str, list[Finding]]) -> Table:
    rows = []
    for check, findings in groups.items():
        severity, effect = findings[0].severity, findings[0].effect
        rows.append((Cell(severity, style=_STYLES[severity]), check, len(findings), effect))
    return Table(("severity", "check", "findings", "effect"), rows, number_columns=("findings",))


def by_check(findings: list[Finding]) -> dict[str, list[Finding]]:
    """Group findings by check: errors before warnings; within a severity, the checks with the most findings first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    order = sorted(groups.values(), key=lambda group: (_SEVERITIES.index(group[0].severity), -len(group)))
    return {group[0].check: group for group in order}


def described(finding: Finding) -> str:
    """Return a finding as one line: the sample, the frame and the message."""
    frame = "" if finding.frame is None else f", frame {finding.frame}"
    return for_terminal(f"{finding.sample}{frame}: {finding.message}")
