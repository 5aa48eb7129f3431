"""Format the numbers in charts, and choose the ticks of axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import XAxis, YAxis

_FEW_TICKS = 3  # if the digits of a choice give at most this many ticks, the next choice is tried
# The choices of leading digits for the ticks of a logarithmic axis, from a wide to a narrow range of values.
_DIGITS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0))
_TOO_LARGE = 999.5  # would be rounded to 1000


def short_number(number: float) -> str:
    """Return a number with at most three significant digits, from 1,000 on with a unit: k, M or G.

    k stands for thousands, M for millions, G for billions. Numbers from 1,000G on are rounded to whole billions.

    >>> [short_number(number) for number in (0, 42, 2_000, 1_500_000, 36_864)]
    ['0', '42', '2k', '1.5M', '36.9k']
    """
    unit = ""
    for next_unit in ("k", "M", "G"):
        if number < _TOO_LARGE:
            break
        number, unit = number / 1000, next_unit
    return f"{number:.3g}{unit}" if number < _TOO_LARGE else f"{number:,.0f}{unit}"


def percent_text(percent: float) -> str:
    """Return a percentage without a percent sign. Only 0 is shown as 0, and only 100 is shown as 100.

    >>> [percent_text(percent) for percent in (0, 0.002, 0.438, 16.403, 99.99, 100)]
    ['0', '<0.01', '0.44', '16.4', '>99.9', '100']
    """
    if 0 < percent < 0.01:  # noqa: PLR2004
        return "<0.01"
    if 99.9 < percent < 100:  # noqa: PLR2004
        return ">99.9"
    return f"{round(percent, 2):.3g}"


def use_short_numbers(axis: XAxis | YAxis, max_intervals: int, *, are_whole: bool = True) -> None:
    """Choose the ticks of a linear axis, and format them with `short_number`.

    Args:
        axis: The axis.
        max_intervals: The largest number of intervals between ticks.
        are_whole: Whether ticks are only at whole numbers.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=max_intervals, steps=[1, 2, 5, 10], integer=are_whole, min_n_ticks=1))
    axis.set_major_formatter(FuncFormatter(lambda number, _: short_number(number)))


def use_logarithmic_ticks(axis: XAxis, low: float, high: float) -> None:
    """Choose the ticks of a logarithmic axis from `low` to `high`, and format them with `short_number`."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axis.set_major_locator(FixedLocator(logarithmic_ticks(low, high)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda number, _: short_number(number)))


def logarithmic_ticks(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high`: powers of 10, and numbers between them if the range is narrow.

    >>> logarithmic_ticks(300, 20_000)
    [300.0, 1000.0, 3000.0, 10000.0]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    choices = [
        [tick for power in powers for digit in digits if low <= (tick := digit * 10.0**power) <= high]
        for digits in _DIGITS
    ]
    return next((ticks for ticks in choices if len(ticks) > _FEW_TICKS), choices[-1])
