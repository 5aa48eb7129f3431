"""How many requests a host gets at once, when it wants to be left alone, and whether it is there at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.io.http_retries import RETRYABLE_STATUSES

if TYPE_CHECKING:
    from segments_hf.io.deadline import Deadline

OK = 200

_TOO_MANY_REQUESTS = 429
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds, for a host that does not say how long
_SILENCE = 60.0  # seconds until a host that gave no answer is asked again
_LOOK = 0.5  # seconds between two looks whether the next in line has waited for too long


class Hosts:
    """The hosts that were asked for something.

    Args:
        connections: How many requests one host gets at once.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._by_name: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        if name not in self._by_name:
            self._by_name[name] = Host(self, self._connections)
        return self._by_name[name]

    def any_answered(self, since: float) -> bool:
        """Whether a host has answered since a moment of the monotonic clock."""
        return any((host.answered_at or 0) > since for host in list(self._by_name.values()))


class Host:
    """What is known of one host.

    One that is too busy halves the number of requests it gets at once; every answer raises it a little. One that gave
    no answer for as long as somebody could wait is asked again once a minute, and nobody else waits for it, as
    long as other hosts answer: else the fault may be on this side.

    Attributes:
        answered_at: When it gave its last answer, by the monotonic clock; None if it never did.
        under_way: How many requests it has got and not yet answered.
    """

    def __init__(self, hosts: Hosts, connections: int) -> None:
        self.answered_at: float | None = None
        self.under_way = 0
        self._hosts = hosts
        self._most = connections
        self._room = float(connections)
        self._not_before = 0.0
        self._pause = 0.0
        self._slowed_at = 0.0
        self._silent_since: float | None = None
        self._asked_again_at = 0.0

    def takes_one(self, deadline: Deadline) -> bool:
        """Whether it takes another request now.

        Raises:
            AssetError: The host is silent, or does not take another request in time, or the time is over.
        """
        deadline.left  # noqa: B018  (it raises)
        pause = self._not_before - time.monotonic()
        if pause > 0 and not deadline.allows(pause):
            raise AssetError(f"its host wants no request for {pause:.0f} s; timeout=… allows less")
        self._check_silence()
        if pause > 0 or self.under_way >= int(self._room):
            return False
        self._asked_again_at = time.monotonic() + _SILENCE
        return True

    def wait(self) -> float:
        """For how many seconds nothing changes if it does not answer."""
        pause = self._not_before - time.monotonic()
        return pause if pause > 0 else _LOOK

    def answered(self, status: int, retry_after: float, asked_at: float) -> None:
        """It gave an answer, whichever.

        Args:
            status: The status of HTTP.
            retry_after: The seconds for which it wants no other request; 0 if it did not say.
            asked_at: When the request was sent, by the monotonic clock.
        """
        self.answered_at = time.monotonic()
        self._silent_since = None
        if status == OK:
            self._room = min(self._most, self._room + 1 / self._room)
            self._pause = 0.0
        elif status == _TOO_MANY_REQUESTS or (status in RETRYABLE_STATUSES and retry_after):
            self._slow_down(retry_after, asked_at)

    def _slow_down(self, retry_after: float, asked_at: float) -> None:
        now = time.monotonic()
        if asked_at > self._slowed_at:  # those that were sent before tell nothing new
            self._slowed_at = now
            self._room = max(1.0, self._room / 2)
            self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
        self._not_before = max(self._not_before, now + (retry_after or self._pause))

    def gave_up(self, began: float) -> None:
        """Somebody has waited for an answer since `began`, and waits no longer."""
        if self.answered_at is None or self.answered_at < began:
            self._silent_since = began
            self._asked_again_at = time.monotonic() + _SILENCE

    def _check_silence(self) -> None:
        if self._silent_since is None:
            return
        now = time.monotonic()
        if now < self._asked_again_at and self._hosts.any_answered(self._silent_since):
            raise AssetError(f"its host has given no answer for {now - self._silent_since:.0f} s, while others have")
