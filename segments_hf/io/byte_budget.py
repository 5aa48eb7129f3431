"""Limit the memory of responses that are received at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN = 128 * 2**10  # bytes of a body of unknown length that do not count: most small pictures never wait


class ByteBudget:
    """The bytes that all unfinished bodies may hold together.

    A body of known length reserves all of it before its first byte is read. A body of unknown length reserves as it
    grows; if there is no room for any of these, one of them goes on nevertheless, so that they never wait for each
    other. A body that is larger than the whole budget is received when there is no other of known length.

    Args:
        known: The bytes of all bodies together.
        unknown: The bytes of the bodies of unknown length.
    """

    def __init__(self, known: int, unknown: int) -> None:
        self._known = known
        self._unknown = unknown
        self._held_known = 0
        self._held_unknown = 0
        self._line = asyncio.Lock()  # first come, first served: else a large body might wait for ever
        self._released = asyncio.Event()
        self._exceeding: Reservation | None = None

    @contextlib.contextmanager
    def reservation(self) -> Iterator[Reservation]:
        """A reservation for one body, given back at the end of the block."""
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
        """Wait for room for a whole body."""
        async with self._line:
            while self._held_known and self._held_known + self._held_unknown + size > self._known:
                await self._released.wait()
            self._held_known += size
            held.known = size

    async def reserve_more(self, held: Reservation, size: int) -> None:
        """Wait for room for more of a body of unknown length."""
        while self._held_unknown + size > self._unknown and self._exceeding not in {None, held}:
            await self._released.wait()
        if self._held_unknown + size > self._unknown:
            self._exceeding = held
        self._held_unknown += size
        held.unknown += size


class Reservation:
    """The bytes that one body holds.

    Args:
        budget: The budget that they are taken from.
    """

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._own = _OWN
        self.known = 0
        self.unknown = 0

    async def reserve_all(self, size: int) -> None:
        """Reserve the length of the whole body."""
        await self._budget.reserve_known(self, size)

    async def reserve_more(self, size: int) -> None:
        """Reserve the next bytes of a body of unknown length."""
        self._own -= size
        if self._own < 0:
            await self._budget.reserve_more(self, size)
