"""Make rows from samples. The builder, streams and distributed engines all use this module."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.dataset.rows.drafts import make_drafts
from segments_hf.dataset.rows.outcome import FIRST_ROW, Outcome, RowPosition
from segments_hf.dataset.rows.problems import OnError, Problem
from segments_hf.dataset.rows.row_batches import make_batches
from segments_hf.dataset.rows.row_clouds import add_point_cloud
from segments_hf.dataset.rows.row_images import add_image_and_bitmap
from segments_hf.errors import AssetError, ReleaseError, SegmentsHFError
from segments_hf.io.prefetching import DEFAULT_READ_AHEAD, prefetch_futures
from segments_hf.labels.row import sample_name
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from datasets import Features

    from segments_hf.assets import Traffic
    from segments_hf.dataset.rows.asset_options import AssetOptions
    from segments_hf.dataset.rows.draft import Draft
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.dataset.rows.problems import Action
    from segments_hf.dataset.rows.row_batches import RowBatch
    from segments_hf.dataset.rows.row_images import AssetSources
    from segments_hf.release import ReleaseSlice


@dataclass(frozen=True)
class RowMaker:
    """A function that makes the rows of samples: one per frame of a sequence, one for any other sample.

    It can be pickled, to a few kilobytes. Another process or machine then makes the same rows from the same samples.

    Attributes:
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        features: The columns of `batches`.
        assets: The options for reading images, bitmaps and point clouds; None to leave these columns null.
        on_error: What to do with a row that has an error: ``raise`` it, ``skip`` the row, or ``keep`` the row with
            null in the affected column. ``keep`` also skips a sample that cannot be read, such as a sequence without
            frames, because none of its columns is known.
        new_columns: A function that makes some of the columns of `batches`, such as masks or the columns of a layout.
            The others are copied from the row.
    """

    labelset: str | None
    class_indices: Mapping[int, int]
    features: Features
    assets: AssetOptions | None
    on_error: OnError = "raise"
    new_columns: NewColumns | None = None

    def with_connections(self, number: int) -> RowMaker:
        """Return the same row maker with a limit for the simultaneous requests to one host."""
        if self.assets is None:
            return self
        return replace(self, assets=replace(self.assets, fetching=replace(self.assets.fetching, connections=number)))

    def outcomes(
        self, samples: ReleaseSlice, start: RowPosition = FIRST_ROW, traffic: Traffic | None = None
    ) -> Iterator[Outcome]:
        """Make the rows of samples, in order.

        Args:
            samples: The samples.
            start: The position of the first row.
            traffic: The counters of downloads.

        Raises:
            OptionError: The option `segments_dir` is not a folder.
            StorageError: An asset cannot be written: the disk is full or read-only.
            SegmentsHFError: A sample has an error, and `on_error` is ``raise``; the error names the sample.
        """
        drafts = make_drafts(samples, self.labelset, self.class_indices, start)
        if self.assets is None or samples.kind(self.labelset).annotation is None:
            return (_outcome_of(draft, self.on_error) for draft in drafts)
        sources = self.assets.sources(samples, self.labelset, traffic)
        # A label of points has an integer per point, so few drafts are made in advance.
        read_ahead = 1 if samples.kind(self.labelset).point_labels else DEFAULT_READ_AHEAD
        return _prefetched(drafts, sources, self.on_error, read_ahead)

    def batches(self, samples: ReleaseSlice, start: RowPosition = FIRST_ROW) -> Iterator[RowBatch]:
        """Make the rows of samples, in order, as tables of up to 64 rows with the columns `features`.

        Args:
            samples: The samples.
            start: The position of the first row.

        Raises:
            SegmentsHFError: A sample has an error, and `on_error` is ``raise``; the error names the sample.
        """
        return make_batches(self.outcomes(samples, start), self.features, self.new_columns)


def _prefetched(
    drafts: Iterator[Draft], sources: AssetSources, on_error: OnError, read_ahead: int
) -> Iterator[Outcome]:
    with sources.fetcher.running() as loop:
        yield from prefetch_futures(
            lambda draft: loop.submit(_complete(draft, sources, on_error)),
            drafts,
            size_in_memory=lambda outcome: outcome.size_in_memory,
            in_flight=sources.fetcher.options.in_flight,
            read_ahead=read_ahead,
        )


async def _complete(draft: Draft, sources: AssetSources, on_error: OnError) -> Outcome:
    size = 0
    if draft.row:
        add = add_point_cloud if "point_cloud" in draft.row else add_image_and_bitmap
        size = await add(draft, sources, keeps_faulty=on_error == "keep")
    outcome = _outcome_of(draft, on_error, size)
    if draft.image:
        outcome.locate_image = partial(sources.fetcher.locate, draft.image)
    return outcome


def _outcome_of(draft: Draft, on_error: OnError, size: int = 0) -> Outcome:
    """Return the outcome of a draft according to `on_error`. If the row needs assets, they are already fetched."""
    if not (draft.errors or draft.repairs or draft.replaced):
        return Outcome(draft.row, size_in_memory=size, position=draft.position)
    by_action: dict[Action, list[tuple[str, str]]] = {"repaired": draft.repairs, "replaced": draft.replaced}
    resolved_problems = [
        Problem(draft.name, draft.uuid, column, AssetError.__name__, reason, action)
        for action, reasons in by_action.items()
        for column, reason in reasons
    ]
    if not draft.errors:
        return Outcome(draft.row, resolved_problems, size, position=draft.position)
    if on_error == "raise":
        raise _with_sample(draft, *draft.errors[0])
    kept = on_error == "keep" and bool(draft.row)
    problems = [
        Problem(draft.name, draft.uuid, column, type(error).__name__, str(error), "kept" if kept else "skipped")
        for column, error in draft.errors
    ]
    if not kept:
        return Outcome(None, problems, size, position=draft.position)
    return Outcome(draft.row, problems + resolved_problems, size, position=draft.position)


def _with_sample(draft: Draft, column: str | None, error: SegmentsHFError) -> SegmentsHFError:
    """Return the error with the name of the sample in its message."""
    advice = f"to continue despite this error, pass {option('on_error', 'skip')} or {option('on_error', 'keep')}"
    if isinstance(error, ReleaseError):
        return ReleaseError(f"{error.problem} (sample {draft.name!r}; {advice})", error.source, error.json_path)
    row_name = sample_name({"name": draft.name, "frame_index": draft.row.get("frame_index")})
    return type(error)(f"{row_name}, {column}: {error} ({advice})")
