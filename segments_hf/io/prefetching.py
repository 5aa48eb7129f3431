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

# The number of threads for work that uses a processor all the time, such as decoding images.
CPU_THREADS = min(4, os.cpu_count() or 1)

DEFAULT_READ_AHEAD = 8
_MAX_BYTES = 64 * 2**20
_ASSUMED_SIZE = 2 * 2**20  # bytes, about the size of a photograph; assumed until the size of one result is known

T = TypeVar("T")
R = TypeVar("R")


def prefetch(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    size_in_memory: Callable[[R], int],
    in_flight: int = CPU_THREADS,
    max_bytes: int = _MAX_BYTES,
    read_ahead: int = DEFAULT_READ_AHEAD,
) -> Iterator[R]:
    """Call a function for several items simultaneously, in threads, and yield the results in order.

    Args:
        work: The function; it runs in threads.
        items: The items. They are consumed in the calling thread.
        size_in_memory: A function that returns the memory of a result, in bytes.
        in_flight: The largest number of items that are processed simultaneously.
        max_bytes: The approximate limit of the memory of results that are not yet yielded, in bytes.
        read_ahead: At most `read_ahead * in_flight` items are consumed in advance. Choose a low number if each item
            needs much memory.

    Raises:
        Exception: The exception of `work`, in place of the result. Items that have not started are dropped.

    >>> list(prefetch(lambda number: number * number, range(5), size_in_memory=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        yield from prefetch_futures(
            lambda item: pool.submit(work, item),
            items,
            size_in_memory=size_in_memory,
            in_flight=in_flight,
            max_bytes=max_bytes,
            read_ahead=read_ahead,
        )
    finally:
        # Do not wait, so that an error is raised before the retries of other items have ended.
        pool.shutdown(wait=False, cancel_futures=True)


def prefetch_futures(
    submit: Callable[[T], Future[R]],
    items: Iterable[T],
    *,
    size_in_memory: Callable[[R], int],
    in_flight: int,
    max_bytes: int = _MAX_BYTES,
    read_ahead: int = DEFAULT_READ_AHEAD,
) -> Iterator[R]:
    """Submit several items simultaneously, and yield the results in the order of the items.

    An item is submitted only if both conditions are met:

    - Fewer than `in_flight` items are in flight: submitted, but not finished.
    - The results that are not yet yielded, the items in flight and this item need at most `max_bytes` of memory, or the
      result of this item is the next one to yield. An unfinished item is assumed to need the memory of the largest
      result so far.

    Under these conditions, later items are submitted while an earlier item is slow.

    Args:
        submit: A function that starts the work for an item and returns its future. Any thread may call it.
        items: The items. They are consumed in the calling thread.
        size_in_memory: A function that returns the memory of a result, in bytes.
        in_flight: The largest number of items that are processed simultaneously.
        max_bytes: The approximate limit of the memory of results that are not yet yielded, in bytes.
        read_ahead: At most `read_ahead * in_flight` items are consumed in advance. Choose a low number if each item
            needs much memory.

    Raises:
        Exception: The exception of a future, in place of the result. No more items are submitted.
    """
    source = iter(items)
    queue = _Queue(submit, size_in_memory, in_flight, max_bytes)
    try:
        while True:
            for item in itertools.islice(source, read_ahead * in_flight - len(queue)):
                queue.add(item)
            if not queue:
                return
            yield queue.first_future.result()
            queue.remove_first()
    finally:
        queue.stop()


class _Queue(Generic[T, R]):
    """The items in order: first the submitted items, then the waiting items."""

    def __init__(
        self, submit: Callable[[T], Future[R]], size_in_memory: Callable[[R], int], in_flight: int, max_bytes: int
    ) -> None:
        self._submit = submit
        self._size_in_memory = size_in_memory
        self._in_flight = in_flight
        self._max_bytes = max_bytes
        self._lock = threading.RLock()  # reentrant: the callback of a future that is already done runs at once
        self._submitted: deque[Future[R]] = deque()
        self._waiting: deque[T] = deque()
        self._is_submitting = False
        self._is_stopped = False
        self._unfinished: set[Future[R]] = set()
        self._held_bytes = 0  # the memory of the results that are not yet yielded
        self._largest_size = 0  # the memory of the largest result, in bytes

    def __len__(self) -> int:
        with self._lock:  # another thread may be moving items from the waiting to the submitted items
            return len(self._submitted) + len(self._waiting)

    def add(self, item: T) -> None:
        """Append an item."""
        with self._lock:
            self._waiting.append(item)
            self._submit_waiting()

    @property
    def first_future(self) -> Future[R]:
        """The future of the first item."""
        return self._submitted[0]

    def remove_first(self) -> None:
        """Remove the first item and its result."""
        with self._lock:
            future = self._submitted.popleft()
            self._finish(future)  # the callback of this future may not have run yet
            self._held_bytes -= self._size_in_memory(future.result())
            self._submit_waiting()

    def stop(self) -> None:
        """Stop submitting items. Take no lock, because in a forked process the lock may never be released."""
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
        in_flight = (len(self._unfinished) + 1) * (self._largest_size or _ASSUMED_SIZE)
        return not self._submitted or self._held_bytes + in_flight <= self._max_bytes

    def _done(self, future: Future[R]) -> None:
        with self._lock:
            self._finish(future)
            self._submit_waiting()

    def _finish(self, future: Future[R]) -> None:
        """Record that a future is done, and the memory of its result, unless this is already recorded."""
        if future not in self._unfinished:
            return
        self._unfinished.remove(future)
        if not future.cancelled() and future.exception() is None:
            size = self._size_in_memory(future.result())
            self._held_bytes += size
            self._largest_size = max(self._largest_size, size)
