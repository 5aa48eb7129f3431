"""Velocities are differences of the positions of tracks in the world, divided by the time between frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import OptionError, PointCloudError
from segments_hf.points import velocities

START = 1_700_000_000_123_456_789  # nanoseconds


def cuboid(track_id: int | None, position: list[float], annotation_id: int = 1) -> dict[str, Any]:
    size = {"dimensions": [4.0, 2.0, 1.5], "yaw": 0.3}
    return {"id": annotation_id, "category": 0, "track_id": track_id, "type": "cuboid", "position": position, **size}


def frame(index: int, time: object, *cuboids: dict[str, Any], uuid: str = "a") -> dict[str, Any]:
    pose = {"position": [100.0 * index, 0, 0], "heading": [0, 0, 1, index]}
    timestamp = None if time is None else str(time)
    return {
        "uuid": uuid,
        "frame_index": index,
        "timestamp": timestamp,
        "ego_pose": pose,
        "annotations": list(cuboids),
    }


@given(st.integers(2, 6), st.lists(st.integers(1, 10**10), min_size=5, max_size=5), st.randoms(use_true_random=False))
def test_object_of_constant_velocity_has_this_velocity_in_all_frames(length: int, gaps: list[int], random: Any) -> None:
    times = [START + sum(gaps[:index]) for index in range(length)]
    expected_velocities = {1: np.array([3.0, -4.0, 0.5]), 2: np.zeros(3), 3: np.array([-20.0, 0.0, 0.0])}
    rows = []
    for index, time in enumerate(times):
        tracks = [1, 2, 3]
        random.shuffle(tracks)
        seconds = (time - START) / 1e9
        cuboids = [
            cuboid(track, (track + expected_velocities[track] * seconds).tolist(), annotation_id=index * 10 + track)
            for track in tracks
        ]
        rows.append(frame(index, time, *cuboids))
    shuffled = random.sample(rows, len(rows))
    for row, found in zip(shuffled, velocities(shuffled), strict=True):
        expected = [expected_velocities[item["track_id"]] for item in row["annotations"]]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-14 / (min(gaps) / 1e9))


def test_velocity_is_the_central_difference() -> None:
    xs, times = [0.0, 1.0, 4.0, 4.0], [0, 500_000_000, 1_000_000_000, 3_000_000_000]
    rows = [frame(index, times[index], cuboid(1, [xs[index], 0, 0])) for index in range(4)]
    found = [velocity[0].tolist() for velocity in velocities(rows)]
    assert found == [[2, 0, 0], [4, 0, 0], [pytest.approx(3 / 2.5), 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("unit", "step"), [("ns", 10**9), ("us", 10**6), ("ms", 10**3), ("s", 1)])
def test_timestamps_are_in_the_unit_that_the_caller_passes(unit: Any, step: int) -> None:
    rows = [frame(index, 1_700_000_000 * step + index * step, cuboid(1, [2.0 * index, 0, 0])) for index in range(2)]
    assert velocities(rows, unit)[0].tolist() == [[2, 0, 0]]


def test_all_digits_of_timestamps_are_used() -> None:
    """As float64, these timestamps would be equal."""
    rows = [frame(index, START + 100 * index, cuboid(1, [1e-6 * index, 0, 0])) for index in range(2)]
    assert velocities(rows)[0][0, 0] == pytest.approx(10)
    rows = [frame(index, f"1700000000.12345678{index}", cuboid(1, [1e-6 * index, 0, 0])) for index in range(2)]
    assert velocities(rows, "s")[0][0, 0] == pytest.approx(1000)


def test_sequences_are_not_mixed() -> None:
    one = [frame(index, START + index * 10**9, cuboid(1, [1.0 * index, 0, 0])) for index in range(2)]
    other = [frame(index, START + index * 10**9, cuboid(1, [5.0 * index, 0, 0]), uuid="b") for index in range(2)]
    found = velocities([one[0], other[0], one[1], other[1]])
    assert [velocity.tolist() for velocity in found] == [[[1, 0, 0]], [[5, 0, 0]], [[1, 0, 0]], [[5, 0, 0]]]


def test_cuboids_without_track_are_joined_by_id() -> None:
    rows = [
        frame(index, START + index * 10**9, cuboid(None, [1.0 * index, 0, 0], annotation_id=6)) for index in range(2)
    ]
    assert velocities(rows)[0].tolist() == [[1, 0, 0]]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([frame(0, 0, cuboid(1, [0, 0, 0]))], id="one frame"),
        pytest.param([frame(0, 0, cuboid(1, [0, 0, 0])), frame(1, 1, cuboid(2, [0, 0, 0]))], id="another track"),
        pytest.param(
            [frame(0, 0, cuboid(1, [0, 0, 0])), frame(1, 1), frame(2, 2, cuboid(1, [0, 0, 0]))],
            id="a frame without the track",
        ),
        pytest.param([frame(index, 5, cuboid(1, [0, 0, 0])) for index in range(3)], id="equal timestamps"),
        pytest.param([frame(index, -index, cuboid(1, [0, 0, 0])) for index in range(3)], id="decreasing timestamps"),
        pytest.param([frame(index, None, cuboid(1, [0, 0, 0])) for index in range(3)], id="no timestamps"),
        pytest.param(
            [
                frame(i, i, cuboid(1, [0, 0, 0], annotation_id=1), cuboid(1, [9, 0, 0], annotation_id=2))
                for i in range(3)
            ],
            id="two cuboids of a track in a frame",
        ),
    ],
)
def test_unknown_velocity_is_nan(rows: list[dict[str, Any]]) -> None:
    for row, found in zip(rows, velocities(rows), strict=True):
        assert found.shape == (len(row["annotations"]), 3)
        assert np.isnan(found).all()


def test_rows_without_cuboids_have_no_velocities() -> None:
    assert velocities([]) == []
    assert [velocity.shape for velocity in velocities([frame(0, 0), frame(1, 1)])] == [(0, 3), (0, 3)]


@pytest.mark.parametrize("timestamp", ["2024-01-01T00:00:00Z", "", "nan", "inf", "1e999999999", "1e30"])
def test_timestamp_that_is_not_a_number_or_is_too_large_is_an_error(timestamp: str) -> None:
    with pytest.raises(PointCloudError, match="timestamp"):
        velocities([frame(0, timestamp)])


@pytest.mark.parametrize("column", ["uuid", "frame_index", "timestamp"])
def test_row_that_is_not_a_frame_is_an_error(column: str) -> None:
    row = frame(0, 0)
    del row[column]
    with pytest.raises(PointCloudError, match="row 1: expected a frame of a sequence"):
        velocities([frame(0, 0), row])


def test_unknown_time_unit_is_an_error() -> None:
    with pytest.raises(OptionError, match="time_unit"):
        velocities([], "minutes")  # type: ignore[arg-type]
