"""Read points from lines of numbers."""

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
_TAIL_BYTES = 2**12
_EXACT_BYTES = 4  # float64 represents all integers of this size exactly


def count_lines(content: bytes, start: int) -> int:
    """Count the lines from a position to the end of a file. Empty lines at the end are not counted."""
    end = len(content)
    while end > start:  # `content.rstrip()` would copy the whole file
        tail = content[max(start, end - _TAIL_BYTES) : end]
        num_spaces = len(tail) - len(tail.rstrip(_SPACES))
        end -= num_spaces
        if num_spaces < len(tail):
            break
    return content.count(b"\n", start, end) + (end > start)


def read_text_points(
    content: bytes, start: int, num_points: int, fields: Sequence[PointField], *, skipped_lines: int = 0
) -> dict[str, npt.NDArray[Any]]:
    """Read one point per line. The values in a line are separated by spaces or tabs.

    Args:
        content: The bytes of the file.
        start: The position of the first line.
        num_points: The number of points.
        fields: The fields, including padding.
        skipped_lines: The number of lines between `start` and the first point.

    Returns:
        One array for each field that is not padding: of shape (N,), or (N, K) for a field with K values per point. The
        arrays have the dtypes of the fields.

    Raises:
        AssetError: A line has another number of values, or a value is not a number or does not fit the dtype of its
            field.
    """
    dtype = np.dtype([(str(number), _text_dtype(field), (field.count,)) for number, field in enumerate(fields)])
    table = np.empty(0, dtype)
    if num_points:
        columns = [field for field in fields for _ in range(field.count)]
        try:
            table = np.loadtxt(
                _lines(content, start),
                dtype,
                comments=None,
                converters={number: int for number, field in enumerate(columns) if _text_dtype(field).kind in "iu"},
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
            points[field.name] = _converted(values if field.count > 1 else values[:, 0], field)
    return points


def _text_dtype(field: PointField) -> np.dtype[Any]:
    """Return the dtype with which `numpy.loadtxt` reads a field.

    `numpy.loadtxt` accepts some numbers that do not fit a small integer dtype. So fields of such dtypes are read as
    float64, and `_converted` checks the values. Padding is also read as float64.
    """
    is_small_integer = field.dtype.kind in "iu" and field.dtype.itemsize <= _EXACT_BYTES
    return np.dtype(np.float64) if is_small_integer or field.is_padding else field.dtype


def _lines(content: bytes, start: int) -> io.BytesIO:
    """Return a file object at the position of the first line.

    Raises:
        AssetError: The lines contain an underscore, which `int` would allow between digits.
    """
    if content.find(b"_", start) >= 0:
        raise AssetError("got text that is not a number among the values of points: '_'")
    lines = io.BytesIO(content)
    lines.seek(start)
    return lines


def _converted(values: npt.NDArray[Any], field: PointField) -> npt.NDArray[Any]:
    """Convert the values of a field to its dtype.

    Raises:
        AssetError: The dtype is an integer dtype, and a value is not an integer or does not fit the dtype.
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
