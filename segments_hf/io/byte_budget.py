"""Limit the memory of HTTP responses that are received at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A response body of unknown length may grow to this number of bytes without a reservation, so that small images of
# unknown length do not wait.
_UNCOUNTED_BYTES = 128 * 2**10


class ByteBudget:
    """A limit on the total number of bytes of all response bodies that are being received.

    A body of known length reserves its whole length before its first byte is read, and waits until it fits into the
    total limit. If no other body of known length is being received, the body does not wait, even if it is larger than
    the limit.

    A body of unknown length reserves more bytes as it grows. If the bodies of unknown length have reserved all bytes of
    their own limit, one of them continues and exceeds it, which prevents a deadlock.

    Args:
        total_limit: The limit for all bodies together, in bytes. Only bodies of known length wait for it.
        unknown_length_limit: The limit for the bodies of unknown length, in bytes.
    """

    def __init__(self, total_limit: int, unknown_length_limit: int) -> None:
        self._total_limit = total_limit
        self._unknown_length_limit = unknown_length_limit
        self._reserved_known = 0
        self._reserved_unknown = 0
        self._waiting_lock = asyncio.Lock()  # serves bodies in order; otherwise a large body might wait forever
        self._released = asyncio.Event()  # set when bytes are released, and then replaced by a new event
        self._exceeding: Reservation | None = None

    @contextlib.contextmanager
    def reservation(self) -> Iterator[Reservation]:
        """Create a reservation for one body. The reservation is released at the end of the block."""
        reservation = Reservation(self)
        try:
            yield reservation
        finally:
            self._reserved_known -= reservation.known_bytes
            self._reserved_unknown -= reservation.unknown_bytes
            if self._exceeding is reservation:
                self._exceeding = None
            if reservation.known_bytes or reservation.unknown_bytes:
                self._released.set()
                self._released = asyncio.Event()

    async def reserve_known(self, reservation: Reservation, size: int) -> None:
        """Wait until all bytes of a body of known length may be reserved, and reserve them."""
        async with self._waiting_lock:
            while self._reserved_known and self._reserved_known + self._reserved_unknown + size > self._total_limit:
                await self._released.wait()
            self._reserved_known += size
            reservation.known_bytes = size

    async def reserve_more(self, reservation: Reservation, size: int) -> None:
        """Wait until the next bytes of a body of unknown length may be reserved, and reserve them."""
        while self._reserved_unknown + size > self._unknown_length_limit and self._exceeding not in {None, reservation}:
            await self._released.wait()
        if self._reserved_unknown + size > self._unknown_length_limit:
            self._exceeding = reservation
        self._reserved_unknown += size
        reservation.unknown_bytes += size


class Reservation:
    """The bytes that one body has reserved.

    Args:
        budget: The budget that counts the bytes.

    Attributes:
        known_bytes: The number of reserved bytes of a body of known length.
        unknown_bytes: The number of reserved bytes of a body of unknown length.
    """

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._uncounted_bytes = _UNCOUNTED_BYTES
        self.known_bytes = 0
        self.unknown_bytes = 0

    async def reserve_all(self, size: int) -> None:
        """Reserve all bytes of a body of known length."""
        await self._budget.reserve_known(self, size)

    async def reserve_more(self, size: int) -> None:
        """Reserve the next bytes of a body of unknown length. Its first 128 KiB need no reservation."""
        self._uncounted_bytes -= size
        if self._uncounted_bytes < 0:
            await self._budget.reserve_more(self, size)
