"""Read the rows of any input one by one, together with their problems, without building a dataset."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.building.plan import num_samples
from segments_hf.dataset.chosen_rows import even_positions, even_rows, first_rows_of_splits, rows_after
from segments_hf.dataset.data_types import ReleaseKeywords
from segments_hf.dataset.inputs import encode_images, num_rows, open_splits
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.origin import parse_origin, release_title
from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.dataset.row_map import check_rows
from segments_hf.dataset.rows.outcome import Outcome
from segments_hf.dataset.rows.problems import Problem
from segments_hf.errors import AssetError, OptionError
from segments_hf.io.choices import unknown_option
from segments_hf.io.json_codec.json_text import text_or_json
from segments_hf.io.number_options import check_number
from segments_hf.labels.categories import stored_categories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, LoadKeywords, SplitRows
    from segments_hf.dataset.inputs import Splits
    from segments_hf.release import Category, Release

# The options of `load_release` that a function may pass to `open_rows` only if it lists them in `building`.
_BUILD_OPTIONS = {"split", "streaming", "num_proc", "load_assets", "on_error", "embed", "cache_dir"}

# The columns that contain JSON; and the fields that contain JSON, in each column that is a list of structs.
_JSON_COLUMNS = ("metadata", "image_attributes", "links", "other")
_JSON_FIELDS = {"annotations": ("attributes", "other"), "cameras": ("distortion", "other")}


@dataclass(frozen=True)
class InputRows:
    """The rows of an input, read without building a dataset.

    In these rows, an image, bitmap or point cloud is ``{"bytes": …, "path": …}`` or None, and JSON is text.

    Attributes:
        name: The name of the input, for display.
        title: The owner, the data set and the release, such as ``jane/flowers v1.0``; `name` if they are unknown.
        task_type: The task type, such as ``segmentation-bitmap``; None if it is unknown.
        features: The features of the rows.
        length: The number of rows that are read; None if it is unknown, as for sequences and some streams.
        total: The number of samples of a release, or of rows of a dataset, before `skip` and `limit` are applied; None
            for streams.
        outcomes: A function that yields the selected rows, each with its problems. Each call reads the input again.
        find_categories: A function that returns the categories.
        releases: The releases that the rows are made from; empty for a dataset.
    """

    name: str
    title: str
    task_type: str | None
    features: Mapping[str, Any]
    length: int | None
    total: int | None
    outcomes: Callable[[], Iterator[Outcome]]
    find_categories: Callable[[], list[Category]]
    releases: Sequence[Release] = ()

    @property
    def categories(self) -> list[Category]:
        """The categories, in the order of the class indices.

        Raises:
            SegmentsHFError: The features contain no categories.
        """
        return self.find_categories()

    def has_all_rows(self, limit: int | None, rows: int) -> bool:
        """Tell whether all rows were read.

        Args:
            limit: The limit of `open_rows`.
            rows: The number of rows that were read.
        """
        return limit is None or rows < limit or (self.total is not None and self.total <= limit)


def open_rows(
    data: Data,
    *,
    assets: bool,
    skip: int = 0,
    limit: int | None = None,
    evenly: bool = False,
    check: Callable[[SplitRows], None] = check_rows,
    building: Collection[str] = (),
    **options: Unpack[LoadKeywords],
) -> InputRows:
    """Open an input to read its rows.

    Args:
        data: An input of any kind that `open_splits` accepts.
        assets: Whether the images, bitmaps and point clouds of a release are fetched.
        skip: The number of rows to skip at the beginning.
        limit: The maximum number of samples of a release, or of rows of a dataset. For sequences, whose rows are
            frames, the maximum number of samples is `skip + limit`.
        evenly: Whether the limit chooses samples or rows at even distances instead of the first ones; `skip` must then
            be 0. If a split is a stream, the first rows of each split are read instead, because the length of a stream
            is unknown, and a stream also fetches the images of the rows that are skipped.
        check: A function that checks a dataset of one split; by default, the dataset must have the columns of images
            with labels. A release is not checked.
        building: The options of a build, such as ``on_error``, that `options` may contain; by default none.
        **options: For a release, the options of `load_release` that select samples and control downloads, and those
            in `building`. The default of `on_error` is ``keep``.

    Raises:
        OptionError: An option is invalid, the limit is not positive, or there are no rows.
        SegmentsHFError: The input has an unsupported type, or `check` rejects it.
        TypeError: An option is unknown.
    """
    if limit is not None:
        check_number("limit", limit, 1)
    if releases_by_split(data) is not None:
        known = {*ReleaseKeywords.__optional_keys__, *building}
        if unknown := sorted(options.keys() - known - _BUILD_OPTIONS):
            raise TypeError(unknown_option(unknown[0], sorted(known)))
        if wrong := sorted(options.keys() - known):
            raise OptionError(
                f"got {', '.join(wrong)}, but this function builds no dataset; pass only options that select samples "
                "or control downloads"
            )
        return _release_rows(data, options, assets=assets, skip=skip, limit=limit, evenly=evenly)
    if options:
        raise OptionError(f"got {', '.join(options)} for a dataset, but only releases have these options")
    return _dataset_rows(open_splits(data), check, skip=skip, limit=limit, evenly=evenly)


def _release_rows(
    data: Data, options: LoadKeywords, *, assets: bool, skip: int, limit: int | None, evenly: bool
) -> InputRows:
    load_options: LoadKeywords = {"on_error": "keep", "load_assets": assets, **options}
    builder = release_builder(data, **load_options)
    releases = builder.config.releases
    is_sequence = builder.config.kind.sequence  # a sequence has one row per frame
    total = num_samples(builder.config)

    def outcomes() -> Iterator[Outcome]:
        if evenly and limit is not None:
            return builder.outcomes(even_positions(total, limit))
        end = sys.maxsize if limit is None else skip + limit
        if not is_sequence:
            return builder.outcomes(range(skip, end))
        return itertools.islice(builder.outcomes(range(end)), skip, None)

    release, labelset = releases[0]
    titles = (release_title(release) or _file_name(release.source) for release, _ in releases)
    return InputRows(
        ", ".join(_file_name(release.source) for release, _ in releases),
        ", ".join(dict.fromkeys(titles)),
        release.labelset_task_type(labelset) or None,
        builder.info.features,
        None if is_sequence else _limited_length(total, skip, limit),
        total,
        outcomes,
        lambda: builder.config.categories,
        [release for release, _ in releases],
    )


def _file_name(source: str) -> str:
    """Return the last part of a path or URL; bytes of a file name that are not UTF-8 are replaced."""
    return source.rpartition("/")[2].encode(errors="surrogateescape").decode(errors="replace")


def _dataset_rows(
    splits: Splits, check: Callable[[SplitRows], None], *, skip: int, limit: int | None, evenly: bool
) -> InputRows:
    for rows in splits.rows_by_split.values():
        check(rows)
    lengths = [num_rows(rows, name) for name, rows in splits.rows_by_split.items()]
    length = None if None in lengths else sum(length or 0 for length in lengths)
    if length == 0:
        raise OptionError("got a dataset without rows, expected at least one row")

    tables = {name: rows for name, rows in splits.rows_by_split.items() if isinstance(rows, datasets.Dataset)}
    has_streams = len(tables) < len(splits.rows_by_split)

    def outcomes() -> Iterator[Outcome]:
        if not evenly or limit is None:
            chosen: Iterator[tuple[str, Any]] = itertools.islice(rows_after(splits.rows_by_split, skip), limit)
        elif has_streams:
            chosen = first_rows_of_splits(splits.rows_by_split, limit)
        else:
            chosen = even_rows(tables, limit)
        return (_outcome(name, row) for name, row in chosen)

    features = splits.first_split.features or {}
    name, origin = (
        splits.first_split.info.dataset_name or "dataset",
        parse_origin(splits.first_split.info.description or ""),
    )
    return InputRows(
        name,
        origin.title or name,
        origin.task_type,
        features,
        _limited_length(length, skip, limit),
        None if has_streams else length,
        outcomes,
        lambda: stored_categories(features),
    )


def _outcome(split: str, row: Mapping[str, Any]) -> Outcome:
    """Return a row of a dataset as an outcome, in which images are encoded and JSON is text.

    If an image cannot be encoded, its column is null, and the outcome has a problem.
    """
    kept, problems = dict(row), []
    for name, value in row.items():
        try:
            kept |= encode_images({name: value})
        except AssetError as error:
            kept[name] = None
            sample, uuid = str(row.get("name", "a row")), row.get("uuid")
            problems.append(Problem(sample, uuid, name, type(error).__name__, str(error), "kept"))
    return Outcome(_with_json_text(kept), problems, split=split)


def _limited_length(length: int | None, skip: int, limit: int | None) -> int | None:
    """Return the number of rows that are read; None if it is unknown."""
    if length is None:
        return None
    left = max(0, length - skip)
    return left if limit is None else min(limit, left)


def _with_json_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its JSON as text. In the rows of a stream after `map`, JSON may be decoded."""
    texts: dict[str, Any] = {name: _json_text(row[name]) for name in _JSON_COLUMNS if name in row}
    for column, fields in _JSON_FIELDS.items():
        if row.get(column):
            texts[column] = [
                {**item, **{name: _json_text(item[name]) for name in fields if name in item}} for item in row[column]
            ]
    return {**row, **texts}


def _json_text(value: object) -> str | None:
    return None if value is None else text_or_json(value)
