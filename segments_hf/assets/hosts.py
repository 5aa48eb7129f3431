"""How many requests a host gets at once, when it wants to be left alone, and whether it is there at all."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.assets.deadline import Deadline

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds, for a host that does not say how long
_SILENCE = 60.0  # seconds until a host that gave no answer is asked again
_LOOK = 0.5  # seconds between two looks whether the work was stopped


class Hosts:
    """The hosts that were asked for something.

    Args:
        connections: How many requests one host gets at once.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._by_name: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        with self._lock:
            if name not in self._by_name:
                self._by_name[name] = Host(self, self._connections)
            return self._by_name[name]

    def any_answered(self, since: float) -> bool:
        """Whether a host has answered since a moment of the monotonic clock."""
        return any((host.answered_at or 0) > since for host in list(self._by_name.values()))


class Host:
    """What all threads know together of one host.

    One that is too busy halves the number of requests it gets at once; every answer raises it a little. One that gave
    no answer for as long as somebody could wait is asked again by one thread a minute, and nobody else waits for it,
    as long as other hosts answer: else the fault may be on this side.

    Attributes:
        answered_at: When it gave its last answer, by the monotonic clock; None if it never did.
    """

    def __init__(self, hosts: Hosts, connections: int) -> None:
        self.answered_at: float | None = None
        self._hosts = hosts
        self._changed = threading.Condition()
        self._most = connections
        self._room = float(connections)
        self._under_way = 0
        self._not_before = 0.0
        self._pause = 0.0
        self._slowed_at = 0.0
        self._silent_since: float | None = None
        self._asked_again_at = 0.0

    @contextlib.contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """Waits for a place among the requests that are under way.

        Raises:
            AssetError: The host is silent, or does not take another request in time, or the time is over.
        """
        deadline.left  # noqa: B018  (it raises)
        with self._changed:
            self._check_silence()
            while wait := self._wait(deadline):
                self._changed.wait(min(wait, deadline.left))
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def answered(self, *, served: bool = False) -> None:
        """It gave an answer, whichever.

        Args:
            served: Whether the answer was what it was asked for.
        """
        # Without the lock, for which the threads would queue: one of two steps at the same time may be lost.
        self.answered_at = time.monotonic()
        self._silent_since = None
        if served:
            self._room = min(self._most, self._room + 1 / self._room)
            self._pause = 0.0

    def is_busy(self, asked_at: float, retry_after: float | None) -> None:
        """It wants fewer requests.

        Args:
            asked_at: When the request was sent, by the monotonic clock.
            retry_after: The seconds for which it wants none, if it said so.
        """
        now = time.monotonic()
        with self._changed:
            if asked_at > self._slowed_at:  # those that were sent before tell nothing new
                self._slowed_at = now
                self._room = max(1.0, self._room / 2)
                self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
            pause = self._pause if retry_after is None else retry_after
            self._not_before = max(self._not_before, now + pause)

    def gave_up(self, began: float) -> None:
        """Somebody has waited for an answer since `began`, and waits no longer."""
        with self._changed:
            if self.answered_at is None or self.answered_at < began:
                self._silent_since = began
                self._asked_again_at = time.monotonic() + _SILENCE

    def _wait(self, deadline: Deadline) -> float:
        """For how many seconds to wait before the next look; 0 when it is one's turn."""
        pause = self._not_before - time.monotonic()
        if pause > 0:
            if not deadline.allows(pause):
                raise AssetError(f"its host wants no request for {pause:.0f} s; timeout=… allows less")
            return min(pause, _LOOK)
        return 0.0 if self._under_way < int(self._room) else _LOOK

    def _check_silence(self) -> None:
        if self._silent_since is None:
            return
        now = time.monotonic()
        if now < self._asked_again_at and self._hosts.any_answered(self._silent_since):
            raise AssetError(f"its host has given no answer for {now - self._silent_since:.0f} s, while others have")
        self._asked_again_at = now + _SILENCE
