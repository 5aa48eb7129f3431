"""Points as lines of numbers in text."""

from __future__ import annotations

import io
import string
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.points.files.point_fields import PointField

_SPACES = string.whitespace.encode()
_TAIL = 2**12  # bytes
_EXACT_BYTES = 4  # a float64 represents all integers of this size


def count_lines(content: bytes, start: int) -> int:
    """Count the lines from a position to the end of a file. Empty lines at the end are not counted."""
    end = len(content)
    while end > start:  # a copy of the whole file takes longer
        tail = content[max(start, end - _TAIL) : end]
        spaces = len(tail) - len(tail.rstrip(_SPACES))
        end -= spaces
        if spaces < len(tail):
            break
    return content.count(b"\n", start, end) + (end > start)


def read_text_points(
    content: bytes, start: int, num_points: int, fields: Sequence[PointField], *, skipped_lines: int = 0
) -> dict[str, npt.NDArray[Any]]:
    """Read points, one per line. Values are separated by spaces.

    Args:
        content: The file.
        start: The position of the first line.
        num_points: The number of points.
        fields: The fields, padding included.
        skipped_lines: The number of lines before the points.

    Returns:
        One array of shape (N,) per field without padding; of shape (N, K) for a field with K values per point. They
        have the types of the fields.

    Raises:
        AssetError: A line has another number of values, a value is not a number, or it does not fit the type of its
            field.
    """
    dtype = np.dtype([(str(number), _type_in_text(field), (field.count,)) for number, field in enumerate(fields)])
    table = np.empty(0, dtype)
    if num_points:
        columns = [field for field in fields for _ in range(field.count)]
        try:
            table = np.loadtxt(
                _lines(content, start),
                dtype,
                comments=None,
                converters={number: int for number, field in enumerate(columns) if _type_in_text(field).kind in "iu"},
                encoding="ascii",
                skiprows=skipped_lines,
                max_rows=num_points,
                ndmin=1,
            )
        except (ValueError, OverflowError) as error:
            raise AssetError(f"got text that is not a point with {len(columns)} values ({error})") from error
    if len(table) != num_points:
        raise AssetError(f"got {len(table):,} points in text, expected {num_points:,}")
    points = {}
    for number, field in enumerate(fields):
        values = table[str(number)]
        if not field.is_padding:
            points[field.name] = _typed(values if field.count > 1 else values[:, 0], field)
    return points


def _type_in_text(field: PointField) -> np.dtype[Any]:
    """Return the type as which a field is read.

    `numpy.loadtxt` does not refuse every number that does not fit a small integer, so these are read as float64.
    """
    is_small_integer = field.dtype.kind in "iu" and field.dtype.itemsize <= _EXACT_BYTES
    return np.dtype(np.float64) if is_small_integer or field.is_padding else field.dtype


def _lines(content: bytes, start: int) -> io.BytesIO:
    """Return a file that reads lines from a position on."""
    if content.find(b"_", start) >= 0:  # `int` allows it between digits
        raise AssetError("got text that is not a number among the values of points: '_'")
    lines = io.BytesIO(content)
    lines.seek(start)
    return lines


def _typed(values: npt.NDArray[Any], field: PointField) -> npt.NDArray[Any]:
    """Convert the values of a field to its type.

    Raises:
        AssetError: A value is not an integer, or does not fit the type.
    """
    if values.dtype.kind == "f" and field.dtype.kind in "iu":
        limits = np.iinfo(field.dtype)
        is_valid = (values >= limits.min) & (values <= limits.max) & (values == np.floor(values))
        if not is_valid.all():
            raise AssetError(
                f"got {values[~is_valid][0]:g} in the field {field.name!r}, expected an integer from {limits.min} to "
                f"{limits.max}"
            )
    return values.astype(field.dtype, copy=False)
