"""Describe what a push will do, before it reads rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.hub.push_result import left_out_blocks, named_splits
from segments_hf.io.tables import Cell, Result, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.source_splits import Source, SourceSplit
    from segments_hf.io.tables import Block
    from segments_hf.layouts.row_report import LeftOut


class PlannedSplit(NamedTuple):
    """The numbers of rows and objects of a split that are known before its rows are read.

    Attributes:
        rows: The number of rows, without those that will be left out; None if it is not known.
        left_out: The numbers of rows and objects that will be left out.
    """

    rows: int | None
    left_out: LeftOut


@dataclass(frozen=True)
class PushPlan(Result):
    """What a push will do, as far as it is known before rows are read.

    Attributes:
        target: The repository and branch, and whether the repository is public or private.
        configs: For each configuration by its name, the splits by name.
    """

    target: str
    configs: Mapping[str, Mapping[str, PlannedSplit]]

    def blocks(self) -> Iterator[Block]:
        """Yield the repository, the number of rows of each split, and a table of what will be left out."""
        yield Cell(f"Push to {self.target}")
        header, named = named_splits(self.configs)
        rows = [(*names, "not known before reading" if split.rows is None else split.rows) for names, split in named]
        yield Table((*header, "rows"), rows, ("rows",))
        yield from left_out_blocks(header, [(names, split.left_out) for names, split in named], "To be left out")


def plan_push(sources: Mapping[str, Source], repository: Repository) -> PushPlan:
    """Return what a push to a repository will do.

    Args:
        sources: The data of each configuration by its name.
        repository: The repository.
    """
    configs = {
        config_name: {split.name: _planned(split) for split in source.splits} for config_name, source in sources.items()
    }
    branch = f", branch {repository.revision}" if repository.revision else ""
    pull_request = ", as a pull request" if repository.create_pr else ""
    return PushPlan(f"{repository.url} ({repository.visibility}){branch}{pull_request}", configs)


def _planned(split: SourceSplit) -> PlannedSplit:
    left_out, length = split.expected_left_out(), split.length
    if length is not None and split.is_reported:
        length -= sum(left_out.rows.values())
    return PlannedSplit(length, left_out)
