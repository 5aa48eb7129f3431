"""Scale pixel values of any type to 8 bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

_LEAST_USE = 0.1  # the share of a range; if the values use less, they probably have fewer bits than their type


class ValueRange(NamedTuple):
    """A range of pixel values, such as the range that is scaled to 0..255.

    Attributes:
        low: The lowest value of the range.
        high: The highest value of the range.
    """

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.10g} to {self.high:.10g}"


def checked_range(image_range: Iterable[float | str] | None) -> ValueRange | None:
    """Check the option `image_range` and return it as a range; None if it is None.

    Raises:
        OptionError: The option is not two finite numbers in increasing order.

    >>> checked_range([0, 4095])
    ValueRange(low=0.0, high=4095.0)
    """
    if image_range is None:
        return None
    try:
        low, high = map(float, image_range)
        is_valid = not isinstance(image_range, str) and low < high and math.isfinite(255 * high - 255 * low)
    except (TypeError, ValueError, OverflowError):
        is_valid = False
    if not is_valid:
        raise OptionError(
            f"got {image_range!r}, expected the pixel values for black and for white, such as (0, 4095)",
            option="image_range",
        )
    return ValueRange(low, high)


def scaled(values: npt.NDArray[Any], limits: ValueRange) -> npt.NDArray[np.uint8]:
    """Scale values to 0..255, rounding half up.

    Args:
        values: Integers or floats of any shape.
        limits: The range that is scaled to 0..255. Values outside become 0 or 255, and NaN becomes 0.

    Returns:
        An array of the same shape.

    >>> scaled(np.array([0, 2048, 4095, 9999]), ValueRange(0, 4095))
    array([  0, 128, 255, 255], dtype=uint8)
    """
    clipped = np.clip(values.astype(np.float64), limits.low, limits.high)
    levels = np.floor(255 * (clipped - limits.low) / (limits.high - limits.low) + 0.5)
    return np.nan_to_num(levels, nan=0).astype(np.uint8)


class Scaling(NamedTuple):
    """The scaling of a deep image to 8 bits.

    Attributes:
        limits: The range that was scaled to 0..255.
        used_range: The lowest and the highest finite value of the image.
        is_guess: Whether `limits` is guessed from the values, because no option, file or type declares one.
    """

    limits: ValueRange
    used_range: ValueRange
    is_guess: bool

    @property
    def warnings(self) -> dict[str, str]:
        """The warnings about this image.

        Each key is a phrase about all images with the same warning, and each value is a phrase about this image.
        """
        warnings = {}
        used, limits = self.used_range, self.limits
        if self.is_guess:
            warnings["have floats outside of 0 to 1"] = f"has values from {used}, scaled by the range {limits}"
        if used.low < limits.low or used.high > limits.high:
            warnings["have values outside of their range, which were clipped"] = (
                f"has values from {used} for the range {limits}"
            )
        if used.high - used.low < _LEAST_USE * (limits.high - limits.low):
            warnings["use under a tenth of their range"] = f"uses {used} of the range {limits}"
        return warnings
