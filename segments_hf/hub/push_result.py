"""The result of a push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from segments_hf.hub.card.card_section import loading_code
from segments_hf.hub.card.card_tables import rounded_size
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from huggingface_hub import CommitInfo

    from segments_hf.io.tables import Block

T = TypeVar("T")


class PushedSplit(NamedTuple):
    """The numbers of one pushed split.

    Attributes:
        rows: The number of rows.
        size: The size of the files in bytes.
        left_out: The numbers of rows and objects that were left out, by reason.
    """

    rows: int
    size: int
    left_out: LeftOut

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as a dict that `json.dumps` accepts."""
        return {"rows": self.rows, "size": self.size, "left_out": _as_dict(self.left_out)}


@dataclass(frozen=True, repr=False)
class PushResult(Result):
    """The result of a push.

    Attributes:
        commit: The commit, or the merge commit of a large push. If the push leaves a pull request open, this is the
            last commit of the pull request; if the push changes nothing, the last commit of the branch.
        url: The page of the dataset on the Hub.
        repo_id: The repository: ``owner/name``.
        configs: For each configuration by its name, the pushed splits by name. There are several configurations if
            several sensors of a release were pushed.
        revision: The branch, or the git reference of a pull request that is left open; None for ``main``.
        uploaded_bytes: The number of bytes of shards that were uploaded.
        skipped_bytes: The number of bytes of shards that the Hub had already.
    """

    commit: CommitInfo
    url: str
    repo_id: str
    configs: Mapping[str, Mapping[str, PushedSplit]]
    revision: str | None
    uploaded_bytes: int
    skipped_bytes: int

    def __repr__(self) -> str:
        rows = sum(split.rows for split in self.splits.values())
        return short_repr(self, self.url, rows=rows, uploaded_bytes=self.uploaded_bytes)

    @property
    def config_name(self) -> str:
        """The name of the configuration; the first name if there are several."""
        return next(iter(self.configs))

    @property
    def splits(self) -> dict[str, PushedSplit]:
        """The pushed splits by name. The numbers of a split are sums over all configurations."""
        sums: dict[str, PushedSplit] = {}
        for splits in self.configs.values():
            for name, split in splits.items():
                before = sums.get(name, PushedSplit(0, 0, LeftOut()))
                left_out = LeftOut()
                left_out.add(before.left_out)
                left_out.add(split.left_out)
                sums[name] = PushedSplit(before.rows + split.rows, before.size + split.size, left_out)
        return sums

    @property
    def left_out(self) -> LeftOut:
        """The numbers of rows and objects that were left out of all splits, by reason."""
        sums = LeftOut()
        for split in self.splits.values():
            sums.add(split.left_out)
        return sums

    @property
    def page(self) -> str:
        """The URL of the pull request that the push left open; without one, the URL of the dataset."""
        return self.commit.pr_url or self.url

    def blocks(self) -> Iterator[Block]:
        """Yield the URL, the numbers of each split, the numbers of bytes, and code that loads each configuration."""
        yield Cell(self.page, style="bold")
        header, named = named_splits(self.configs)
        rows: list[Sequence[str | int]] = [(*names, split.rows, rounded_size(split.size)) for names, split in named]
        yield Table((*header, "rows", "size"), rows, ("rows", "size"))
        yield from left_out_blocks(header, [(names, split.left_out) for names, split in named], "Left out")
        skipped = f"; the Hub already had {rounded_size(self.skipped_bytes)}" if self.skipped_bytes else ""
        yield Cell(f"Uploaded {rounded_size(self.uploaded_bytes)}{skipped}.")
        yield Cell("Load the dataset in Python:")
        for number, (config_name, splits) in enumerate(self.configs.items()):
            import_line, call_line = loading_code(self.repo_id, config_name, next(iter(splits)), self.revision)
            if number == 0:
                yield Cell(f"  {import_line}")
            yield Cell(f"  {call_line}")

    def to_dict(self) -> dict[str, Any]:
        """Return the URLs and numbers as a dict that `json.dumps` accepts."""
        return {
            "url": self.url,
            "repo_id": self.repo_id,
            "config_name": self.config_name,
            "revision": self.revision,
            "commit": self.commit.oid,
            "commit_url": self.commit.commit_url,
            "pr_url": self.commit.pr_url,
            "splits": {name: split.to_dict() for name, split in self.splits.items()},
            "configs": {
                config_name: {name: split.to_dict() for name, split in splits.items()}
                for config_name, splits in self.configs.items()
            },
            "left_out": _as_dict(self.left_out),
            "uploaded_bytes": self.uploaded_bytes,
            "skipped_bytes": self.skipped_bytes,
        }


def named_splits(configs: Mapping[str, Mapping[str, T]]) -> tuple[tuple[str, ...], list[tuple[tuple[str, ...], T]]]:
    """Return the splits of all configurations for a table.

    Args:
        configs: For each configuration by its name, the splits by name.

    Returns:
        The headers of the columns with the names, and for each split its names and its value. If there is only one
        configuration, the column with its name is left out.
    """
    start = 1 if len(configs) == 1 else 0
    named = [((config, name)[start:], split) for config, splits in configs.items() for name, split in splits.items()]
    return ("configuration", "split")[start:], named


def left_out_blocks(
    header: Sequence[str], by_split: Iterable[tuple[tuple[str, ...], LeftOut]], title: str
) -> Iterator[Block]:
    """Yield a table of the rows and objects left out of each split; yield no table if nothing was left out.

    Args:
        header: The headers of the columns with the names, as from `named_splits`.
        by_split: The names and the numbers of each split.
        title: The title of the table.
    """
    rows: list[Sequence[str | int]] = [
        (*names, kind, reason, count)
        for names, left_out in by_split
        for kind, counts in (("rows", left_out.rows), ("objects", left_out.objects))
        for reason, count in sorted(counts.items())
    ]
    if rows:
        yield Table((*header, "what", "reason", "number"), rows, ("number",), title)


def _as_dict(left_out: LeftOut) -> dict[str, dict[str, int]]:
    return {"rows": left_out.rows, "objects": left_out.objects}
