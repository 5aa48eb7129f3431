"""Compare the frames of sequences of point clouds: their ego poses, timestamps and tracks."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from segments_hf.labels import is_labeled
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.checks.unreadable import is_frame_of_label_only
from segments_hf.validate.wording import listed, ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

NO_POSE = Fault(
    "frames-without-ego-pose",
    "error",
    "without a pose, points are read as points in the world, so they do not match the labels",
)
NOT_INCREASING = Fault(
    "timestamps-not-increasing", "warning", "the frames may be in the wrong order, and velocities are unknown or wrong"
)
OTHER_DIMENSIONS = Fault(
    "track-changes-dimensions", "warning", "if the object is rigid, only one of its sizes can be right"
)

_TOLERANCE = 0.01  # a dimension may change by 0.01 m plus 1%


@dataclass
class _Sequence:
    """The frames of a sequence so far.

    Attributes:
        row: The name and the uuid of the sample.
        num_with_pose: The number of frames with an ego pose.
        without_pose: The indices of the frames without an ego pose.
        last_timestamp: The frame index and the timestamp of the previous row whose timestamp is a number.
        timestamp_faults: A text for each pair of successive rows whose timestamps are equal or in the wrong order.
        dimensions: The dimensions of each track in its first row, and the index of the frame of this row.
        dimension_changes: A text for each track whose dimensions change, by track id.
    """

    row: Row
    num_with_pose: int = 0
    without_pose: set[int] = field(default_factory=set)
    last_timestamp: tuple[int, Decimal] | None = None
    timestamp_faults: list[str] = field(default_factory=list)
    dimensions: dict[int, tuple[list[float], int]] = field(default_factory=dict)
    dimension_changes: dict[int, str] = field(default_factory=dict)


class CloudSequences:
    """Compare the frames of each sequence of point clouds."""

    def __init__(self) -> None:
        self._sequences: dict[tuple[Any, ...], _Sequence] = {}

    def add(self, row: Row, split: str | None) -> None:
        """Add a row if it is a frame of a sequence. A frame that only the label has is ignored.

        Args:
            row: The row.
            split: The split of the row.
        """
        frame = row.get("frame_index")
        if frame is None or is_frame_of_label_only(row):
            return
        name, uuid = row["name"], row.get("uuid")
        sequence = self._sequences.setdefault((split, uuid, name), _Sequence({"name": name, "uuid": uuid}))
        if row["ego_pose"] is None:
            sequence.without_pose.add(frame)
        else:
            sequence.num_with_pose += 1
        _add_timestamp(sequence, frame, row.get("timestamp"))
        if is_labeled(row):
            for item in row["annotations"]:
                _add_dimensions(sequence, frame, item)

    def find_faults(self) -> Iterator[Finding]:
        """Yield the findings about each sequence."""
        for sequence in self._sequences.values():
            if sequence.num_with_pose and sequence.without_pose:
                total = sequence.num_with_pose + len(sequence.without_pose)
                frames = ranges(sequence.without_pose)
                message = f"{len(sequence.without_pose)} of {total} frames have no ego pose: {frames}"
                yield NO_POSE.in_sample(sequence.row, message)
            if sequence.timestamp_faults:
                yield NOT_INCREASING.in_sample(sequence.row, listed(sequence.timestamp_faults))
            if sequence.dimension_changes:
                yield OTHER_DIMENSIONS.in_sample(sequence.row, listed(sequence.dimension_changes.values()))


def _add_timestamp(sequence: _Sequence, frame: int, timestamp: str | None) -> None:
    """Compare the timestamp of a frame with that of the previous row. Texts that are not numbers are ignored."""
    try:
        time = Decimal(timestamp or "NaN")
    except DecimalException:
        return
    if not time.is_finite():
        return
    if sequence.last_timestamp is not None:
        last_frame, last_time = sequence.last_timestamp
        # Rows may be in any order. If `frame == last_frame`, the frame is a duplicate, which `Duplicates` reports.
        if (frame > last_frame and time <= last_time) or (frame < last_frame and time >= last_time):
            (frame_1, time_1), (frame_2, time_2) = sorted([(last_frame, last_time), (frame, time)])
            sequence.timestamp_faults.append(
                f"the timestamp {time_2} of frame {frame_2} is not later than {time_1} of frame {frame_1}"
            )
    sequence.last_timestamp = frame, time


def _add_dimensions(sequence: _Sequence, frame: int, item: Mapping[str, Any]) -> None:
    """Compare the dimensions of a cuboid with those in the first row of its track."""
    track, dimensions = item.get("track_id"), item.get("dimensions")
    if track is None or dimensions is None:
        return
    first, first_frame = sequence.dimensions.setdefault(track, (dimensions, frame))
    if len(first) != len(dimensions):  # `faulty_cuboids` reports dimensions that are not three numbers
        return
    pairs = zip(first, dimensions, strict=True)
    if any(abs(now - before) > _TOLERANCE * (1 + abs(before)) for before, now in pairs):
        text = f"track {track} is {_size(dimensions)} in frame {frame} and {_size(first)} in frame {first_frame}"
        sequence.dimension_changes.setdefault(track, text)


def _size(dimensions: list[float]) -> str:
    return " x ".join(f"{number:g}" for number in dimensions)
