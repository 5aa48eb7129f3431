"""Points as lines of numbers in text."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.points.files.point_fields import PointField

_SPACES = string.whitespace.encode()
_LARGEST_SPACE = 32  # all control characters count as spaces here; the parser refuses those that are not
_NEWLINE = 10
_EXACT_BYTES = 4  # a float64 represents all integers of this size


def count_lines(content: bytes, start: int) -> int:
    """Count the lines from a position to the end of a file. Empty lines at the end are not counted."""
    end = text_end(content, start)
    return content.count(b"\n", start, end) + (end > start)


def text_end(content: bytes, start: int) -> int:
    """Return the position after the last character that is not a space; `start` if there is no such character."""
    return max(start, len(content.rstrip(_SPACES)))


def read_text_points(text: bytes, num_points: int, fields: Sequence[PointField]) -> dict[str, npt.NDArray[Any]]:
    """Read points, one per line.

    Args:
        text: The lines, separated by newlines. Values are separated by spaces.
        num_points: The number of points.
        fields: The fields, padding included.

    Returns:
        One array of shape (N,) per field without padding; of shape (N, K) for a field with K values per point. They
        have the types of the fields.

    Raises:
        AssetError: A line has another number of values, a value is not a number, or it does not fit the type of its
            field.
    """
    if not num_points:
        return {
            field.name: np.empty((0, field.count) if field.count > 1 else 0, field.dtype)
            for field in fields
            if not field.is_padding
        }
    width = sum(field.count for field in fields)
    _check_lines(text, num_points, width)
    try:
        table = np.fromstring(text, sep=" ").reshape(num_points, width)
    except (ValueError, DeprecationWarning):  # numpy before 2.3 warns, and returns the numbers before the fault
        raise AssetError("got text that is not a number among the values of points") from None
    columns, start = {}, 0
    for field in fields:
        if not field.is_padding:
            values = table[:, start : start + field.count]
            if field.dtype.kind in "iu":
                _check_integers(values, field)
                if field.dtype.itemsize > _EXACT_BYTES:
                    values = _large_integers(text, range(start, start + field.count), width, field)
            with np.errstate(over="ignore"):  # a number may be too large for a float32
                values = values.astype(field.dtype, copy=False)
            columns[field.name] = values if field.count > 1 else values[:, 0]
        start += field.count
    return columns


def _check_lines(text: bytes, num_points: int, width: int) -> None:
    """Check that each line has the same number of values."""
    characters = np.frombuffer(text, np.uint8)
    is_space = characters <= _LARGEST_SPACE
    starts = ~is_space
    starts[1:] &= is_space[:-1]
    values, ends = np.flatnonzero(starts), np.flatnonzero(characters == _NEWLINE)
    if len(values) != num_points * width:
        raise AssetError(
            f"got {len(values):,} values of points, expected {num_points * width:,}: {num_points:,} points with "
            f"{width} values each"
        )
    # Each newline is between the last value of a line and the first value of the next line.
    is_wrong = (ends < values[width - 1 : -1 : width]) | (ends > values[width::width])
    if is_wrong.any():
        raise AssetError(f"got another number of values than {width} for point {int(is_wrong.argmax()):,}")


def _check_integers(values: npt.NDArray[np.float64], field: PointField) -> None:
    """Check that values fit an integer type. A float64 rounds those of 8 bytes, so their limits are inexact."""
    limits = np.iinfo(field.dtype)
    is_valid = (values >= limits.min) & (values <= limits.max) & (values == np.floor(values))
    if not is_valid.all():
        value = values[~is_valid][0]
        raise AssetError(
            f"got {value:.17g} in the field {field.name!r}, expected an integer from {limits.min} to {limits.max}"
        )


def _large_integers(text: bytes, columns: Sequence[int], width: int, field: PointField) -> npt.NDArray[Any]:
    """Read columns of integers that a float64 does not represent."""
    words = text.split()
    try:
        read = [np.fromiter(map(int, words[column::width]), field.dtype) for column in columns]
    except (ValueError, OverflowError):
        raise AssetError(f"got a value in the field {field.name!r} that is not a {field.dtype.name}") from None
    return np.stack(read, axis=1)
