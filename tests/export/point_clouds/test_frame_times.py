"""Timestamps with an unknown unit are converted to microseconds."""

from __future__ import annotations

import pytest

from segments_hf.export.point_clouds.frame_times import FrameTimes


@pytest.mark.parametrize(
    ("timestamps", "expected"),
    [
        (["1700000000123456789", "1700000000223456789"], [1_700_000_000_123_457, 1_700_000_000_223_457]),
        (["1700000000123456", "1700000000223456"], [1_700_000_000_123_456, 1_700_000_000_223_456]),
        (["1700000000123", "1700000000223.5"], [1_700_000_000_123_000, 1_700_000_000_223_500]),
        (["1700000000.123456", "1700000000.2"], [1_700_000_000_123_456, 1_700_000_000_200_000]),
        (["1.7000000001e9", "1.7000000002e9"], [1_700_000_000_100_000, 1_700_000_000_200_000]),
        (["0", "100000000", "200000000"], [0, 100_000, 200_000]),  # nanoseconds since the first frame
        (["-5000", "5000"], [-5, 5]),
    ],
)
def test_times_are_in_microseconds_without_lost_digits(timestamps: list[str], expected: list[int]) -> None:
    assert FrameTimes().of_scene(timestamps, range(len(timestamps))) == expected


@pytest.mark.parametrize(
    "timestamps",
    [
        [None, None],
        ["1700000000123456789", None],
        ["1700000000123456789", "1700000000123456789"],
        ["2", "1"],
        ["0", "1"],  # frame indices
        ["today", "tomorrow"],
        ["NaN", "sNaN"],
        ["1e999999999999999999", "2"],
        ["1", "1e30"],
        ["1700000000", "1e20"],  # the first is a date in seconds; the second is too large
        ["", ""],
    ],
)
def test_times_without_increasing_timestamps_are_multiples_of_half_a_second(
    timestamps: list[str | None],
) -> None:
    times = FrameTimes()
    assert times.of_scene(timestamps, [3, 5]) == [1_500_000, 2_500_000]
    (note,) = times.notes()
    assert "0.5 s" in note


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [("1700000000", "seconds since 1970"), ("12", "nanoseconds"), (None, "usable timestamp")],
)
def test_unusual_timestamps_are_noted(timestamp: str | None, text: str) -> None:
    times = FrameTimes()
    times.of_scene([timestamp], [0])
    (note,) = times.notes()
    assert text in note


def test_timestamps_in_nanoseconds_have_no_note() -> None:
    times = FrameTimes()
    times.of_scene(["1700000000123456789"], [0])
    assert times.notes() == []
