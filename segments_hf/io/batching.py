"""Apply a function to many items in batches."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BATCH_SIZE = 64  # items

T = TypeVar("T")
R = TypeVar("R")


def map_in_batches(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Apply a function to items, like `map`, but take 64 items from the iterator before each 64 calls of the function.

    This is faster than `map` if the iterator and the function both run much code for each item: during 64
    calls of one of them, the caches of the processor contain only its code.

    >>> list(map_in_batches(str, range(3)))
    ['0', '1', '2']
    """
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH_SIZE)):
        yield from [function(item) for item in batch]
