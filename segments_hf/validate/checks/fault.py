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
        effect: The effect of the fault on datasets and training.
    """

    name: str
    severity: Severity
    effect: str

    def in_row(self, row: Row, message: str) -> Finding:
        """Return the finding that a row has this fault.

        Args:
            row: The row.
            message: The fault, with the values from the row.
        """
        return self.finding(row["name"], row.get("uuid"), row.get("frame_index"), message)

    def in_sample(self, row: Row, message: str) -> Finding:
        """Return the finding that the sample of a row has this fault, not only one frame of it.

        Args:
            row: The row.
            message: The fault, with the values from the row.
        """
        return self.finding(row["name"], row.get("uuid"), None, message)

    def finding(self, sample: str, uuid: str | None, frame: int | None, message: str) -> Finding:
        """Return a finding of this fault. The arguments are attributes of `Finding`."""
        return Finding(self.name, self.severity, sample, uuid, frame, message, self.effect)
