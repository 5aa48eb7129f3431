"""Looks for what is wrong with rows, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.look.finding import Finding

if TYPE_CHECKING:
    from segments_hf.dataset.rows import Outcome
    from segments_hf.look.source import Source


class Validator:
    """Looks at the rows of a source, in their order; remembers what it needs to compare them.

    Args:
        source: Where the rows are from.
        assets: Whether the rows have their pictures, which are then looked at too.
    """

    def __init__(self, source: Source, *, assets: bool) -> None:
        self._source = source
        self._assets = assets

    def look(self, outcome: Outcome) -> list[Finding]:
        """What is wrong with the next row."""
        return [
            Finding("unreadable", "error", problem.sample, problem.uuid, None, problem.reason, "it cannot be used")
            for problem in outcome.problems
        ]
