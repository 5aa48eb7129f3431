"""Tell what a push will do, before it reads rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments_hf.hub.push_result import left_out_blocks
from segments_hf.io.tables import Cell, Result, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.hub.parts import Source
    from segments_hf.hub.repository import Repository
    from segments_hf.io.tables import Block
    from segments_hf.layouts.row_report import LeftOut


@dataclass(frozen=True)
class PushPlan(Result):
    """What a push will do, as far as it is known before rows are read.

    Attributes:
        target: The repository and branch, and whether the repository is public or private.
        rows: The number of rows of each split, without those that will be left out; None if it is not known.
        left_out: The numbers of rows and objects of each split that will be left out.
    """

    target: str
    rows: Mapping[str, int | None]
    left_out: Mapping[str, LeftOut]

    def blocks(self) -> Iterator[Block]:
        """Yield the repository, the numbers of each split, and the numbers of what will be left out."""
        yield Cell(f"Push to {self.target}")
        rows = [(name, "not known before reading" if rows is None else rows) for name, rows in self.rows.items()]
        yield Table(("split", "rows"), rows, ("rows",))
        yield from left_out_blocks(self.left_out, "To be left out")


def plan_push(source: Source, repository: Repository) -> PushPlan:
    """Return what the push of a source to a repository will do."""
    left_out = {part.name: part.expected_left_out() for part in source.parts}
    rows = {
        part.name: None
        if part.length is None
        else part.length - (sum(left_out[part.name].rows.values()) if part.is_reported else 0)
        for part in source.parts
    }
    branch = f", branch {repository.revision}" if repository.revision else ""
    how = ", as a pull request" if repository.create_pr else ""
    return PushPlan(f"{repository.url} ({repository.visibility}){branch}{how}", rows, left_out)
