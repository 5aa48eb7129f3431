"""Work done ahead, in threads, with results in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DECODERS = min(4, os.cpu_count() or 1)  # items under way at once, where each may hold the pixels of a picture

_AHEAD = 8  # items for each thread
_PHOTOGRAPH = 2 * 2**20  # bytes: what a result is taken to weigh until there is one

T = TypeVar("T")
R = TypeVar("R")


def prefetch(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int = 32,
    max_weight: int = 64 * 2**20,
) -> Iterator[R]:
    """Does some work for each item, several items at a time, and gives the results in the order of the items.

    Work begins only where the results that wait to be taken, and those under way, weigh `max_weight` at most, or where
    it is the next in order. What is under way is taken to weigh as much as the heaviest result so far. Within that,
    the others go on for a good while when the one at the head is slow.

    Args:
        work: What to do; it runs in threads.
        items: What to do it for; taken in the calling thread, a few for each thread ahead of the results.
        weight: What a result weighs, in bytes of memory.
        in_flight: How many items may be under way at once.
        max_weight: How many bytes of results may be held, roughly.

    Raises:
        Exception: Whatever `work` raises, when its item's turn comes; what is not begun then is not done.

    >>> list(prefetch(lambda number: number * number, range(5), weight=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    source = enumerate(items)
    waiting: deque[Future[R]] = deque()
    scale = _Scale(work, weight, max_weight)
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        while True:
            for place, item in itertools.islice(source, _AHEAD * in_flight - len(waiting)):
                waiting.append(pool.submit(scale.run, place, item))
            if not waiting:
                return
            result = waiting.popleft().result()
            yield result
            scale.taken(result)
    finally:
        # Not waited for here: an error should be seen before the retries of what is under way are through.
        scale.stop()
        pool.shutdown(wait=False, cancel_futures=True)


class _Scale(Generic[T, R]):
    """Lets work begin while there is room for its result."""

    def __init__(self, work: Callable[[T], R], weight: Callable[[R], int], most: int) -> None:
        self._work = work
        self._weight = weight
        self._most = most
        self._changed = threading.Condition()
        self._stopped = False
        self._next = 0  # the place of the item whose result is taken next
        self._under_way = 0
        self._held = 0
        self._heaviest = 0

    def run(self, place: int, item: T) -> R:
        """Does the work for the item at a place, when there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(place))
            if self._stopped:
                raise CancelledError
            self._under_way += 1
        weight = 0
        try:
            result = self._work(item)
            weight = self._weight(result)
            return result
        finally:
            with self._changed:
                self._under_way -= 1
                self._held += weight
                self._heaviest = max(self._heaviest, weight)
                self._changed.notify_all()

    def taken(self, result: R) -> None:
        """Makes room: a result is not held any more."""
        with self._changed:
            self._next += 1
            self._held -= self._weight(result)
            self._changed.notify_all()

    def stop(self) -> None:
        """Lets nothing begin any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _has_room(self, place: int) -> bool:
        under_way = (self._under_way + 1) * (self._heaviest or _PHOTOGRAPH)
        return self._stopped or place <= self._next or self._held + under_way <= self._most
