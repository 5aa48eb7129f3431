"""A fault that a check finds: its name, severity and effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments_hf.validate.finding import Finding, Severity

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


@dataclass(frozen=True)
class Fault:
    """A fault that a check finds.

    Attributes:
        name: The name of the check, such as ``duplicate-name``.
        severity: ``error`` if data is lost, wrong or unreadable; ``warning`` if the data is unusual but may be correct.
        effect: The effect of the fault on datasets and training.
    """

    name: str
    severity: Severity
    effect: str

    def in_row(self, row: Row, message: str) -> Finding:
        """Return a finding about one row: an image, a point cloud, or one frame of a sequence.

        Args:
            row: The row.
            message: A description of the fault, with the values in the row.
        """
        return self.finding(row["name"], row.get("uuid"), row.get("frame_index"), message)

    def in_sample(self, row: Row, message: str) -> Finding:
        """Return a finding about the whole sample that a row belongs to.

        Args:
            row: The row.
            message: A description of the fault, with the values in the row.
        """
        return self.finding(row["name"], row.get("uuid"), None, message)

    def finding(self, sample: str, uuid: str | None, frame: int | None, message: str) -> Finding:
        """Return a finding of this fault. The parameters are attributes of `Finding`."""
        return Finding(self.name, self.severity, sample, uuid, frame, message, self.effect)
