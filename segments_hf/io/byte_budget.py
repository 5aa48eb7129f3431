"""Limit the memory of responses that are received at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each body of unknown length may grow to this number of bytes without a reservation, so that small images never wait.
_UNCOUNTED = 128 * 2**10


class ByteBudget:
    """A limit on the total number of bytes of all unfinished bodies.

    A body of known length reserves its whole length before its first byte is read. A body of unknown length reserves
    more bytes as it grows. If the budget of these bodies is used up, one of them continues and exceeds the budget,
    which prevents a deadlock. A body that is larger than the whole budget waits until no other body of known length is
    being received.

    Args:
        known: The limit for all bodies together, in bytes. A body of known length waits for room within this limit.
        unknown: The limit for the bodies of unknown length, in bytes.
    """

    def __init__(self, known: int, unknown: int) -> None:
        self._known = known
        self._unknown = unknown
        self._held_known = 0
        self._held_unknown = 0
        self._queue = asyncio.Lock()  # serves bodies in order; otherwise a large one might wait forever
        self._released = asyncio.Event()
        self._exceeding: Reservation | None = None

    @contextlib.contextmanager
    def reservation(self) -> Iterator[Reservation]:
        """Create a reservation for one body. The reservation is released at the end of the block."""
        held = Reservation(self)
        try:
            yield held
        finally:
            self._held_known -= held.known
            self._held_unknown -= held.unknown
            if self._exceeding is held:
                self._exceeding = None
            if held.known or held.unknown:
                self._released.set()
                self._released = asyncio.Event()

    async def reserve_known(self, held: Reservation, size: int) -> None:
        """Wait until the budget has room for a whole body, and reserve its bytes."""
        async with self._queue:
            while self._held_known and self._held_known + self._held_unknown + size > self._known:
                await self._released.wait()
            self._held_known += size
            held.known = size

    async def reserve_more(self, held: Reservation, size: int) -> None:
        """Wait until the budget has room for the next bytes of a body of unknown length, and reserve them."""
        while self._held_unknown + size > self._unknown and self._exceeding not in {None, held}:
            await self._released.wait()
        if self._held_unknown + size > self._unknown:
            self._exceeding = held
        self._held_unknown += size
        held.unknown += size


class Reservation:
    """The bytes that one body has reserved.

    Args:
        budget: The budget that counts the bytes.
    """

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._uncounted = _UNCOUNTED
        self.known = 0
        self.unknown = 0

    async def reserve_all(self, size: int) -> None:
        """Reserve the length of the whole body."""
        await self._budget.reserve_known(self, size)

    async def reserve_more(self, size: int) -> None:
        """Reserve the next bytes of a body of unknown length."""
        self._uncounted -= size
        if self._uncounted < 0:
            await self._budget.reserve_more(self, size)
