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

_MIN_ERROR_STATUS = 400
_TOO_MANY_REQUESTS = 429
_MIN_PAUSE, _MAX_PAUSE = 1.0, 60.0  # seconds, for responses without Retry-After
_PROBE_INTERVAL = 60.0  # seconds between requests to a host that did not respond
_CHECK_INTERVAL = 0.5  # seconds between two checks of the deadline of a waiting request, if the host is not paused


class UnreachedError(TransientError):
    """A failed connection to a host.

    Args:
        reason: The message.
        host: The host.
    """

    def __init__(self, reason: str, host: Host) -> None:
        super().__init__(reason)
        self.is_outage: bool = host.responded_at is not None
        self._host = host

    def give_up(self, deadline: Deadline) -> None:
        """Record that the host has been silent since the beginning of this download."""
        self._host.mark_silent(deadline.began)


class Hosts:
    """The hosts of one client, by origin, such as ``https://host:8080``.

    Args:
        connections: The largest number of simultaneous requests to one host.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._by_origin: dict[str, Host] = {}

    def __getitem__(self, origin: str) -> Host:
        if origin not in self._by_origin:
            self._by_origin[origin] = Host(origin, self, self._connections)
        return self._by_origin[origin]

    def any_responded(self, since: float) -> bool:
        """Tell whether any host has responded since a moment of the monotonic clock."""
        return any((host.responded_at or 0) > since for host in self._by_origin.values())


class Host:
    """The state of one host.

    If a host responds that it is busy, its limit of simultaneous requests is halved; each success raises the limit a
    little. If a download fails because the host did not respond to any attempt, the host gets one request per minute,
    and all other requests to it fail immediately. This applies only while other hosts respond; otherwise the
    local network may be the cause.

    Attributes:
        responded_at: The moment of the last response on the monotonic clock; None if the host has not responded.
        requests: The number of current requests.
    """

    def __init__(self, origin: str, hosts: Hosts, connections: int) -> None:
        self.responded_at: float | None = None
        self.requests: int = 0
        self._name = origin.partition("://")[2]  # for messages
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
                f"{self._name} is busy: the next request is allowed in {pause:.0f} s, but less time is left for "
                f"this asset; set a longer {option('timeout')}"
            )
        self._check_silence()
        if pause > 0 or self.requests >= int(self._limit):
            return False
        self._next_probe = time.monotonic() + _PROBE_INTERVAL
        return True

    def note_response(self, status: int, retry_after: float | None, requested_at: float) -> None:
        """Record a response, and adapt the limits of the host to it.

        Args:
            status: The HTTP status.
            retry_after: The seconds in the header Retry-After; None if this header is missing or malformed.
            requested_at: The moment of the request on the monotonic clock.
        """
        self.responded_at = time.monotonic()
        self._silent_since = None
        if status < _MIN_ERROR_STATUS:
            self._limit = min(self._max_requests, self._limit + 1 / self._limit)
            self._pause = 0.0
        elif status == _TOO_MANY_REQUESTS or (status in RETRYABLE_STATUSES and retry_after):
            self._slow_down(retry_after, requested_at)

    def mark_silent(self, since: float) -> None:
        """Record that a download failed because the host did not respond.

        Args:
            since: The moment of the first attempt on the monotonic clock.
        """
        if self.responded_at is None or self.responded_at < since:
            self._silent_since = since
            self._next_probe = time.monotonic() + _PROBE_INTERVAL

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        end = max(self._paused_until, time.monotonic() + _CHECK_INTERVAL)
        with contextlib.suppress(asyncio.TimeoutError):
            async with timeout_at(end):
                await self._changed.wait()

    def _slow_down(self, retry_after: float | None, requested_at: float) -> None:
        now = time.monotonic()
        if requested_at > self._slowed_at:  # responses to earlier requests do not halve the limit again
            self._slowed_at = now
            self._limit = max(1.0, self._limit / 2)
            self._pause = min(_MAX_PAUSE, max(_MIN_PAUSE, 2 * self._pause))
        self._paused_until = max(self._paused_until, now + (self._pause if retry_after is None else retry_after))

    def _check_silence(self) -> None:
        if self._silent_since is None:
            return
        now = time.monotonic()
        if now < self._next_probe and self._hosts.any_responded(self._silent_since):
            raise AssetError(
                f"no response from {self._name} for {now - self._silent_since:.0f} s, while other hosts respond"
            )
