"""Check the type of rows, and the coordinates and other numbers in poses, cuboids, cameras and points."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from segments_hf.errors import OptionError, PointCloudError

if TYPE_CHECKING:
    import numpy.typing as npt

# Numbers of this size or more are errors. At 1e12 m, neighboring float64 numbers are 0.1 mm apart.
NUMBER_LIMIT: Final = 1e12

_NUM_COORDINATES = 3


def checked_numbers(value: object, shape: tuple[int, ...], name: str) -> npt.NDArray[np.float64]:
    """Return numbers as a float64 array, and check their shape and range.

    Args:
        value: The numbers: a number, an array or nested lists.
        shape: The expected shape; () for one number.
        name: The name of the numbers, for the error.

    Raises:
        PointCloudError: The value has another shape or does not consist of numbers; or a number is not finite, or is
            1e12 or more in absolute value.

    >>> checked_numbers([1, 2, 3], (3,), "position")
    array([1., 2., 3.])
    """
    numbers = _as_floats(value)
    if numbers is None or numbers.shape != shape or not are_finite(numbers):
        expected = f"numbers of shape {shape}" if shape else "a number"
        raise PointCloudError(
            f"{name}: got {reprlib.repr(value)}, expected {expected}, finite and below {NUMBER_LIMIT:g} in absolute "
            "value"
        )
    return numbers


def are_finite(numbers: npt.NDArray[np.float64]) -> bool:
    """Tell whether all numbers are finite, and below 1e12 in absolute value."""
    return bool((np.abs(numbers) < NUMBER_LIMIT).all())  # the comparison is False for NaN


def checked_points(points: npt.ArrayLike) -> npt.NDArray[np.number[Any]]:
    """Return points as an array of shape (N, 3 or more).

    Args:
        points: x, y, z and perhaps further columns. Coordinates may be NaN.

    Raises:
        PointCloudError: The array has another shape, or a dtype other than integers and floats.
    """
    array = np.asarray(points)
    if array.ndim != 2 or array.shape[1] < _NUM_COORDINATES or array.dtype.kind not in "fiu":  # noqa: PLR2004
        raise PointCloudError(
            f"points: got an array of shape {array.shape} and dtype {array.dtype}, expected the shape "
            "(N, 3 or more), and integers or floats"
        )
    return array


def check_row(row: object) -> None:
    """Check that a value is a row.

    Raises:
        OptionError: The value is not a dict from column names to values. For example, it is a dataset.
    """
    if not isinstance(row, Mapping):
        raise OptionError(
            f"got a value of the type {type(row).__name__}, expected one row, such as dataset[0]", option="row"
        )


def _as_floats(value: object) -> npt.NDArray[np.float64] | None:
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):  # not numbers, or lists of different lengths
        return None
