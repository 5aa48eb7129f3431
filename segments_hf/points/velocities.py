"""Compute the velocities of tracked cuboids."""

from __future__ import annotations

from collections import Counter
from decimal import Context, Decimal, DecimalException
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from segments_hf.errors import OptionError, PointCloudError
from segments_hf.points.checked_numbers import NUMBER_LIMIT
from segments_hf.points.cuboids import boxes
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

_SECONDS = {"ns": Decimal("1e-9"), "us": Decimal("1e-6"), "ms": Decimal("1e-3"), "s": Decimal(1)}
_EXACT = Context(prec=60)  # digits; a timestamp in nanoseconds has 19


class _Frame(NamedTuple):
    """One row of a sequence.

    Attributes:
        row_index: The index of the row in `rows`.
        time: The timestamp in seconds; None if the row has no timestamp.
        tracks: The track id of each cuboid.
        centers: The centers of the cuboids by track id, in the world. Track ids that occur more than once are
            left out.
    """

    row_index: int
    time: Decimal | None
    tracks: list[int]
    centers: dict[int, npt.NDArray[np.float64]]


@short_traceback
def velocities(
    rows: Iterable[Mapping[str, Any]], time_unit: Literal["ns", "us", "ms", "s"] = "ns"
) -> list[npt.NDArray[np.float64]]:
    """Return the velocities of the cuboids of sequences.

    The velocity of a cuboid is the movement of its center from the previous frame to the next frame, divided by the
    time between them. If one of these frames does not exist or does not contain the track, the frame of the cuboid is
    used instead. Unlike in nuScenes, there is no maximum time between frames. Cuboids of different frames are one
    object if they have the same `track_id`; a cuboid without a `track_id` is identified by its `id`.

    Args:
        rows: The frames of one or more sequences, in any order. If a frame is missing, the frames before and after it
            are neighbors. Rows with different `uuid` or `sensor` belong to different sequences. The rows need the
            columns `uuid`, `frame_index`, `timestamp` and `annotations`.
        time_unit: The unit of the timestamps: nanoseconds, as Segments.ai recommends, microseconds, milliseconds or
            seconds. A release does not contain the unit.

    Returns:
        A float64 array of shape (N, 3) for each row, in the order of the rows: the velocities of the N cuboids in the
        order of `boxes(row)`, in the world, in the unit of the positions (usually meters) per second. The velocity is
        NaN if it is unknown: neither neighboring frame contains the track, the frame of the cuboid contains it more
        than once, a timestamp is missing, or the timestamps do not increase. A neighboring frame that contains the
        track more than once is not used.

    Raises:
        OptionError: `time_unit` is unknown.
        PointCloudError: A row is not a frame of a sequence, a timestamp is not a number or is 1e12 seconds or
            more, or a cuboid is invalid.

    >>> rows = [{"uuid": "a", "frame_index": index, "timestamp": f"{1700000000 + index}500000000", "annotations": [
    ...     {"id": 1, "category": 0, "track_id": 7, "type": "cuboid", "position": [3.0 * index, 0, 0],
    ...     "dimensions": [4, 2, 2], "yaw": 0.0}]} for index in range(3)]
    >>> [velocity.tolist() for velocity in velocities(rows)]
    [[[3.0, 0.0, 0.0]], [[3.0, 0.0, 0.0]], [[3.0, 0.0, 0.0]]]
    """
    if time_unit not in _SECONDS:
        raise OptionError(f"got {time_unit!r}, expected 'ns', 'us', 'ms' or 's'", option="time_unit")
    sequences: dict[tuple[Any, Any], list[tuple[int, _Frame]]] = {}
    for index, row in enumerate(rows):
        if row.get("frame_index") is None or not {"uuid", "timestamp"} <= row.keys():
            raise PointCloudError(
                f"row {index}: expected a frame of a sequence, with `uuid`, `frame_index`, `timestamp`"
            )
        sequence = sequences.setdefault((row["uuid"], row.get("sensor")), [])
        sequence.append((row["frame_index"], _frame_of(row, index, time_unit)))
    velocities_by_row: dict[int, npt.NDArray[np.float64]] = {}
    for sequence in sequences.values():
        frames = [frame for _, frame in sorted(sequence, key=lambda item: item[0])]
        for number, frame in enumerate(frames):
            velocities_by_row[frame.row_index] = _velocities_in(
                frame, frames[max(number - 1, 0)], frames[min(number + 1, len(frames) - 1)]
            )
    return [velocities_by_row[index] for index in range(len(velocities_by_row))]


def _frame_of(row: Mapping[str, Any], index: int, unit: str) -> _Frame:
    cuboids = boxes(row, "world")
    tracks = cuboids.track_ids.tolist()
    counts = Counter(tracks)
    centers = {track: center for track, center in zip(tracks, cuboids.center, strict=True) if counts[track] == 1}
    return _Frame(index, _seconds(row["timestamp"], unit), tracks, centers)


def _seconds(timestamp: str | None, unit: str) -> Decimal | None:
    """Return a timestamp in seconds, with all its digits."""
    if timestamp is None:
        return None
    try:
        seconds = _EXACT.multiply(_EXACT.create_decimal(timestamp), _SECONDS[unit])
    except DecimalException:
        seconds = Decimal("NaN")
    if not (seconds.is_finite() and seconds.copy_abs() < NUMBER_LIMIT):
        raise PointCloudError(
            f"timestamp: got {timestamp!r} in the unit {unit!r}, expected a number of less than {NUMBER_LIMIT:g} "
            "seconds"
        )
    return seconds


def _velocities_in(frame: _Frame, previous: _Frame, following: _Frame) -> npt.NDArray[np.float64]:
    """Return the velocities of the cuboids of a frame, of shape (N, 3)."""
    result = np.full((len(frame.tracks), 3), np.nan)
    for number, track in enumerate(frame.tracks):
        if track not in frame.centers:
            continue
        start = previous if track in previous.centers else frame
        end = following if track in following.centers else frame
        seconds = _seconds_between(start, end)
        if seconds > 0:
            result[number] = (end.centers[track] - start.centers[track]) / seconds
    return result


def _seconds_between(start: _Frame, end: _Frame) -> float:
    """Return the time between two frames in seconds; NaN if it is unknown."""
    if start.time is None or end.time is None:
        return np.nan
    return float(_EXACT.subtract(end.time, start.time))
