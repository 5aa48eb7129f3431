"""Limit the time that an asset may take."""

from __future__ import annotations

import sys
import time

from segments_hf.errors import AssetError

# A timeout whose end can be moved: Python 3.10 has none, and there aiohttp depends on the package that does.
if sys.version_info >= (3, 11):
    from asyncio import Timeout, timeout_at

    def move_timeout(timeout: Timeout, when: float) -> None:
        """Move the end of a timeout to another moment of the monotonic clock."""
        timeout.reschedule(when)

else:
    from async_timeout import Timeout, timeout_at

    def move_timeout(timeout: Timeout, when: float) -> None:
        """Move the end of a timeout to another moment of the monotonic clock."""
        timeout.update(when)


__all__ = ["Deadline", "Timeout", "move_timeout", "timeout_at"]

_LONGEST = 10  # times the initial seconds, with all extensions


class Deadline:
    """The moment at which the download of an asset is given up, with all its retries.

    Args:
        seconds: The time from now.
    """

    def __init__(self, seconds: float) -> None:
        self.began = time.monotonic()
        self._seconds = seconds
        self._most = _LONGEST * seconds

    def extend(self, seconds: float) -> None:
        """Allow more time; all extensions together make the initial time ten times as long at most."""
        self._seconds = min(self._seconds + seconds, self._most)

    def postpone(self, seconds: float) -> None:
        """Leave out time in which the download waited for this process."""
        self._seconds += seconds
        self._most += seconds

    @property
    def end(self) -> float:
        """The moment, by the monotonic clock."""
        return self.began + self._seconds

    @property
    def seconds(self) -> float:
        """The whole time, with all extensions."""
        return self._seconds

    @property
    def seconds_left(self) -> float:
        """The seconds that are left; none or less when the deadline has passed."""
        return self.end - time.monotonic()

    @property
    def left(self) -> float:
        """The seconds that are left, more than 0.

        Raises:
            AssetError: The deadline has passed.
        """
        left = self.seconds_left
        if left <= 0:
            raise AssetError(f"it took more than {round(self._seconds, 1):g} s; timeout=… allows more")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether a pause of this length ends before the deadline."""
        return seconds < self.seconds_left
