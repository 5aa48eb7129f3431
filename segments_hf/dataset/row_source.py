"""What is looked at: the rows of a release, a dataset or a stream, with what is wrong with them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.inputs import as_dataset, num_rows, release_of, stored
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.origin import parse_origin
from segments_hf.dataset.row_map import check_rows, without_decoding
from segments_hf.dataset.rows.row_maker import Outcome
from segments_hf.errors import OptionError
from segments_hf.io.json_text import text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from segments_hf.release import Category

_OF_BUILDING = {"split", "streaming", "num_proc", "load_assets", "on_error"}  # options of `load_release` alone


@dataclass(frozen=True)
class Source:
    """Something to look at.

    In its rows a picture is ``{"bytes": …, "path": …}`` or None, and JSON is text.

    Attributes:
        name: What it is called.
        task_type: The task type, such as ``segmentation-bitmap``; None where nobody tells.
        categories: The categories, in the order of the class indices.
        length: How many rows there are; None for sequences and streams that cannot tell.
        outcomes: Reads it from the beginning: each row, and what is wrong with it.
    """

    name: str
    task_type: str | None
    categories: list[Category]
    length: int | None
    outcomes: Callable[[], Iterator[Outcome]]


def open_source(dataset_or_release: Any, *, assets: bool, limit: int | None = None, **options: Any) -> Source:
    """Opens what somebody wants to look at.

    Args:
        dataset_or_release: A `Dataset`, `DatasetDict`, `IterableDataset` or `IterableDatasetDict` of rows; or a release
            as `load_release` takes it, or a `Release`.
        assets: Whether a release's pictures are fetched.
        limit: How many samples, or rows of a dataset, to look at at most.
        **options: The options of `load_release` for a release: which samples, and how pictures are fetched.

    Raises:
        SegmentsHFError: It is something else.
        OptionError: An option does not fit, or the limit is not positive.
    """
    if limit is not None and limit < 1:
        raise OptionError(f"limit: got {limit}, wanted 1 at least")
    if (release := release_of(dataset_or_release)) is not None:
        return _of_release(release, assets=assets, limit=limit, options=options)
    if options:
        raise OptionError(f"got {', '.join(options)} for a dataset; they are options of a release")
    return _of_dataset(as_dataset(dataset_or_release), limit)


def _of_release(given: Any, *, assets: bool, limit: int | None, options: Mapping[str, Any]) -> Source:
    if wrong := [name for name in options if name in _OF_BUILDING]:
        raise OptionError(f"got {', '.join(wrong)}; nothing is built here, and what is wrong is kept and told")
    builder = release_builder(given, on_error="keep", load_assets=assets, **options)
    releases = [release for release, _ in builder.config.releases]
    length = None if builder.config.kind.sequence else sum(map(len, releases))  # of sequences, frames are the rows
    release, labelset = builder.config.releases[0]
    return Source(
        ", ".join(_file_name(release.source) for release in releases),
        release.labelset_task_type(labelset) or None,
        builder.config.categories,
        length if limit is None or length is None else min(limit, length),
        lambda: builder.outcomes(limit),
    )


def _file_name(source: str) -> str:
    """The last part of a path or URL, as text that can be written: a file may have a name that is no UTF-8."""
    return source.rpartition("/")[2].encode(errors="surrogateescape").decode(errors="replace")


def _of_dataset(dataset: Any, limit: int | None) -> Source:
    splits = dataset if isinstance(dataset, dict) else {str(dataset.split or "train"): dataset}
    if not splits:
        raise OptionError("got no splits, wanted one at least")
    for rows in splits.values():
        check_rows(rows)
    first = next(iter(splits.values()))
    lengths = [num_rows(rows, name) for name, rows in splits.items()]
    length = None if None in lengths else sum(length or 0 for length in lengths)
    if length == 0:
        raise OptionError("got a dataset without rows, wanted one at least")

    def outcomes() -> Iterator[Outcome]:
        rows = ((name, row) for name, part in splits.items() for row in _stream(part))
        return (Outcome(_with_json_text(stored(row)), split=name) for name, row in itertools.islice(rows, limit))

    return Source(
        first.info.dataset_name or "dataset",
        parse_origin(first.info.description or "").task_type,
        categories(first),
        length if limit is None or length is None else min(limit, length),
        outcomes,
    )


def _with_json_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose JSON is text; a stream that somebody has mapped gives objects."""
    said = {name: _json_text(row[name]) for name in ("metadata", "image_attributes") if name in row}
    annotations = row["annotations"] and [
        {**item, "attributes": _json_text(item["attributes"])} if "attributes" in item else item
        for item in row["annotations"]
    ]
    return {**row, **said, "annotations": annotations}


def _json_text(value: Any) -> str | None:
    return None if value is None else text_or_json(value)


def _stream(rows: Any) -> Any:
    is_table = isinstance(rows, datasets.Dataset) and len(rows) > 0  # `datasets` makes no stream of nothing
    return without_decoding(rows.to_iterable_dataset() if is_table else rows)
