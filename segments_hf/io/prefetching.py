"""Look ahead: work on several items at a time, with results in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DECODERS = min(4, os.cpu_count() or 1)  # items in flight, where each may hold the pixels of an image

_AHEAD = 8  # items taken per item in flight
_MAX_WEIGHT = 64 * 2**20  # bytes
_PHOTOGRAPH = 2 * 2**20  # bytes: the assumed weight of a result until there is one

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
    """Call a function for each item in threads, several items at a time, and yield the results in order.

    Args:
        work: The function; it runs in threads.
        items: As for `prefetch_futures`.
        weight: As for `prefetch_futures`.
        in_flight: As for `prefetch_futures`.
        max_weight: As for `prefetch_futures`.

    Raises:
        Exception: Whatever `work` raises, at the turn of its item; later items that have not begun are left out.

    >>> list(prefetch(lambda number: number * number, range(5), weight=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        yield from prefetch_futures(
            lambda item: pool.submit(work, item), items, weight=weight, in_flight=in_flight, max_weight=max_weight
        )
    finally:
        # Without waiting: an error should be seen before the retries of other items have ended.
        pool.shutdown(wait=False, cancel_futures=True)


def prefetch_futures(
    submit: Callable[[T], Future[R]],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int,
    max_weight: int = _MAX_WEIGHT,
) -> Iterator[R]:
    """Submit each item, several items at a time, and yield the results in the order of the items.

    An item is submitted only if the results that are held and those in flight weigh `max_weight` at most, or if it is
    the next in order. An item in flight counts as much as the heaviest result so far. Within this limit, other items
    proceed for a good while when the first one is slow.

    Args:
        submit: Starts the work for an item and returns its future; called in any thread.
        items: The items; taken in the calling thread, a few per item in flight ahead of the results.
        weight: The bytes of memory of a result.
        in_flight: The largest number of items in flight.
        max_weight: The bytes of results to hold at most, roughly.

    Raises:
        Exception: Whatever a future raises, at the turn of its item; later items are not submitted.
    """
    source = iter(items)
    queue = _Queue(submit, weight, in_flight, max_weight)
    try:
        while True:
            for item in itertools.islice(source, _AHEAD * in_flight - len(queue)):
                queue.add(item)
            if not queue:
                return
            yield queue.first.result()
            queue.remove_first()
    finally:
        queue.stop()


class _Queue(Generic[T, R]):
    """The items in order: those at the front are submitted, the others wait for room."""

    def __init__(self, submit: Callable[[T], Future[R]], weight: Callable[[R], int], in_flight: int, most: int) -> None:
        self._submit = submit
        self._weight = weight
        self._in_flight = in_flight
        self._most = most
        self._lock = threading.RLock()  # a future may be done, and call back, while it is submitted
        self._submitted: deque[Future[R]] = deque()
        self._waiting: deque[T] = deque()
        self._is_submitting = False
        self._is_stopped = False
        self._unfinished: set[Future[R]] = set()
        self._held = 0
        self._heaviest = 0

    def __len__(self) -> int:
        return len(self._submitted) + len(self._waiting)

    def add(self, item: T) -> None:
        """Append an item."""
        with self._lock:
            self._waiting.append(item)
            self._submit_while_there_is_room()

    @property
    def first(self) -> Future[R]:
        """The future of the first item."""
        return self._submitted[0]

    def remove_first(self) -> None:
        """Remove the first item: its result is not held any more."""
        with self._lock:
            first = self._submitted.popleft()
            self._finish(first)  # it may be done, and not have called back yet
            self._held -= self._weight(first.result())
            self._submit_while_there_is_room()

    def stop(self) -> None:
        """Submit nothing any more. It takes no lock: in a forked process, nothing may ever release it."""
        self._is_stopped = True

    def _submit_while_there_is_room(self) -> None:
        if self._is_submitting:
            return
        self._is_submitting = True
        try:
            while (
                self._waiting and not self._is_stopped and len(self._unfinished) < self._in_flight and self._has_room()
            ):
                future = self._submit(self._waiting.popleft())
                self._submitted.append(future)
                self._unfinished.add(future)
                future.add_done_callback(self._done)
        finally:
            self._is_submitting = False

    def _has_room(self) -> bool:
        unfinished = (len(self._unfinished) + 1) * (self._heaviest or _PHOTOGRAPH)
        return not self._submitted or self._held + unfinished <= self._most

    def _done(self, future: Future[R]) -> None:
        with self._lock:
            self._finish(future)
            self._submit_while_there_is_room()

    def _finish(self, future: Future[R]) -> None:
        if future not in self._unfinished:
            return
        self._unfinished.remove(future)
        if not future.cancelled() and future.exception() is None:
            weight = self._weight(future.result())
            self._held += weight
            self._heaviest = max(self._heaviest, weight)
