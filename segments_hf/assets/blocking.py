"""Work that holds up its thread, such as that with a disk."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from segments_hf.assets.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")

_QUICK = 0.005  # seconds: for less, a thread does not pay
_MEMORY = 8  # pieces of work


class Blocking:
    """Does such work: at once, or in threads as long as it turns out to be slow, as with a disk in a network.

    Args:
        threads: How many pieces of work may be under way at once.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="segments-hf")
        self._seconds = 0.0  # what a piece of work took of late

    async def run(self, work: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        """Does some work."""
        if self._seconds > _QUICK:
            return await self.run_in_thread(self._timed, work, *args, **kwargs)
        return self._timed(work, *args, **kwargs)

    async def run_in_thread(self, work: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        """Does some work that is known to be slow."""
        return await wait_for(self._pool.submit(work, *args, **kwargs))

    def close(self) -> None:
        """Begins nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        began = time.monotonic()
        try:
            return work(*args, **kwargs)
        finally:
            self._seconds += (time.monotonic() - began - self._seconds) / _MEMORY
