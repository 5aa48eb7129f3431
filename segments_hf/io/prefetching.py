"""Work done ahead, with results in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DECODERS = min(4, os.cpu_count() or 1)  # items under way at once, where each may hold the pixels of a picture

_AHEAD = 8  # items for each that is under way
_MAX_WEIGHT = 64 * 2**20  # bytes
_PHOTOGRAPH = 2 * 2**20  # bytes: what a result is taken to weigh until there is one

T = TypeVar("T")
R = TypeVar("R")


def prefetch(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int = DECODERS,
    max_weight: int = _MAX_WEIGHT,
) -> Iterator[R]:
    """Does some work for each item in threads, several items at a time, and gives the results in order.

    Args:
        work: What to do; it runs in threads.
        items: As for `begin_ahead`.
        weight: As for `begin_ahead`.
        in_flight: As for `begin_ahead`.
        max_weight: As for `begin_ahead`.

    Raises:
        Exception: Whatever `work` raises, when its item's turn comes; what is not begun then is not done.

    >>> list(prefetch(lambda number: number * number, range(5), weight=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        yield from begin_ahead(
            lambda item: pool.submit(work, item), items, weight=weight, in_flight=in_flight, max_weight=max_weight
        )
    finally:
        # Not waited for here: an error should be seen before the retries of what is under way are through.
        pool.shutdown(wait=False, cancel_futures=True)


def begin_ahead(
    begin: Callable[[T], Future[R]],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int,
    max_weight: int = _MAX_WEIGHT,
    wait: Callable[[Future[R]], R] = Future.result,
) -> Iterator[R]:
    """Begins something for each item, several items at a time, and gives the results in the order of the items.

    An item is begun only where the results that wait to be taken, and those under way, weigh `max_weight` at most, or
    where it is the next in order. What is under way is taken to weigh as much as the heaviest result so far. Within
    that, the others go on for a good while when the one at the head is slow.

    Args:
        begin: What begins it, in any thread.
        items: What to do it for; taken in the calling thread, a few for each that is under way ahead of the results.
        weight: What a result weighs, in bytes of memory.
        in_flight: How many items may be under way at once.
        max_weight: How many bytes of results may be held, roughly.
        wait: What waits for a result.

    Raises:
        Exception: Whatever a future raises, when its item's turn comes; what is not begun then is not begun.
    """
    source = iter(items)
    line = _Line(begin, weight, in_flight, max_weight)
    try:
        while True:
            for item in itertools.islice(source, _AHEAD * in_flight - len(line)):
                line.add(item)
            if not line:
                return
            yield wait(line.first)
            line.take_first()
    finally:
        line.stop()


class _Line(Generic[T, R]):
    """The items in their order: those at the front are begun, the others wait for room."""

    def __init__(self, begin: Callable[[T], Future[R]], weight: Callable[[R], int], in_flight: int, most: int) -> None:
        self._begin = begin
        self._weight = weight
        self._in_flight = in_flight
        self._most = most
        self._lock = threading.RLock()  # a future may be done, and say so, while it is begun
        self._begun: deque[Future[R]] = deque()
        self._waiting: deque[T] = deque()
        self._is_beginning = False
        self._under_way: set[Future[R]] = set()
        self._held = 0
        self._heaviest = 0

    def __len__(self) -> int:
        return len(self._begun) + len(self._waiting)

    def add(self, item: T) -> None:
        """Puts an item at the end."""
        with self._lock:
            self._waiting.append(item)
            self._begin_what_has_room()

    @property
    def first(self) -> Future[R]:
        """The one at the head."""
        return self._begun[0]

    def take_first(self) -> None:
        """Makes room: the result at the head is not held any more."""
        with self._lock:
            first = self._begun.popleft()
            self._count(first)  # it may be done, and not have said so yet
            self._held -= self._weight(first.result())
            self._begin_what_has_room()

    def stop(self) -> None:
        """Lets nothing begin any more."""
        with self._lock:
            self._waiting.clear()

    def _begin_what_has_room(self) -> None:
        if self._is_beginning:
            return
        self._is_beginning = True
        try:
            while self._waiting and len(self._under_way) < self._in_flight and self._has_room():
                future = self._begin(self._waiting.popleft())
                self._begun.append(future)
                self._under_way.add(future)
                future.add_done_callback(self._done)
        finally:
            self._is_beginning = False

    def _has_room(self) -> bool:
        under_way = (len(self._under_way) + 1) * (self._heaviest or _PHOTOGRAPH)
        return not self._begun or self._held + under_way <= self._most

    def _done(self, future: Future[R]) -> None:
        with self._lock:
            self._count(future)
            self._begin_what_has_room()

    def _count(self, future: Future[R]) -> None:
        if future not in self._under_way:
            return
        self._under_way.remove(future)
        if not future.cancelled() and future.exception() is None:
            weight = self._weight(future.result())
            self._held += weight
            self._heaviest = max(self._heaviest, weight)
