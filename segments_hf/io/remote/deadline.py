"""Limit the time of a download."""

from __future__ import annotations

import sys
import time

from segments_hf.errors import AssetError
from segments_hf.option_names import option

# A timeout whose end can be moved. asyncio provides it since Python 3.11. On Python 3.10, it comes from the package
# async_timeout, which aiohttp requires.
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

_MAX_FACTOR = 10  # the largest total time without `postpone`, in multiples of the initial time


class Deadline:
    """The moment at which a download, including all its retries, is abandoned.

    Args:
        seconds: The number of seconds from now.
    """

    def __init__(self, seconds: float) -> None:
        self.began: float = time.monotonic()
        self._seconds = seconds
        self._max_seconds = _MAX_FACTOR * seconds

    def extend(self, seconds: float) -> None:
        """Allow more time, up to a total of ten times the initial time; `postpone` raises this limit."""
        self._seconds = min(self._seconds + seconds, self._max_seconds)

    def postpone(self, seconds: float) -> None:
        """Extend the deadline by the time in which the download waited for this process and not for the server."""
        self._seconds += seconds
        self._max_seconds += seconds

    @property
    def end(self) -> float:
        """The moment of the deadline on the monotonic clock."""
        return self.began + self._seconds

    @property
    def seconds(self) -> float:
        """The total time in seconds, including all extensions."""
        return self._seconds

    @property
    def seconds_left(self) -> float:
        """The number of seconds until the deadline; 0 or negative if it has passed."""
        return self.end - time.monotonic()

    @property
    def checked_seconds_left(self) -> float:
        """The number of seconds until the deadline, always positive.

        Raises:
            AssetError: The deadline has passed.
        """
        left = self.seconds_left
        if left <= 0:
            raise AssetError(
                f"the download took more than {round(self._seconds, 1):g} s; set a longer {option('timeout')}"
            )
        return left

    def allows(self, seconds: float) -> bool:
        """Tell whether a pause of this length would end before the deadline."""
        return seconds < self.seconds_left
