"""A kind of fault: its name, severity and effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments_hf.validate.finding import Finding, Severity

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


@dataclass(frozen=True)
class Fault:
    """A kind of fault that a check finds.

    Attributes:
        name: The name of the check, such as ``duplicate-name``.
        severity: ``error`` if a label is lost, wrong or unreadable; ``warning`` if the data is unusual but
            may be correct.
        why: The effect of the fault on datasets and training.
    """

    name: str
    severity: Severity
    why: str

    def in_row(self, row: Row, what: str) -> Finding:
        """Return the finding that a row has this fault.

        Args:
            row: The row.
            what: The fault, with the values from the row.
        """
        return self.found(row["name"], row.get("uuid"), row.get("frame_index"), what)

    def in_sample(self, row: Row, what: str) -> Finding:
        """Return the finding that the sample of a row has this fault, not only one frame of it.

        Args:
            row: The row.
            what: The fault, with the values from the row.
        """
        return self.found(row["name"], row.get("uuid"), None, what)

    def found(self, sample: str, uuid: str | None, frame: int | None, what: str) -> Finding:
        """Return a finding of this fault. The arguments are attributes of `Finding`."""
        return Finding(self.name, self.severity, sample, uuid, frame, what, self.why)
