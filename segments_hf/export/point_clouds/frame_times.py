"""The times of the frames of scenes in microseconds."""

from __future__ import annotations

from collections import Counter
from decimal import Context, Decimal, DecimalException
from itertools import pairwise
from typing import TYPE_CHECKING

from segments_hf.io.number_text import counted
from segments_hf.points.checked_numbers import NUMBER_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEP = 500_000  # microseconds between frames without usable timestamps
# The exponent of ten that converts a unit to microseconds.
_EXPONENTS = {"seconds": 6, "milliseconds": 3, "microseconds": 0, "nanoseconds": -3}
# The years 2000 to 2100 in seconds since 1970. The units differ by factors of 1000, so a number is a date between these
# years in one unit at most.
_FIRST_DATE, _LAST_DATE = 946_684_800, 4_102_444_800
_EXACT = Context(prec=60)  # digits; a timestamp in nanoseconds has 19
# `FrameTimes` counts scenes by these reasons, or by the unit of their timestamps if it is not nanoseconds.
_SINGLE_FRAME, _UNUSABLE, _NO_DATE = "single frame", "unusable timestamps", "no date"
_FROM_INDEX = f"in the files, the time of a frame is its index times {_STEP / 1e6} s"


class FrameTimes:
    """Convert the timestamps of scenes to microseconds, and count the scenes whose times may be wrong.

    A release does not say which unit its timestamps have. This class assumes the unit in which the first timestamp of
    the scene is a date between 2000 and 2100. If it is not such a date in any unit, this class assumes nanoseconds, as
    Segments.ai recommends. The class counts the scenes whose first timestamp is not such a date in nanoseconds.
    `of_scene` also counts the scenes without usable timestamps.
    """

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def of_scene(self, timestamps: Sequence[str | None], frame_indices: Sequence[int]) -> list[int]:
        """Return the times of the frames of a scene in microseconds, also if it has no usable timestamps.

        If a timestamp is missing, is not a number or is too large, or if the times do not increase, the time of a frame
        is its index times 0.5 s.

        Args:
            timestamps: The timestamp of each frame as text.
            frame_indices: The index of each frame in its sequence, in ascending order.
        """
        times = self.of_timestamps(timestamps)
        if times is not None:
            return times
        self._counts[_UNUSABLE if len(frame_indices) > 1 else _SINGLE_FRAME] += 1
        return [_STEP * index for index in frame_indices]

    def of_timestamps(self, timestamps: Sequence[str | None]) -> list[int] | None:
        """Convert the timestamps of the frames of a scene to microseconds.

        Args:
            timestamps: The timestamp of each frame as text.

        Returns:
            The times; None if a timestamp is missing, is not a number or is 1e12 seconds or more, or the times do not
            increase.
        """
        numbers = [_number(text) for text in timestamps]
        known = [number for number in numbers if number is not None]
        unit = _unit_of_date(known[0]) if known else None
        times = [_microseconds(number, unit or "nanoseconds") for number in known]
        is_increasing = all(first < second for first, second in pairwise(times))
        if len(known) < len(numbers) or not is_increasing or any(abs(time) >= NUMBER_LIMIT * 1e6 for time in times):
            return None
        if unit != "nanoseconds":
            self._counts[unit or _NO_DATE] += 1
        return times

    def notes(self) -> list[str]:
        """Return sentences about the scenes whose times may be wrong."""
        notes = []
        for reason, count in sorted(self._counts.items()):
            scenes = counted(count, "scene")
            if reason == _UNUSABLE:
                notes.append(
                    f"{scenes} without timestamps that increase: {_FROM_INDEX}, so the velocities that programs "
                    "compute are wrong"
                )
            elif reason == _SINGLE_FRAME:
                notes.append(f"{scenes} of one frame without a usable timestamp: {_FROM_INDEX}")
            elif reason == _NO_DATE:
                notes.append(
                    f"{scenes} with timestamps that are not dates between 2000 and 2100 in any unit: they were read as "
                    "nanoseconds, as Segments.ai recommends"
                )
            else:
                notes.append(f"{scenes} with timestamps that were read as {reason} since 1970, because of their size")
        return notes


def _number(text: str | None) -> Decimal | None:
    """Return a timestamp with all its digits; None if it is missing, not a number, or too large in all units."""
    try:
        number = _EXACT.create_decimal(text or "NaN")
    except DecimalException:
        return None
    return number if number.is_finite() and number.copy_abs() < Decimal(NUMBER_LIMIT).scaleb(9) else None


def _unit_of_date(number: Decimal) -> str | None:
    """Return the unit in which a number is a date between 2000 and 2100; None if no unit makes it a date."""
    for unit in _EXPONENTS:
        if _FIRST_DATE * 10**6 <= _microseconds(number, unit) < _LAST_DATE * 10**6:
            return unit
    return None


def _microseconds(number: Decimal, unit: str) -> int:
    return int(number.scaleb(_EXPONENTS[unit], _EXACT).to_integral_value(context=_EXACT))
