"""Process several items simultaneously, and yield the results in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DECODERS = min(4, os.cpu_count() or 1)  # the number of items in flight, if each item may hold the pixels of an image

AHEAD = 8  # the number of items that are consumed in advance, per item in flight
_MAX_WEIGHT = 64 * 2**20  # bytes
_ASSUMED_WEIGHT = 2 * 2**20  # bytes of a result, about a photograph; used until the first result is known

T = TypeVar("T")
R = TypeVar("R")


def prefetch(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int = DECODERS,
    max_weight: int = _MAX_WEIGHT,
    ahead: int = AHEAD,
) -> Iterator[R]:
    """Call a function for several items simultaneously, in threads, and yield the results in order.

    Args:
        work: The function; it runs in threads.
        items: The items. They are consumed in the calling thread, up to `ahead` for each item in flight.
        weight: A function that returns the memory of a result, in bytes.
        in_flight: The largest number of items in flight.
        max_weight: The approximate limit of the weight of held results, in bytes.
        ahead: The number of items that are consumed in advance, per item in flight. Large items need a low number.

    Raises:
        Exception: The exception of `work`, in place of the result. Items that have not started are dropped.

    >>> list(prefetch(lambda number: number * number, range(5), weight=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        yield from prefetch_futures(
            lambda item: pool.submit(work, item),
            items,
            weight=weight,
            in_flight=in_flight,
            max_weight=max_weight,
            ahead=ahead,
        )
    finally:
        # Do not wait, so that an error is raised before the retries of other items have ended.
        pool.shutdown(wait=False, cancel_futures=True)


def prefetch_futures(
    submit: Callable[[T], Future[R]],
    items: Iterable[T],
    *,
    weight: Callable[[R], int],
    in_flight: int,
    max_weight: int = _MAX_WEIGHT,
    ahead: int = AHEAD,
) -> Iterator[R]:
    """Submit several items simultaneously, and yield the results in the order of the items.

    An item is submitted only if the held results and the items in flight together weigh at most `max_weight`, or if its
    result is the next one to yield. The assumed weight of an item in flight is that of the heaviest result so far.
    Within this limit, later items proceed while the first one is slow.

    Args:
        submit: A function that starts the work for an item and returns its future. Any thread may call it.
        items: The items. They are consumed in the calling thread, up to `ahead` for each item in flight.
        weight: A function that returns the memory of a result, in bytes.
        in_flight: The largest number of items in flight.
        max_weight: The approximate limit of the weight of held results, in bytes.
        ahead: The number of items that are consumed in advance, per item in flight. Large items need a low number.

    Raises:
        Exception: The exception of a future, in place of the result. Later items are not submitted.
    """
    source = iter(items)
    queue = _Queue(submit, weight, in_flight, max_weight)
    try:
        while True:
            for item in itertools.islice(source, ahead * in_flight - len(queue)):
                queue.add(item)
            if not queue:
                return
            yield queue.first.result()
            queue.remove_first()
    finally:
        queue.stop()


class _Queue(Generic[T, R]):
    """The items in order. Those at the front are submitted, the others are waiting."""

    def __init__(
        self, submit: Callable[[T], Future[R]], weight: Callable[[R], int], in_flight: int, max_weight: int
    ) -> None:
        self._submit = submit
        self._weight = weight
        self._in_flight = in_flight
        self._max_weight = max_weight
        self._lock = threading.RLock()  # a future may already be done, and run its callback, while it is submitted
        self._submitted: deque[Future[R]] = deque()
        self._waiting: deque[T] = deque()
        self._is_submitting = False
        self._is_stopped = False
        self._unfinished: set[Future[R]] = set()
        self._held = 0
        self._heaviest = 0

    def __len__(self) -> int:
        with self._lock:  # another thread may be moving items from one list to the other
            return len(self._submitted) + len(self._waiting)

    def add(self, item: T) -> None:
        """Append an item."""
        with self._lock:
            self._waiting.append(item)
            self._submit_waiting()

    @property
    def first(self) -> Future[R]:
        """The future of the first item."""
        return self._submitted[0]

    def remove_first(self) -> None:
        """Remove the first item and its result."""
        with self._lock:
            first = self._submitted.popleft()
            self._finish(first)  # the callback of this future may not have run yet
            self._held -= self._weight(first.result())
            self._submit_waiting()

    def stop(self) -> None:
        """Stop submitting items. This takes no lock, because in a forked process the lock may never be released."""
        self._is_stopped = True

    def _submit_waiting(self) -> None:
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
        unfinished = (len(self._unfinished) + 1) * (self._heaviest or _ASSUMED_WEIGHT)
        return not self._submitted or self._held + unfinished <= self._max_weight

    def _done(self, future: Future[R]) -> None:
        with self._lock:
            self._finish(future)
            self._submit_waiting()

    def _finish(self, future: Future[R]) -> None:
        if future not in self._unfinished:
            return
        self._unfinished.remove(future)
        if not future.cancelled() and future.exception() is None:
            weight = self._weight(future.result())
            self._held += weight
            self._heaviest = max(self._heaviest, weight)
