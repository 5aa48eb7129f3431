"""A kind of fault: its name, how bad it is, and why it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from segments_hf.look.finding import Finding, Severity

Row = Mapping[str, Any]

_SHOWN = 5


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
        return Finding(self.name, self.severity, row["name"], row["uuid"], row.get("frame_index"), what, self.why)


def listed(items: Iterable[object]) -> str:
    """The first of some things, and how many there are where that is not all.

    >>> listed([3, 8]), listed(range(100))
    ('3, 8', '0, 1, 2, 3, 4, … (100 in all)')
    """
    texts = list(map(str, items))
    shown = ", ".join(texts[:_SHOWN])
    return shown if len(texts) <= _SHOWN else f"{shown}, … ({len(texts)} in all)"
