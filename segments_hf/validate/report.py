"""The report of `validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segments_hf.io.escaping import for_terminal
from segments_hf.io.number_text import counted
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.option_names import in_interface
from segments_hf.validate.finding import Finding  # noqa: TC001  (msgspec reads the annotations)
from segments_hf.validate.wording import modes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.io.tables import Block

_MAX_SHOWN = 5  # findings of one check
_STYLES = {"error": "bold red", "warning": "yellow"}
_SEVERITIES = ("error", "warning")


class Report(Result, msgspec.Struct, frozen=True):
    """The findings about a release or a dataset.

    Attributes:
        name: What it is called.
        task_type: The task type, such as ``segmentation-bitmap``; None if it is not known.
        assets: Whether the pictures were looked at.
        samples: How many samples were checked.
        rows: How many rows were checked: a sequence has one for each frame.
        unlabeled_share: The share of pixels that are unlabeled, of all bitmaps of labeled rows; None where no
            bitmap was checked.
        modes: How many images have each pixel format, such as ``RGB``, ``L`` or ``16-bit gray``, in descending order;
            empty if the pictures were not checked.
        counts: How many findings each check has, errors first.
        findings: All findings, in the order of the rows; findings about all rows together are last.
    """

    name: str
    task_type: str | None
    assets: bool
    samples: int
    rows: int
    unlabeled_share: float | None
    modes: dict[str, int]
    counts: dict[str, int]
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        """The findings that are errors: a label is lost, wrong or cannot be read."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """The findings that may be meant."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings."""
        return not self.findings

    @property
    def by_check(self) -> dict[str, list[Finding]]:
        """The findings of each check, errors first."""
        return by_check(self.findings)

    @property
    def summary(self) -> str:
        """The number of samples and findings in one line."""
        rows = "" if self.rows == self.samples else f" ({self.rows} frames)"
        looked = "pictures too" if self.assets else "labels only"
        errors, warnings = len(self.errors), len(self.warnings)
        found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if self.findings else "nothing found"
        share = "" if self.unlabeled_share is None else f"; {self.unlabeled_share:.1%} of the pixels are unlabeled"
        modes = f"; images: {modes_text(self.modes)}" if self.modes else ""
        return for_terminal(f"{self.name}: {counted(self.samples, 'sample')}{rows}, {looked}: {found}{share}{modes}")

    def __repr__(self) -> str:
        return short_repr(self, self.name, samples=self.samples, errors=len(self.errors), warnings=len(self.warnings))

    def blocks(self) -> Iterator[Block]:
        """Yield the summary, a table of the checks that found something, and the first findings of each."""
        yield Cell(self.summary)
        if self.is_clean:
            return
        yield _checks_table(self.by_check)
        for check, findings in self.by_check.items():
            yield Cell(check, style=_STYLES[findings[0].severity])
            for finding in findings[:_MAX_SHOWN]:
                yield Cell(f"  {described(finding)}")
            if len(findings) > _MAX_SHOWN:
                complete_list = in_interface("the attribute findings", "--json")
                yield Cell(f"  … {len(findings) - _MAX_SHOWN} more; {complete_list} has all of them")


def _checks_table(groups: dict[str, list[Finding]]) -> Table:
    rows = []
    for check, findings in groups.items():
        first = findings[0]
        rows.append((Cell(first.severity, style=_STYLES[first.severity]), check, len(findings), first.why))
    return Table(("severity", "check", "findings", "why it matters"), rows, numbers=("findings",))


def by_check(findings: list[Finding]) -> dict[str, list[Finding]]:
    """Findings by their check: errors first, then those of which there are most."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    order = sorted(groups.values(), key=lambda group: (_SEVERITIES.index(group[0].severity), -len(group)))
    return {group[0].check: group for group in order}


def described(finding: Finding) -> str:
    """A finding in a line: the sample, and what was found."""
    frame = "" if finding.frame is None else f", frame {finding.frame}"
    return for_terminal(f"{finding.sample}{frame}: {finding.what}")
