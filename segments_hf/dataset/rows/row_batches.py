"""Combine rows into tables of limited size."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from segments_hf.dataset.compat import cast_table
from segments_hf.dataset.rows.new_columns import Versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from datasets import Features

    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.dataset.rows.outcome import Outcome

_MAX_ROWS = 64
_MAX_BYTES = 32 * 2**20  # the size of files, text and lists of numbers at which a batch ends
_TEXT, _NUMBER = (bytes, str), (int, float)  # made once for speed: `_num_bytes` checks each value


class RowBatch(NamedTuple):
    """Some rows as a table, with the outcomes from which they were made.

    Attributes:
        table: The rows, in the storage types of their features.
        outcomes: The outcomes in order, including those whose row was left out.
    """

    table: pa.Table
    outcomes: Sequence[Outcome]


def make_batches(outcomes: Iterable[Outcome], features: Features, new_columns: NewColumns | None) -> Iterator[RowBatch]:
    """Combine rows into tables of up to 64 rows. A table has fewer rows if some were left out, or if they are large.

    Args:
        outcomes: The rows with their problems. Files are ``{"bytes": …, "path": …}``, and JSON is text.
        features: The columns of the tables.
        new_columns: A function that makes some of these columns for a row. The others are copied from the row.

    Raises:
        BitmapError: The label of an image cannot be converted to the new columns. The error names the sample.
        PointCloudError: The label of a point cloud cannot be converted. The error names the sample.
        AssetError: An image or a point cloud cannot be converted. The error names the sample.
        OptionError: An option of the new columns does not fit an image.
    """
    extend = None if new_columns is None else Versioned(new_columns)
    waiting: list[Outcome] = []
    rows: list[Mapping[str, Any]] = []
    size = 0
    for outcome in outcomes:
        waiting.append(outcome)
        if outcome.row is not None:
            rows.append(outcome.row if extend is None else {**outcome.row, **extend(outcome.row)})
            size += _num_bytes(rows[-1].values())
        if len(waiting) == _MAX_ROWS or size >= _MAX_BYTES:
            yield RowBatch(to_table(rows, features), waiting)
            waiting, rows, size = [], [], 0
    if waiting:
        yield RowBatch(to_table(rows, features), waiting)


def _num_bytes(values: Iterable[object]) -> int:
    """Return the approximate size of the values of a row in bytes; numbers outside of lists and arrays count as 0."""
    size = 0
    for value in values:
        if isinstance(value, _TEXT):
            size += len(value)
        elif isinstance(value, dict):
            size += _num_bytes(value.values())
        elif isinstance(value, list):
            is_numbers = bool(value) and isinstance(value[0], _NUMBER)
            size += 8 * len(value) if is_numbers else _num_bytes(value)
        elif isinstance(value, np.ndarray):
            size += value.nbytes
    return size


def to_table(rows: Sequence[Mapping[str, Any]], features: Features) -> pa.Table:
    """Return rows as a table in the storage types of their features.

    Args:
        rows: The rows. Files are ``{"bytes": …, "path": …}``, and JSON is text. Columns of numbers may be numpy
            arrays of one or two dimensions.
        features: The columns of the table. Other columns of the rows are left out.
    """
    # pyarrow cannot convert Python objects to lists or structs with Arrow's JSON type, so JSON is first stored as
    # strings.
    stored = storage_schema(features)
    arrays = [_column([row[field.name] for row in rows], field.type) for field in stored]
    return cast_table(pa.Table.from_arrays(arrays, schema=stored), features.arrow_schema)


def _column(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Return the values of a column, which may be numpy arrays of shape (N, C), as an Arrow array."""
    arrays = [value for value in values if isinstance(value, np.ndarray) and value.ndim == 2]  # noqa: PLR2004
    if not arrays:
        return pa.array(values, type_)
    # pyarrow converts only arrays of one dimension.
    numbers = np.concatenate(arrays)
    width = numbers.shape[1]
    points = pa.ListArray.from_arrays(
        np.arange(0, numbers.size + 1, width, dtype=np.int32), pa.array(numbers.ravel(), type_.value_type.value_type)
    )
    ends = list(accumulate((0 if value is None else len(value) for value in values), initial=0))
    is_null = np.array([value is None for value in values] + [False])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32(), mask=is_null), points)


def storage_schema(features: Features) -> pa.Schema:
    """Return the schema in which Arrow stores rows with these features, without metadata. JSON is a string."""
    return pa.schema([pa.field(field.name, _storage_type(field.type)) for field in features.arrow_schema])


def _storage_type(type_: pa.DataType) -> pa.DataType:
    """Return the type with extension types, such as Arrow's JSON type, replaced by their storage types."""
    if isinstance(type_, pa.BaseExtensionType):
        return type_.storage_type
    if pa.types.is_struct(type_):
        return pa.struct([pa.field(field.name, _storage_type(field.type)) for field in type_])
    return pa.list_(_storage_type(type_.value_type)) if pa.types.is_list(type_) else type_
