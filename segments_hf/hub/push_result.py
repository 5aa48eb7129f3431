"""The result of a push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.hub.card.card_section import loading_code
from segments_hf.hub.card.card_tables import size_text
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from huggingface_hub import CommitInfo

    from segments_hf.io.tables import Block


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


@dataclass(frozen=True, repr=False)
class PushResult(Result):
    """The result of a push.

    Attributes:
        commit: The commit, or the merge commit of a large push; the last commit of a pull request that is left open.
        url: The page of the dataset on the Hub.
        repo_id: The repository: ``owner/name``.
        config_name: The name of the configuration.
        revision: The branch or the pull request; None for ``main``.
        splits: The pushed splits by name.
        uploaded_bytes: The number of bytes of shards that were uploaded.
        skipped_bytes: The number of bytes of shards that the Hub had already.
    """

    commit: CommitInfo
    url: str
    repo_id: str
    config_name: str
    revision: str | None
    splits: Mapping[str, PushedSplit]
    uploaded_bytes: int
    skipped_bytes: int

    def __repr__(self) -> str:
        rows = sum(split.rows for split in self.splits.values())
        return short_repr(self, self.url, rows=rows, uploaded_bytes=self.uploaded_bytes)

    @property
    def left_out(self) -> LeftOut:
        """The numbers of rows and objects that were left out of all splits, by reason."""
        whole = LeftOut()
        for split in self.splits.values():
            whole.add(split.left_out)
        return whole

    @property
    def page(self) -> str:
        """The URL of the pull request if there is one, else that of the dataset."""
        return self.commit.pr_url or self.url

    def blocks(self) -> Iterator[Block]:
        """Yield the URL, the rows and size of each split, the numbers left out, and the code that loads a split."""
        yield Cell(self.page, style="bold")
        rows = [(name, split.rows, size_text(split.size)) for name, split in self.splits.items()]
        yield Table(("split", "rows", "size"), rows, ("rows", "size"))
        yield from left_out_blocks({name: split.left_out for name, split in self.splits.items()}, "Left out")
        skipped = f"; the Hub already had {size_text(self.skipped_bytes)}" if self.skipped_bytes else ""
        yield Cell(f"Uploaded {size_text(self.uploaded_bytes)}{skipped}.")
        yield Cell("Load the dataset in Python:")
        for line in loading_code(self.repo_id, self.config_name, next(iter(self.splits)), self.revision):
            yield Cell(f"  {line}")

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
            "splits": {
                name: {"rows": split.rows, "size": split.size, "left_out": _as_dict(split.left_out)}
                for name, split in self.splits.items()
            },
            "left_out": _as_dict(self.left_out),
            "uploaded_bytes": self.uploaded_bytes,
            "skipped_bytes": self.skipped_bytes,
        }


def left_out_blocks(by_split: Mapping[str, LeftOut], title: str) -> Iterator[Block]:
    """Yield a table of the rows and objects left out of each split; yield no table if nothing was left out.

    Args:
        by_split: The numbers of each split.
        title: The title of the table.
    """
    rows = [
        (name, kind, reason, count)
        for name, left_out in by_split.items()
        for kind, counts in (("rows", left_out.rows), ("objects", left_out.objects))
        for reason, count in sorted(counts.items())
    ]
    if rows:
        yield Table(("split", "what", "reason", "number"), rows, ("number",), title)


def _as_dict(left_out: LeftOut) -> dict[str, dict[str, int]]:
    return {"rows": left_out.rows, "objects": left_out.objects}
