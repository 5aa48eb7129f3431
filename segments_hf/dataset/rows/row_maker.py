"""Make rows from samples. The builder, streams and distributed engines all use this module."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.rows.drafts import make_drafts
from segments_hf.dataset.rows.problems import OnError, Problem
from segments_hf.dataset.rows.row_images import add_assets
from segments_hf.errors import AssetError, ReleaseError, SegmentsHFError
from segments_hf.io.prefetching import prefetch_futures
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from segments_hf.assets import Location
    from segments_hf.dataset.rows.drafts import Draft
    from segments_hf.dataset.rows.problems import Action
    from segments_hf.dataset.rows.row_images import AssetSources
    from segments_hf.release import Release


@dataclass
class Outcome:
    """The result of making the row of one image or frame.

    Attributes:
        row: The row; None if it was left out.
        problems: The problems that occurred. The row is complete if `losses` is empty.
        size_in_memory: The number of bytes in memory of the row's image and bitmap.
        split: The split of the row, if it is known.
        locate_image: A function that returns the location of the image; None for the row of a dataset.
    """

    row: dict[str, Any] | None
    problems: list[Problem] = field(default_factory=list)
    size_in_memory: int = 0
    split: str | None = None
    locate_image: Callable[[], Location] | None = field(default=None, repr=False)

    @property
    def losses(self) -> list[Problem]:
        """The problems that caused the row to be left out or a column to be null."""
        return [problem for problem in self.problems if problem.is_loss]


def make_rows(
    release: Release,
    indices: Iterable[int],
    labelset: str | None,
    class_indices: Mapping[int, int],
    sources: AssetSources | None,
    on_error: OnError = "raise",
) -> Iterator[Outcome]:
    """Make the rows of some samples, in order: one per image, or per frame of a sequence.

    Args:
        release: The release.
        indices: The indices of the samples in the release.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        sources: The sources of images and bitmaps; None to leave these columns null.
        on_error: What to do with a row that has an error: ``raise`` it, ``skip`` the row, or ``keep`` the row with
            null in the affected column. ``keep`` also skips a sample whose JSON cannot be decoded, because none of its
            columns is known.

    Raises:
        SegmentsHFError: A sample has an error, and `on_error` is ``raise``; the error names the sample.
    """
    if release.kind(labelset).annotation is None:
        sources = None
    drafts = make_drafts(release, indices, labelset, class_indices)
    if sources is None:
        return (_outcome_of(draft, on_error) for draft in drafts)
    return _prefetched(drafts, sources, on_error)


def _prefetched(drafts: Iterator[Draft], sources: AssetSources, on_error: OnError) -> Iterator[Outcome]:
    with sources.fetcher.running() as loop:
        yield from prefetch_futures(
            lambda draft: loop.submit(_complete(draft, sources, on_error)),
            drafts,
            weight=lambda outcome: outcome.size_in_memory,
            in_flight=sources.fetcher.options.in_flight,
        )


async def _complete(draft: Draft, sources: AssetSources, on_error: OnError) -> Outcome:
    size = await add_assets(draft, sources, keeps_faulty=on_error == "keep") if draft.row else 0
    outcome = _outcome_of(draft, on_error, size)
    if draft.image:
        outcome.locate_image = partial(sources.fetcher.locate, draft.image)
    return outcome


def _outcome_of(draft: Draft, on_error: OnError, size: int = 0) -> Outcome:
    """Return the outcome of a draft, whose images were fetched or are not needed, according to `on_error`."""
    by_action: dict[Action, list[tuple[str, str]]] = {"repaired": draft.repairs, "replaced": draft.replaced}
    remedies = [
        Problem(draft.name, draft.uuid, column, AssetError.__name__, reason, action)
        for action, parts in by_action.items()
        for column, reason in parts
    ]
    if not draft.errors:
        return Outcome(draft.row, remedies, size)
    if on_error == "raise":
        raise _with_sample(draft, *draft.errors[0])
    kept = on_error == "keep" and bool(draft.row)
    problems = [
        Problem(draft.name, draft.uuid, column, type(error).__name__, str(error), "kept" if kept else "skipped")
        for column, error in draft.errors
    ]
    return Outcome(draft.row, problems + remedies, size) if kept else Outcome(None, problems, size)


def _with_sample(draft: Draft, column: str | None, error: SegmentsHFError) -> SegmentsHFError:
    """Return the error with the name of the sample in its message."""
    advice = f"to continue without it, pass {option('on_error', 'skip')} or {option('on_error', 'keep')}"
    if isinstance(error, ReleaseError):
        return ReleaseError(f"{error.problem} (sample {draft.name!r}; {advice})", error.source, error.json_path)
    return type(error)(f"sample {draft.name!r}, {column}: {error} ({advice})")
