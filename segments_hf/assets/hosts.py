"""Limit the requests per host, pause busy hosts, and skip hosts that do not respond."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.io.remote.deadline import timeout_at
from segments_hf.io.remote.http_retries import RETRYABLE_STATUSES
from segments_hf.io.remote.retrying import TransientError
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from segments_hf.io.remote.deadline import Deadline

_FIRST_ERROR = 400
_TOO_MANY_REQUESTS = 429
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds, for a response without Retry-After
_SILENCE = 60.0  # seconds between requests to a host that did not respond
_RECHECK = 0.5  # seconds between two checks of the deadline of the next request


class UnreachedError(TransientError):
    """A failed connection to a host.

    Args:
        reason: The message.
        host: The host.
    """

    def __init__(self, reason: str, host: Host) -> None:
        super().__init__(reason)
        self.is_outage: bool = host.answered_at is not None
        self._host = host

    def give_up(self, deadline: Deadline) -> None:
        """Mark the host as silent since the beginning of this download."""
        self._host.mark_silent(deadline.began)


class Hosts:
    """The hosts of one client, by name.

    Args:
        connections: The largest number of simultaneous requests to one host.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._by_name: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        if name not in self._by_name:
            self._by_name[name] = Host(name, self, self._connections)
        return self._by_name[name]

    def any_answered(self, since: float) -> bool:
        """Tell whether any host has responded since a moment of the monotonic clock."""
        return any((host.answered_at or 0) > since for host in self._by_name.values())


class Host:
    """The state of one host.

    If a host responds that it is busy, its limit of simultaneous requests is halved; each success raises the limit a
    little. A host that did not respond before a deadline gets one request per minute, and all other requests to it fail
    immediately. This applies only while other hosts respond; otherwise the local network may be the cause.

    Attributes:
        answered_at: The moment of the last response on the monotonic clock; None if the host has not responded.
        requests: The number of current requests.
    """

    def __init__(self, name: str, hosts: Hosts, connections: int) -> None:
        self.answered_at: float | None = None
        self.requests: int = 0
        self._name = name.partition("://")[2]
        self._hosts = hosts
        self._max_requests = connections
        self._limit = float(connections)
        self._paused_until = 0.0
        self._pause = 0.0
        self._slowed_at = 0.0
        self._silent_since: float | None = None
        self._next_probe = 0.0
        self._queue = asyncio.Lock()  # serves waiting requests in order
        self._changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def slot(self, deadline: Deadline) -> AsyncIterator[None]:
        """Wait until another request to the host is allowed, and count this request until the end of the block.

        Raises:
            AssetError: The host does not respond, or no request is allowed before the deadline.
        """
        async with self._queue:
            while not self.accepts_request(deadline):
                await self._wait_for_change()
            self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1
            self._changed.set()

    def accepts_request(self, deadline: Deadline) -> bool:
        """Tell whether another request to the host is allowed now.

        Raises:
            AssetError: The host does not respond, no request is allowed before the deadline, or the deadline has
                passed.
        """
        deadline.checked_seconds_left  # noqa: B018  (it raises an error if the deadline has passed)
        pause = self._paused_until - time.monotonic()
        if pause > 0 and not deadline.allows(pause):
            raise AssetError(
                f"{self._name} asked to retry after {pause:.0f} s, but less time is left for this asset; "
                f"set a longer {option('timeout')}"
            )
        self._check_silence()
        if pause > 0 or self.requests >= int(self._limit):
            return False
        self._next_probe = time.monotonic() + _SILENCE
        return True

    def note_response(self, status: int, retry_after: float | None, asked_at: float) -> None:
        """Adapt the limits to a response.

        Args:
            status: The HTTP status.
            retry_after: The seconds after which the host allows another request; None if the response has no such
                header.
            asked_at: The moment of the request on the monotonic clock.
        """
        self.answered_at = time.monotonic()
        self._silent_since = None
        if status < _FIRST_ERROR:
            self._limit = min(self._max_requests, self._limit + 1 / self._limit)
            self._pause = 0.0
        elif status == _TOO_MANY_REQUESTS or (status in RETRYABLE_STATUSES and retry_after):
            self._slow_down(retry_after, asked_at)

    def mark_silent(self, since: float) -> None:
        """Record that a download failed because the host did not respond.

        Args:
            since: The moment of the first attempt on the monotonic clock.
        """
        if self.answered_at is None or self.answered_at < since:
            self._silent_since = since
            self._next_probe = time.monotonic() + _SILENCE

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        end = max(self._paused_until, time.monotonic() + _RECHECK)
        with contextlib.suppress(asyncio.TimeoutError):
            async with timeout_at(end):
                await self._changed.wait()

    def _slow_down(self, retry_after: float | None, asked_at: float) -> None:
        now = time.monotonic()
        if asked_at > self._slowed_at:  # responses to earlier requests do not halve the limit again
            self._slowed_at = now
            self._limit = max(1.0, self._limit / 2)
            self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
        self._paused_until = max(self._paused_until, now + (self._pause if retry_after is None else retry_after))

    def _check_silence(self) -> None:
        if self._silent_since is None:
            return
        now = time.monotonic()
        if now < self._next_probe and self._hosts.any_answered(self._silent_since):
            raise AssetError(
                f"no response from {self._name} for {now - self._silent_since:.0f} s, while other hosts respond"
            )
