"""How long something may take, and whether it is still wanted."""

from __future__ import annotations

import threading
import time

from segments_hf.errors import AssetError


class Deadline:
    """A moment until which an asset may be waited for.

    Args:
        seconds: How long from now.
        stopped: Set by who does not want the asset any more.
    """

    def __init__(self, seconds: float, stopped: threading.Event | None = None) -> None:
        self.began = time.monotonic()
        self._seconds = seconds
        self._stopped = stopped or threading.Event()

    def extend(self, seconds: float) -> None:
        """Allows more time."""
        self._seconds += seconds

    @property
    def left(self) -> float:
        """The seconds that are left, more than 0.

        Raises:
            AssetError: None are, or the asset is not wanted any more.
        """
        left = self.began + self._seconds - time.monotonic()
        if self._stopped.is_set():
            raise AssetError("it was not waited for, as the work was stopped")
        if left <= 0:
            raise AssetError(f"it took more than {self._seconds:g} s; timeout=… allows more")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether there is time to wait so long."""
        return seconds < self.began + self._seconds - time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits; not on, when the asset is not wanted any more."""
        self._stopped.wait(seconds)
