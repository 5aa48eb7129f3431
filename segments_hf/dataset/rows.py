"""Rows from samples: the one place where they are made, for the builder, a stream, or any other engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.assets import Asset, picture_size, prefetch
from segments_hf.dataset.drafts import make_drafts
from segments_hf.dataset.problems import OnError, Problem
from segments_hf.errors import AssetError, ReleaseError, SegmentsHFError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from segments_hf.assets import Fetcher, SegmentsDir
    from segments_hf.dataset.drafts import Draft
    from segments_hf.release import Release


@dataclass(frozen=True)
class Pictures:
    """Where a row's pictures come from, and how it holds them.

    Attributes:
        fetcher: What gets them.
        segments_dir: Where they are looked for first.
        labelset: The labelset whose bitmaps are wanted.
        in_memory: Whether a row holds their bytes; else the path of a file.
    """

    fetcher: Fetcher
    segments_dir: SegmentsDir | None
    labelset: str | None
    in_memory: bool


@dataclass
class Outcome:
    """What came of one image or frame.

    Attributes:
        row: The row; None where it was left out.
        problems: What was wrong.
        size_in_memory: How many bytes of pictures it took to make it.
    """

    row: dict[str, Any] | None
    problems: list[Problem] = field(default_factory=list)
    size_in_memory: int = 0


def make_rows(
    release: Release,
    indices: Iterable[int],
    labelset: str | None,
    class_indices: Mapping[int, int],
    pictures: Pictures | None,
    on_error: OnError = "raise",
) -> Iterator[Outcome]:
    """Makes the rows of some samples, in order: one per image, or per frame of a sequence.

    Args:
        release: The release.
        indices: The places of the samples in it.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        pictures: Where the pictures come from; None to leave them out.
        on_error: What to do where something is wrong: ``raise``, ``skip`` the row, or ``keep`` it with a null column.
            A sample that cannot be read at all is skipped by ``keep`` too, as nothing of it is known.

    Raises:
        SegmentsHFError: Something is wrong and the policy is to raise; the error names the sample.
    """
    if release.kind(labelset).annotation is None:
        pictures = None
    drafts = make_drafts(release, indices, labelset, class_indices)
    complete = partial(_complete, pictures=pictures, on_error=on_error)
    if pictures is None:
        return map(complete, drafts)
    return prefetch(complete, drafts, weight=lambda outcome: outcome.size_in_memory)


def _complete(draft: Draft, pictures: Pictures | None, on_error: OnError) -> Outcome:
    size = 0
    if pictures and draft.row:
        for column, reference, found in _wanted_pictures(draft, pictures):
            try:
                size += _add_picture(draft.row, column, reference, found, pictures)
            except AssetError as error:
                draft.errors.append((column, error))
    return _judge(draft, size, on_error)


def _wanted_pictures(draft: Draft, pictures: Pictures) -> Iterator[tuple[str, str | None, Path | None]]:
    """The pictures of a row: the column, what the release says of where it is, and the file if we have it."""
    folder = pictures.segments_dir
    yield "image", draft.image, folder.image(draft.name, draft.image or "") if folder else None
    if draft.bitmap:
        found = folder.bitmap(draft.name, pictures.labelset or "") if folder else None
        yield "segmentation_bitmap", draft.bitmap, found


def _add_picture(
    row: dict[str, Any], column: str, reference: str | None, found: Path | None, pictures: Pictures
) -> int:
    if found is None and not reference:
        raise AssetError("the release has no URL for it")
    asset = Asset(path=found) if found else pictures.fetcher.fetch(reference or "")
    try:
        width, height = picture_size(asset)
    except AssetError as error:
        raise AssetError(f"{found or pictures.fetcher.name(reference or '')}: {error}") from error
    if not found:
        asset = pictures.fetcher.keep(reference or "", asset)
    if column == "image":
        row["width"], row["height"] = width, height
    # No path beside bytes: `datasets` would prefer a file of that name in the working directory.
    if not pictures.in_memory:
        row[column] = str(asset.path)
        return len(asset.content or b"")
    content = asset.read()
    row[column] = {"bytes": content, "path": None}
    return len(content)


def _judge(draft: Draft, size: int, on_error: OnError) -> Outcome:
    if not draft.errors:
        return Outcome(draft.row, [], size)
    if on_error == "raise":
        raise _located(draft, *draft.errors[0])
    kept = on_error == "keep" and bool(draft.row)
    problems = [
        Problem(draft.name, draft.uuid, column, str(error), "kept" if kept else "skipped")
        for column, error in draft.errors
    ]
    return Outcome(draft.row if kept else None, problems, size)


def _located(draft: Draft, column: str | None, error: SegmentsHFError) -> SegmentsHFError:
    advice = "on_error='skip' or 'keep' goes on without it"
    if isinstance(error, ReleaseError):
        return ReleaseError(f"{error.problem} (sample {draft.name!r}; {advice})", error.source, error.json_path)
    return type(error)(f"sample {draft.name!r}, {column}: {error} ({advice})")
