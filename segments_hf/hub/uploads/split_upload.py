"""Upload one split to the Hub, and show the progress."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, Protocol

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.rows.problems import report
from segments_hf.errors import OptionError
from segments_hf.hub.card.row_counts import Tally, total
from segments_hf.io.number_text import counted
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.source_splits import SourceSplit
    from segments_hf.hub.uploads.journal import UploadedShard
    from segments_hf.hub.uploads.shard_upload import Progress


class Target(NamedTuple):
    """The destination of the shards of a configuration, and the options of their upload.

    Attributes:
        repository: The repository.
        folder: The folder for the journals of the configuration.
        max_bytes: The largest size of a shard.
        on_error: What to do with a row of a dataset whose image, bitmap or point cloud cannot be read: ``raise``,
            ``skip`` the row, or ``keep`` the row with null.
        sensor: The name of the sensor whose rows are pushed, for messages; None if the data have no sensors.
    """

    repository: Repository
    folder: Path
    max_bytes: int
    on_error: str
    sensor: str | None = None

    def title(self, split: str) -> str:
        """Return the name of a split for messages, with the sensor if there is one."""
        return split if self.sensor is None else f"{split} of sensor {self.sensor}"


class Uploader(Protocol):
    """The interface of objects that upload shards: with processes of this machine, or with the nodes of a cluster."""

    def division(self, splits: Sequence[SourceSplit]) -> object:
        """Return a value that identifies how the rows are divided into slices.

        A push resumes an interrupted push only if the value is the same, because the shards of a slice depend on it.
        """

    def upload(self, split: SourceSplit, target: Target) -> Generator[tuple[int, Progress], None, None]:
        """Upload the shards of a split that have not been uploaded before.

        Args:
            split: The split. It is divided into slices, which may be uploaded at the same time.
            target: The destination.

        Yields:
            The number of a slice, and its progress since the last report. The slices may come in any order.

        Raises:
            HubError: The Hub refuses the shards.
            SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
        """


class UploadedSplit(NamedTuple):
    """A split that has been uploaded.

    Attributes:
        shards: The shards in the order of their rows.
        tally: The counts of all rows.
        uploaded_bytes: The number of bytes that were uploaded.
        skipped_bytes: The number of bytes that the Hub had already.
    """

    shards: list[UploadedShard]
    tally: Tally
    uploaded_bytes: int
    skipped_bytes: int

    @property
    def size(self) -> int:
        """The size of the shards in bytes."""
        return sum(shard.size for shard in self.shards)


def upload_split(
    split: SourceSplit,
    target: Target,
    uploader: Uploader,
    add_to_commits: Callable[[int, Sequence[UploadedShard]], None],
) -> UploadedSplit:
    """Upload the shards of a split that have not been uploaded before.

    Args:
        split: The split.
        target: The destination.
        uploader: The object that uploads the shards.
        add_to_commits: A function that adds uploaded shards to the commits of the push. It takes the number of a slice,
            and the next uploaded shards of this slice.

    Raises:
        OptionError: The split has no rows.
        HubError: The Hub refuses the shards.
        SegmentsHFError: A row cannot be read, and `on_error` of the source is ``raise``.
    """
    title = target.title(split.name)
    slices: dict[int, list[UploadedShard]] = {}
    problems: list[Problem] = []
    tally = Tally(left_out=LeftOut(dict(split.left_out.rows), dict(split.left_out.objects)))
    uploaded = skipped = count = 0
    with (
        progress_bar(desc=f"Uploading shard 1 of {title}", total=split.length, unit=" rows") as bar,
        closing(uploader.upload(split, target)) as reports,
    ):
        for index, progress in reports:
            slices.setdefault(index, []).extend(progress.shards)
            problems += progress.problems
            add_to_commits(index, progress.shards)
            counts = total([*(shard.tally for shard in progress.shards), Tally(left_out=progress.left_out)])
            tally.add(counts)
            count += len(progress.shards)
            uploaded, skipped = uploaded + progress.sent, skipped + progress.skipped
            rows = counts.rows + sum(counts.left_out.rows.values())
            if bar.n + rows != split.length:  # after the last row, no further shard is uploaded
                bar.set_description(f"Uploading shard {count + 1} of {title}", refresh=False)
            reused = f", the Hub had {skipped / 1e6:.1f} MB" if skipped else ""
            bar.set_postfix_str(f"uploaded {uploaded / 1e6:.1f} MB{reused}", refresh=False)
            bar.update(rows)
        bar.set_description(f"Uploaded {counted(count, 'shard')} of {title}")
    report(problems)
    if not count:
        reasons = ", ".join(f"{number} {reason}" for reason, number in tally.left_out.rows.items())
        explanation = f": all its rows were left out: {reasons}" if reasons else ""
        raise OptionError(f"split {title!r} has no rows{explanation}; leave the split out")
    shards = [shard for _, slice_shards in sorted(slices.items()) for shard in slice_shards]
    return UploadedSplit(shards, tally, uploaded, skipped)
