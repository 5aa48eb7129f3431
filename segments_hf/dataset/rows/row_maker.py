"""Rows from samples: the one place where they are made, for the builder, a stream, or any other engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.rows.drafts import make_drafts
from segments_hf.dataset.rows.problems import OnError, Problem
from segments_hf.dataset.rows.row_images import add_pictures
from segments_hf.errors import AssetError, ReleaseError, SegmentsHFError
from segments_hf.io.prefetching import prefetch_futures
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segments_hf.dataset.rows.drafts import Draft
    from segments_hf.dataset.rows.row_images import Pictures
    from segments_hf.release import Release


@dataclass
class Outcome:
    """The result of making the row of one image or frame.

    Attributes:
        row: The row; None if it was left out.
        problems: The problems of the row. The row is complete if all of them were repaired.
        size_in_memory: The number of bytes of pictures that the row holds in memory.
        split: The split of the row, if it is known.
    """

    row: dict[str, Any] | None
    problems: list[Problem] = field(default_factory=list)
    size_in_memory: int = 0
    split: str | None = None

    @property
    def losses(self) -> list[Problem]:
        """The problems that were not repaired: those that left out the row or a column."""
        return [problem for problem in self.problems if problem.action != "repaired"]


def make_rows(
    release: Release,
    indices: Iterable[int],
    labelset: str | None,
    class_indices: Mapping[int, int],
    pictures: Pictures | None,
    on_error: OnError = "raise",
) -> Iterator[Outcome]:
    """Make the rows of some samples, in order: one per image, or per frame of a sequence.

    Args:
        release: The release.
        indices: The places of the samples in it.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        pictures: Where the pictures come from; None to leave them out.
        on_error: What to do where something is wrong: ``raise``, ``skip`` the row, or ``keep`` it with a null column.
            A sample that cannot be read at all is skipped by ``keep`` too, as nothing of it is known.

    Raises:
        SegmentsHFError: A sample has an error, and `on_error` is ``raise``; the error names the sample.
    """
    if release.kind(labelset).annotation is None:
        pictures = None
    drafts = make_drafts(release, indices, labelset, class_indices)
    if pictures is None:
        return (_judged(draft, on_error) for draft in drafts)
    return _fetched_ahead(drafts, pictures, on_error)


def _fetched_ahead(drafts: Iterator[Draft], pictures: Pictures, on_error: OnError) -> Iterator[Outcome]:
    with pictures.fetcher.running() as loop:
        yield from prefetch_futures(
            lambda draft: loop.submit(_complete(draft, pictures, on_error)),
            drafts,
            weight=lambda outcome: outcome.size_in_memory,
            in_flight=pictures.fetcher.options.in_flight,
        )


async def _complete(draft: Draft, pictures: Pictures, on_error: OnError) -> Outcome:
    size = await add_pictures(draft, pictures, keeps_wrong=on_error == "keep") if draft.row else 0
    return _judged(draft, on_error, size)


def _judged(draft: Draft, on_error: OnError, size: int = 0) -> Outcome:
    repairs = [
        Problem(draft.name, draft.uuid, column, AssetError.__name__, reason, "repaired")
        for column, reason in draft.repairs
    ]
    if not draft.errors:
        return Outcome(draft.row, repairs, size)
    if on_error == "raise":
        raise _located(draft, *draft.errors[0])
    kept = on_error == "keep" and bool(draft.row)
    problems = [
        Problem(draft.name, draft.uuid, column, type(error).__name__, str(error), "kept" if kept else "skipped")
        for column, error in draft.errors
    ]
    return Outcome(draft.row, problems + repairs, size) if kept else Outcome(None, problems, size)


def _located(draft: Draft, column: str | None, error: SegmentsHFError) -> SegmentsHFError:
    advice = f"{option('on_error', 'skip')} or {option('on_error', 'keep')} continues without it"
    if isinstance(error, ReleaseError):
        return ReleaseError(f"{error.problem} (sample {draft.name!r}; {advice})", error.source, error.json_path)
    return type(error)(f"sample {draft.name!r}, {column}: {error} ({advice})")
