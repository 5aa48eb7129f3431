"""Apply a function of one row to all rows of a dataset or stream, of one split or of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
from datasets import Features, Image, Value

from segments_hf.dataset.inputs import open_splits
from segments_hf.dataset.origin import described_task_type
from segments_hf.dataset.rows.new_columns import Versioned
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.number_options import check_num_proc
from segments_hf.labels import POINT_LABELS_COLUMN, PointLabel, is_point_cloud, label_type_of, require_image_task
from segments_hf.labels.categories import stored_categories
from segments_hf.release.tasks.task_types import POINT_CLOUD_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from segments_hf.dataset.data_types import AnyDataset, Data, SplitRows
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.labels import CloudLabel
    from segments_hf.labels.row import Row

_IMAGE_BATCH_ROWS = 16  # the maximum number of rows in memory; rows may contain the bytes of their images
_CLOUD_BATCH_ROWS = 1  # the same number for rows of point clouds
_CLOUD_COLUMNS = ("name", "status", "point_cloud", "point_cloud_type", "annotations")


def map_splits(
    data: Data,
    function: Callable[[SplitRows, str], SplitRows],
    num_proc: int | None,
    on_error: str = "raise",
    *,
    check: Callable[[SplitRows], None],
) -> AnyDataset:
    """Apply a function to each split of an input.

    Args:
        data: An input of any kind that `open_splits` accepts. A release is built as a dataset.
        function: A function that takes a dataset and the name of its split, and returns the new dataset.
        num_proc: The number of processes; None for a stream.
        on_error: What to do with a faulty sample of a release: ``raise``, ``skip`` or ``keep``.
        check: A function that checks a dataset of one split.

    Returns:
        A dataset of the same kind; a `DatasetDict` or an `IterableDatasetDict` for a dict of splits and for a release.

    Raises:
        OptionError: An option is invalid, `num_proc` was given for a stream, or a dict is empty or has both datasets
            and streams.
        SegmentsHFError: The input has an unsupported type, the release cannot be loaded, or `check` rejects a split.
    """
    check_num_proc(num_proc)
    splits = open_splits(data, streaming=False, num_proc=num_proc, on_error=on_error)
    if splits.are_streams and num_proc is not None:
        raise OptionError(
            f"got {num_proc} for a stream, expected None; use num_workers of a DataLoader to read a stream in several "
            "processes",
            option="num_proc",
        )
    for rows in splits.rows_by_split.values():
        check(rows)
    made = {name: function(rows, name) for name, rows in splits.rows_by_split.items()}
    if not splits.is_dict:
        return next(iter(made.values()))
    return datasets.IterableDatasetDict(made) if splits.are_streams else datasets.DatasetDict(made)


def check_rows(dataset: SplitRows, tool: str = "this function") -> None:
    """Check that a dataset of one split has the columns of images with labels, and categories.

    Args:
        dataset: The dataset or stream.
        tool: The function or command that needs these columns, for the error about rows of other tasks.

    Raises:
        OptionError: The rows are those of point clouds, or of a task type whose labels stay JSON.
        SegmentsHFError: Columns are missing, the features are unknown, or they contain no categories.
    """
    check_features(dataset)
    require_image_task(dataset.features, described_task_type(dataset.info.description or ""), tool)
    if missing := {"name", "status", "image", "width", "height", "annotations"} - set(dataset.features):
        raise SegmentsHFError(
            f"got a dataset without the columns {', '.join(sorted(missing))}, expected the columns of an image "
            "task from `load_release` or from the builder `segments_release`"
        )
    annotation = dataset.features["annotations"]
    fields = annotation[0] if isinstance(annotation, list) else annotation.feature
    if "segmentation_bitmap" not in dataset.features and "points" not in fields:
        raise SegmentsHFError(
            "got a dataset without the column segmentation_bitmap, expected the bitmaps of its labels in this column; "
            "remove the column after this step instead of before it"
        )
    stored_categories(dataset.features)


def check_cloud_rows(dataset: SplitRows, label_type: type[CloudLabel], tool: str) -> None:
    """Check that a dataset of one split has the columns of point clouds with one type of label, and categories.

    Args:
        dataset: The dataset or stream.
        label_type: The type of the labels.
        tool: The function or command that needs these columns, for the error about labels of another type.

    Raises:
        OptionError: The rows have labels of another type.
        SegmentsHFError: Columns are missing, the features are unknown, or they contain no categories.
    """
    check_features(dataset)
    has_point_labels = issubclass(label_type, PointLabel)
    expected = [task for task, kind in POINT_CLOUD_KINDS.items() if kind.point_labels == has_point_labels]
    task_type = described_task_type(dataset.info.description or "")
    if task_type not in expected and label_type_of(dataset.features) is not label_type:
        raise OptionError(
            f"{task_type or 'the task type of the data'} is not supported by {tool}; expected one of the task types "
            f"{', '.join(expected)}"
        )
    needed = {POINT_LABELS_COLUMN if has_point_labels else "ego_pose"}
    check_point_cloud_rows(dataset, needed)


def check_point_cloud_rows(dataset: SplitRows, needed: Collection[str] = ("ego_pose",)) -> None:
    """Check that a dataset of one split has the columns of point clouds with labels, and categories.

    Args:
        dataset: The dataset or stream.
        needed: The columns that are needed besides those of all point clouds.

    Raises:
        SegmentsHFError: Columns are missing, or the features contain no categories.
    """
    if missing := {*_CLOUD_COLUMNS, *needed} - set(dataset.features or ()):
        raise SegmentsHFError(
            f"got a dataset without the columns {', '.join(sorted(missing))}, expected the columns of point clouds "
            "from `load_release` or from the builder `segments_release`"
        )
    stored_categories(dataset.features)


def check_features(dataset: SplitRows) -> None:
    """Check that the features of a dataset of one split are known.

    Raises:
        SegmentsHFError: The features are unknown, as after `map` of a stream.
    """
    if dataset.features is None:
        raise SegmentsHFError("got a stream without features; pass features= to the `map` that made it")


def map_rows(
    part: SplitRows,
    new_columns: NewColumns,
    features: Mapping[str, Any],
    num_proc: int | None,
    problem_column: str | None = None,
    shown_columns: Collection[str] | None = None,
) -> SplitRows:
    """Add or replace columns in the rows of one split, without decoding or encoding the images of other columns.

    Args:
        part: A `Dataset` or an `IterableDataset`.
        new_columns: The function that makes the new columns.
        features: All columns of the result, in order; columns that are not new are copied.
        num_proc: The number of processes.
        problem_column: For a stream, the name of a new column: rows in which it is not null are left out, and the
            column is removed.
        shown_columns: The columns that the progress bar names; by default all new columns.
    """
    raw = without_decoding(part)
    drop = [name for name in raw.features if name not in features]
    if isinstance(raw, datasets.IterableDataset):
        if all(_undecoded(feature) == feature for feature in features.values()):
            rows = _OneRowBatches(Versioned(new_columns), tuple(features), problem_column)
            return raw.map(
                rows, batched=True, batch_size=1, remove_columns=list(raw.features), features=Features(features)
            )
        # `features` are not passed to `map`, because it would then expect decoded values from the function.
        images = tuple(name for name in features if isinstance(raw.features.get(name), Image))
        mapped = raw.map(Versioned(_Pathless(new_columns, images)), remove_columns=drop)
        if problem_column is not None:
            mapped = mapped.filter(_IsNull(problem_column)).remove_columns(problem_column)
        return mapped.cast(Features(features))
    if not len(raw):  # `map` does not add columns to a dataset without rows
        return datasets.Dataset.from_dict({name: [] for name in features}, features=Features(features), split=raw.split)
    return raw.map(
        Versioned(new_columns),
        features=Features(features),
        remove_columns=drop,
        num_proc=num_proc,
        writer_batch_size=_batch_rows(raw),
        desc=f"Making {', '.join(new_columns.features if shown_columns is None else shown_columns)}",
    )


def filter_rows(part: SplitRows, is_wanted: Callable[[Row], bool], num_proc: int | None) -> SplitRows:
    """Return the wanted rows of one split, without decoding their images."""
    raw = without_decoding(part)
    if isinstance(raw, datasets.IterableDataset):
        return raw.filter(Versioned(is_wanted))
    return raw.filter(Versioned(is_wanted), num_proc=num_proc, batch_size=_batch_rows(raw), desc="Finding labeled rows")


def _batch_rows(part: SplitRows) -> int:
    return _CLOUD_BATCH_ROWS if is_point_cloud(part.features) else _IMAGE_BATCH_ROWS


def without_decoding(part: SplitRows) -> SplitRows:
    """Return the dataset with undecoded images, as ``{"bytes": …, "path": …}``, and rows of Python objects."""
    part = part.with_format(None)
    if isinstance(part, datasets.IterableDataset):
        # JSON also stays text. After decoding, `datasets` would encode the JSON in a list of structs again only if the
        # first struct has JSON.
        return part.cast(Features({name: _undecoded(feature) for name, feature in part.features.items()}))
    for name, feature in part.features.items():
        if _decodes_images(feature):
            part = part.cast_column(name, _undecoded(feature))
    return part


def _decodes_images(feature: object) -> bool:
    """Tell whether a feature is an image that is decoded, or contains such images."""
    if isinstance(feature, Image):
        return bool(feature.decode)
    if isinstance(feature, dict):
        return any(map(_decodes_images, feature.values()))
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    return inner is not None and _decodes_images(inner)


def _undecoded(feature: object) -> object:
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
    """A function that makes the new columns, and removes the paths of images that have bytes.

    With a path, `datasets` would read the file at the path instead of the bytes.
    """

    new_columns: Callable[[Row], dict[str, Any]]
    images: tuple[str, ...]

    def __call__(self, row: Row) -> dict[str, Any]:
        undecoded = {name: row[name] for name in self.images if isinstance(row[name], dict)}
        kept = {name: {**value, "path": None} for name, value in undecoded.items() if value["bytes"] is not None}
        return {**kept, **self.new_columns(row)}


@dataclass(frozen=True)
class _OneRowBatches:
    """A function that converts batches of one row, and returns an empty batch for a row that is left out.

    With batches, `map` can get the features of the result, and the stream yields arrays unchanged. If the features were
    set after `map`, the stream would convert arrays to lists of numbers, which takes seconds for the points of one row.
    """

    new_columns: Callable[[Row], dict[str, Any]]
    columns: tuple[str, ...]
    problem_column: str | None

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        row = {name: values[0] for name, values in batch.items()}
        made = {**row, **self.new_columns(row)}
        if self.problem_column is not None and made[self.problem_column] is not None:
            return {name: [] for name in self.columns}
        return {name: [made[name]] for name in self.columns}


@dataclass(frozen=True)
class _IsNull:
    """A function that tells whether a column of a row is null."""

    column: str

    def __call__(self, row: Row) -> bool:
        return row[self.column] is None
