"""A function of one row, applied to the rows of a dataset: whole or streamed, of one split or of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import datasets
from datasets import Features, Image, Value

from segments_hf.dataset.inputs import open_splits
from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.errors import BitmapError, OptionError, SegmentsHFError
from segments_hf.labels.categories import carried_categories
from segments_hf.labels.row import Row, sample_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_ROWS_AT_ONCE = 16  # in memory, as they may hold their pictures


class NewColumns(Protocol):
    """Columns made of a row. It pickles to the same bytes in every process, so that `datasets` finds what it cached."""

    @property
    def features(self) -> dict[str, Any]:
        """The columns and their features."""

    def __call__(self, row: Row) -> dict[str, Any]:
        """Their values in a row."""


def map_splits(data: Any, function: Callable[[Any, str], Any], num_proc: int | None, on_error: str = "raise") -> Any:
    """Apply a function to each split of data.

    Args:
        data: Data of any kind, as `open_splits` takes it. A release is built.
        function: Makes a dataset of a dataset and the name of its split.
        num_proc: How many processes do it; not for a stream.
        on_error: What to do with a sample of a release that is wrong.

    Returns:
        A dataset of the same kind; a `DatasetDict` or an `IterableDatasetDict` for a dict of splits and for a release.

    Raises:
        OptionError: `num_proc` was given for a stream, or datasets and streams are in one dict.
        SegmentsHFError: The data are of another kind, or not rows of images with labels.
    """
    splits = open_splits(data, streaming=False, num_proc=num_proc, on_error=on_error)
    if splits.are_streams and num_proc is not None:
        raise OptionError(f"got {num_proc} for a stream; the workers of a DataLoader share one out", option="num_proc")
    for rows in splits.parts.values():
        check_rows(rows)
    made = {name: function(rows, name) for name, rows in splits.parts.items()}
    if not splits.is_dict:
        return next(iter(made.values()))
    return datasets.IterableDatasetDict(made) if splits.are_streams else datasets.DatasetDict(made)


def check_rows(dataset: Any) -> None:
    """Check that a dataset of one split holds rows of images with their labels and categories.

    Raises:
        SegmentsHFError: Columns are missing, or not known, or carry no categories.
    """
    if dataset.features is None:
        raise SegmentsHFError("got a stream whose features are not known; give `map` the features of its result")
    if missing := {"name", "status", "image", "width", "height", "annotations"} - set(dataset.features):
        raise SegmentsHFError(
            f"got a dataset without {', '.join(sorted(missing))}, "
            "wanted the rows that `load_release` or the builder `segments_release` gives for images"
        )
    annotation = dataset.features["annotations"]
    fields = annotation[0] if isinstance(annotation, list) else annotation.feature
    if "segmentation_bitmap" not in dataset.features and "points" not in fields:
        raise SegmentsHFError("got a dataset without segmentation_bitmap, wanted its bitmaps: remove them afterwards")
    carried_categories(dataset.features)


def map_rows(
    part: Any,
    made: NewColumns,
    features: Mapping[str, Any],
    num_proc: int | None,
    problem_column: str | None = None,
    shown_columns: Collection[str] | None = None,
) -> Any:
    """Make columns of the rows of one split; pictures that are kept are neither decoded nor encoded again.

    Args:
        part: A `Dataset` or an `IterableDataset`.
        made: The columns that are made.
        features: All columns of the result, in order; those that are not made are kept.
        num_proc: How many processes do it.
        problem_column: For a stream, the name of a made column: rows in which it is not null are left out, and it is
            removed.
        shown_columns: The columns that the progress bar names; by default all that are made.
    """
    raw = without_decoding(part)
    drop = [name for name in raw.features if name not in features]
    if isinstance(raw, datasets.IterableDataset):
        # Where its `map` is given features, it takes what the function returns for decoded already.
        pictures = tuple(name for name in features if isinstance(raw.features.get(name), Image))
        mapped = raw.map(Versioned(_Pathless(made, pictures)), remove_columns=drop)
        if problem_column is not None:
            mapped = mapped.filter(_IsNull(problem_column)).remove_columns(problem_column)
        return mapped.cast(Features(features))
    if not len(raw):  # `map` leaves a dataset without rows as it is
        return datasets.Dataset.from_dict({name: [] for name in features}, features=Features(features), split=raw.split)
    return raw.map(
        Versioned(made),
        features=Features(features),
        remove_columns=drop,
        num_proc=num_proc,
        writer_batch_size=_ROWS_AT_ONCE,
        desc=f"Making {', '.join(made.features if shown_columns is None else shown_columns)}",
    )


def filter_rows(part: Any, is_wanted: Callable[[Row], bool], num_proc: int | None) -> Any:
    """The rows of one split that are wanted; their pictures are not decoded."""
    raw = without_decoding(part)
    if isinstance(raw, datasets.IterableDataset):
        return raw.filter(Versioned(is_wanted))
    return raw.filter(Versioned(is_wanted), num_proc=num_proc, batch_size=_ROWS_AT_ONCE, desc="Finding labeled rows")


def without_decoding(part: Any) -> Any:
    """The same dataset whose pictures stay {"bytes", "path"}, and whose rows are python objects."""
    part = part.with_format(None)
    if isinstance(part, datasets.IterableDataset):
        # The JSON stays text as well: `datasets` does not encode all of a list again whose first item has none.
        return part.cast(Features({name: _undecoded(feature) for name, feature in part.features.items()}))
    for name, feature in part.features.items():
        if isinstance(feature, Image) and feature.decode:
            part = part.cast_column(name, _undecoded(feature))
    return part


def _undecoded(feature: Any) -> Any:
    if isinstance(feature, Image):
        return Image(mode=feature.mode, decode=False, id=feature.id)
    if hasattr(datasets, "Json") and isinstance(feature, datasets.Json):
        return Value("string")
    if isinstance(feature, dict):
        return {name: _undecoded(inner) for name, inner in feature.items()}
    if isinstance(feature, list):
        return [_undecoded(inner) for inner in feature]
    if hasattr(datasets, "List") and isinstance(feature, datasets.List):
        return datasets.List(_undecoded(feature.feature), length=feature.length)
    return feature


@dataclass(frozen=True)
class _Pathless:
    """Columns made of a row, and its pictures' bytes without a path: `datasets` would prefer a file of that name."""

    made: Callable[[Row], dict[str, Any]]
    pictures: tuple[str, ...]

    def __call__(self, row: Row) -> dict[str, Any]:
        held = {name: row[name] for name in self.pictures if isinstance(row[name], dict)}
        kept = {name: {**value, "path": None} for name, value in held.items() if value["bytes"] is not None}
        return {**kept, **self.made(row)}


@dataclass(frozen=True)
class _IsNull:
    """A function that tells whether a column of a row is null."""

    column: str

    def __call__(self, row: Row) -> bool:
        return row[self.column] is None


@dataclass(frozen=True)
class Versioned:
    """A function of a row whose hash changes with `ROW_FORMAT`, and whose errors name the sample."""

    function: Callable[[Row], Any]
    row_format: int = ROW_FORMAT

    def __call__(self, row: Row) -> Any:
        """Apply the function."""
        try:
            return self.function(row)
        except BitmapError as error:
            raise BitmapError(f"{sample_name(row)}: {error}") from error
