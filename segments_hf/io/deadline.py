"""How long something may take."""

from __future__ import annotations

import time

from segments_hf.errors import AssetError


class Deadline:
    """A moment until which an asset may be waited for.

    Args:
        seconds: How long from now.
    """

    def __init__(self, seconds: float) -> None:
        self.began = time.monotonic()
        self._seconds = seconds

    def extend(self, seconds: float) -> None:
        """Allows more time."""
        self._seconds += seconds

    @property
    def left(self) -> float:
        """The seconds that are left, more than 0.

        Raises:
            AssetError: None are.
        """
        left = self.began + self._seconds - time.monotonic()
        if left <= 0:
            raise AssetError(f"it took more than {self._seconds:g} s; timeout=… allows more")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether there is time to wait so long."""
        return seconds < self.began + self._seconds - time.monotonic()
