"""Work done ahead, in threads, with results in order."""

from __future__ import annotations

import itertools
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_AHEAD = 16  # items for each thread
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

    Items are taken no faster than results: of those that are under way or wait to be taken, the weights add up to
    about `max_weight` at most. The weight of work under way is taken to be the largest seen so far. Within that, the
    others go on for a good while when the one at the head is slow.

    Args:
        work: What to do; it runs in threads.
        items: What to do it for; taken in the calling thread.
        weight: What a result weighs, in bytes of memory.
        in_flight: How many items may be under way at once.
        max_weight: How many bytes of results may be held, roughly.

    Raises:
        Exception: Whatever `work` raises, when its item's turn comes; what is not begun then is not done.

    >>> list(prefetch(lambda number: number * number, range(5), weight=lambda result: 8))
    [0, 1, 4, 9, 16]
    """
    source = iter(items)
    waiting: deque[Future[R]] = deque()
    heaviest = 0
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="segments-hf")
    try:
        while True:
            room = max(1, min(_AHEAD * in_flight, max_weight // (heaviest or _PHOTOGRAPH)))
            for item in itertools.islice(source, max(0, room - len(waiting))):
                waiting.append(pool.submit(work, item))
            if not waiting:
                return
            result = waiting.popleft().result()
            heaviest = max(heaviest, weight(result))
            yield result
    finally:
        # Not waited for here: an error should be seen before the retries of what is under way are through.
        pool.shutdown(wait=False, cancel_futures=True)
