"""Check that the sensors of a sample have the same number of frames."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segments_hf.labels.row import Row
    from segments_hf.release import Release
    from segments_hf.validate.finding import Finding

UNEQUAL_LENGTHS = Fault(
    "sensors-of-unequal-length",
    "warning",
    "frames of two sensors belong together if they have the same index, so some frames are combined with a wrong frame "
    "or with none",
)


class SensorLengths:
    """Find samples whose sensors have different numbers of frames, in releases of several sensors.

    Args:
        releases: The releases that the rows are made from.
    """

    def __init__(self, releases: Iterable[Release]) -> None:
        # By the name and the uuid of a sample: the number of frames of each sensor.
        self._counts: dict[tuple[str, str | None], dict[str, int]] = {}
        for release in releases:
            for index, counts in release.unequal_frame_counts.items():
                with suppress(ReleaseError):  # `loading_problems` reports samples that cannot be read
                    sample = release[index]
                    self._counts[sample.name, sample.uuid] = counts

    def check(self, row: Row) -> Iterator[Finding]:
        """Find a sample whose sensors have different numbers of frames. A sample is reported once."""
        if self._counts and (counts := self._counts.pop((row["name"], row.get("uuid")), None)):
            numbers = ", ".join(f"{name!r} has {number:,}" for name, number in counts.items())
            yield UNEQUAL_LENGTHS.in_sample(row, f"the numbers of frames of the sensors differ: {numbers}")
