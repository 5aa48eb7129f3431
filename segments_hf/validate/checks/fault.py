"""A kind of fault: its name, how bad it is, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments_hf.validate.finding import Finding, Severity

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


@dataclass(frozen=True)
class Fault:
    """Something that a check looks for.

    Attributes:
        name: The name of the check, such as ``duplicate-name``.
        severity: ``error`` where a label is lost, wrong or cannot be read; ``warning`` where it may be meant.
        why: Why it matters.
    """

    name: str
    severity: Severity
    why: str

    def in_row(self, row: Row, what: str) -> Finding:
        """The finding that a row has this fault.

        Args:
            row: The row.
            what: What was found.
        """
        return self.found(row["name"], row.get("uuid"), row.get("frame_index"), what)

    def in_sample(self, row: Row, what: str) -> Finding:
        """The finding that a row's sample has this fault; in a sequence it is not of the frame.

        Args:
            row: The row.
            what: What was found.
        """
        return self.found(row["name"], row.get("uuid"), None, what)

    def found(self, sample: str, uuid: str | None, frame: int | None, what: str) -> Finding:
        """The finding of this fault, by the attributes of `Finding`."""
        return Finding(self.name, self.severity, sample, uuid, frame, what, self.why)
