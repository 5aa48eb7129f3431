"""Read the rows to draw and their classes. Only the files of these rows are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import datasets

from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.release_inputs import describe_input, releases_by_split
from segments_hf.dataset.row_map import check_features
from segments_hf.drawing.classes import Classes, classes_of, classes_of_features
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.number_options import check_number
from segments_hf.labels import JSON_LABEL_COLUMN, is_point_cloud, require_known_task

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, LoadKeywords, ReleaseKeywords
    from segments_hf.drawing.classes import ClassSource
    from segments_hf.labels.row import Row

# A dict with one of these keys is a row, unless its values are releases or datasets: then it is a dict of splits.
_ROW_KEYS = ("image", "annotations", "objects", "label", "annotation", "point_cloud", JSON_LABEL_COLUMN)
_PLOT_NAME = "plot"  # the name of the function that draws one row, for errors


def first_rows(
    data: Data | Sequence[Row] | Iterator[Row],
    limit: int,
    of: ClassSource = None,
    on_error: str | None = None,
    *,
    tool: str,
    **options: Unpack[ReleaseKeywords],
) -> tuple[list[dict[str, Any]], Classes]:
    """Return the first rows of an input, with encoded images, and their classes.

    Args:
        data: An input of any kind that `open_splits` accepts; its splits are read one after the other. Or a list or
            an iterator of rows.
        limit: The maximum number of rows.
        of: The source of the classes, as `classes_of` accepts it. The default is the input itself; for rows, the
            classes are then unknown.
        on_error: What to do with a sample of a release that has an error; by default, the sample is kept.
        tool: The name of the function that draws the rows, for errors.
        **options: The options of `load_release` for a release.

    Raises:
        SegmentsHFError: The input has an unsupported type, or contains no categories.
        OptionError: The input is a single row, or has no rows; `limit` is not positive; `options` are passed for an
            input that is not a release; the rows are neither those of images nor those of point clouds; a list has rows
            of both; or a row contains arrays.
    """
    if _is_row(data):
        require_known_task(data, None, tool)
        raise OptionError(
            "got one row as a dict, expected its dataset or a list of rows: plot(dataset, index=0) draws the row with "
            "the index 0, and contact_sheet([row], of=dataset) draws a list of rows"
        )
    check_number("limit", limit, 1)
    loading = cast("LoadKeywords", options if on_error is None else {**options, "on_error": on_error})
    if isinstance(data, Iterator | Sequence) and not isinstance(data, str | bytes):
        if loading:
            raise OptionError(f"got {', '.join(loading)} for a list of rows, but only releases have these options")
        chosen_rows = [dict(_checked_row(row, tool)) for row in islice(data, limit)]
    else:
        opened = open_rows(data, assets=True, limit=limit, check=check_features, building={"on_error"}, **loading)
        require_known_task(opened.features, opened.task_type, tool)
        rows = (outcome.row for outcome in opened.outcomes() if outcome.row is not None)
        chosen_rows = [dict(row) for row in islice(rows, limit)]
        of = classes_of_features(opened.features) if of is None else of
    if not chosen_rows:
        raise OptionError("got no rows, expected at least one")
    if len(set(map(is_point_cloud, chosen_rows))) > 1:
        raise OptionError("got rows of images and rows of point clouds in one list, expected rows of one kind")
    return chosen_rows, classes_of(of)


def one_row(data: Data | Row, index: int, of: ClassSource = None, sensor: str | None = None) -> tuple[Row, Classes]:
    """Return one row of an input, with encoded images, and its classes.

    The camera images of a release are fetched too. If the input is a row, it is returned unchanged.

    Args:
        data: A row, or an input of any kind that `open_splits` accepts.
        index: The index of the row, from 0. The rows of several splits are numbered one split after the other.
        of: The source of the classes, as `classes_of` accepts it. The default is the input itself; for a row, the
            classes are then unknown.
        sensor: The sensor of a release of several sensors; by default, the sensor with point clouds. Required if no
            sensor has point clouds, or several have.

    Raises:
        OptionError: The index is out of range, or not 0 for a row; `of` is a number; the row is neither that of an
            image nor that of a point cloud, or contains arrays; or the input is not a release with the sensor `sensor`.
        SegmentsHFError: The input has an unsupported type, or contains no categories; or the sample cannot be read.
    """
    check_number("index", index, 0)
    if isinstance(of, int):
        raise OptionError(
            f"got {of!r}, expected a dataset, a release or categories; pass the index of a row as index={of!r}",
            option="of",
        )
    if sensor is not None and releases_by_split(data) is None:
        raise OptionError(f"got {sensor!r} for {describe_input(data)}, but only releases have sensors", option="sensor")
    if _is_row(data):
        if index:
            raise OptionError(f"got {index} for a single row, expected a dataset or a release as data", option="index")
        return _checked_row(data, _PLOT_NAME), classes_of(of)
    loading: LoadKeywords = {} if releases_by_split(data) is None else {"cameras": True, "sensor": sensor}
    opened = open_rows(data, assets=True, skip=index, limit=1, check=check_features, **loading)
    require_known_task(opened.features, opened.task_type, _PLOT_NAME)
    outcome = next(iter(opened.outcomes()), None)
    if outcome is None:
        raise OptionError(
            f"got {index}, but the data have no row with this index; the first row has the index 0", option="index"
        )
    if outcome.row is None:
        raise SegmentsHFError(f"sample {outcome.problems[0].sample!r}: {outcome.problems[0].reason}")
    return outcome.row, classes_of_features(opened.features) if of is None else classes_of(of)


def _is_row(data: object) -> TypeGuard[Row]:
    """Return whether a value is a row. A dict of splits is not a row, even if a split has the name of a column."""
    return (
        isinstance(data, Mapping)
        and any(name in data for name in _ROW_KEYS)
        and releases_by_split(data) is None
        and not any(map(_is_dataset, data.values()))
    )


def _is_dataset(value: object) -> bool:
    return isinstance(value, datasets.Dataset | datasets.IterableDataset)


def _checked_row(row: object, tool: str) -> Row:
    if not isinstance(row, Mapping):
        raise SegmentsHFError(f"got {type(row).__name__} in a list of rows, expected each row as a dict of columns")
    require_known_task(row, None, tool)
    if any(_has_array(row.get(name)) for name in _ROW_KEYS):
        raise OptionError(
            "got a row with arrays, expected a row with Python values: pass dataset.with_format(None)[index]"
        )
    return row


def _has_array(value: object) -> bool:
    """Return whether a value is or contains a numpy array or a torch tensor. Only the first item of a list is read."""
    if isinstance(value, Mapping):
        return any(map(_has_array, value.values()))
    if isinstance(value, list):
        return bool(value) and _has_array(value[0])
    return hasattr(value, "dtype")
