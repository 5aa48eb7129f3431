"""Transfers by libcurl, many at a time, in one loop."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pycurl

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from segments_hf.assets.hosts import Host
    from segments_hf.assets.loop import Loop
    from segments_hf.io.deadline import Deadline


@dataclass(eq=False)
class _Request:
    curl: pycurl.Curl
    host: Host
    deadline: Deadline
    status: Future[int] = field(default_factory=Future)
    asked_at: float = 0.0


class Transfers:
    """What is under way; the next begins as soon as one is through.

    libcurl tells which sockets to watch and when to wake it, as in
    https://curl.se/libcurl/c/libcurl-multi.html (multi_socket).

    Args:
        loop: Where all this happens.
        connections: How many connections to keep when nothing uses them.
    """

    def __init__(self, loop: Loop, connections: int) -> None:
        self._loop = loop
        self._waiting: defaultdict[Host, deque[_Request]] = defaultdict(deque)
        self._looked_after: set[Host] = set()
        self._under_way: dict[pycurl.Curl, _Request] = {}
        self._wake_at: float | None = None  # by the monotonic clock
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_NOTHING)  # a connection that breaks takes one with it
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def begin(self, curl: pycurl.Curl, host: Host, deadline: Deadline) -> Future[int]:
        """Begins what a handle is set to do, as soon as its host takes another request.

        Returns:
            The status of the answer in the future; or a `pycurl.error`; or an `AssetError`, if the host is silent or
            does not take another request in time.
        """
        request = _Request(curl, host, deadline)
        self._waiting[host].append(request)
        self._ask(host)
        self._settle()
        return request.status

    def close(self) -> None:
        """Ends what is under way."""
        for curl in self._under_way:
            self._multi.remove_handle(curl)
        self._multi.close()

    def _ask(self, host: Host) -> None:
        """Begins what waits for a host, as far as it takes it."""
        waiting = self._waiting[host]
        while waiting:
            try:
                if not host.takes_one(waiting[0].deadline):
                    self._ask_later(host)
                    return
            except AssetError as error:
                waiting.popleft().status.set_exception(error)
                continue
            request = waiting.popleft()
            request.asked_at = time.monotonic()
            host.under_way += 1
            self._under_way[request.curl] = request
            self._multi.add_handle(request.curl)
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)  # sends it
        self._waiting.pop(host, None)

    def _ask_later(self, host: Host) -> None:
        def look() -> None:
            self._looked_after.discard(host)
            self._ask(host)
            self._settle()

        if host not in self._looked_after:
            self._looked_after.add(host)
            self._loop.call_later(host.wait(), look)

    def _watch(self, events: int, fd: int, _multi: object, _data: object) -> None:
        # libcurl's numbers of events are those of `selectors`.
        wanted = 0 if events == pycurl.POLL_REMOVE else events
        self._loop.watch(fd, wanted, partial(self._go_on, fd))

    def _set_timer(self, milliseconds: int) -> None:
        self._wake_at = None
        if milliseconds >= 0:
            self._wake_at = time.monotonic() + milliseconds / 1000
            self._loop.call_later(milliseconds / 1000, self._wake)

    def _wake(self) -> None:
        if self._wake_at is not None and self._wake_at <= time.monotonic():
            self._wake_at = None
            self._go_on(pycurl.SOCKET_TIMEOUT, 0)

    def _go_on(self, fd: int, events: int) -> None:
        self._multi.socket_action(fd, events)
        self._settle()

    def _settle(self) -> None:
        """Ends what is through, which lets others begin, which may be through at once."""
        while True:
            _, succeeded, failed = self._multi.info_read()
            if not succeeded and not failed:
                return
            for curl in succeeded:
                self._end(curl)
            for curl, code, text in failed:
                self._end(curl, pycurl.error(code, text))

    def _end(self, curl: pycurl.Curl, fault: pycurl.error | None = None) -> None:
        request = self._under_way.pop(curl)
        self._multi.remove_handle(curl)
        request.host.under_way -= 1
        if fault:
            request.status.set_exception(fault)
        else:
            status = curl.getinfo(pycurl.RESPONSE_CODE)
            request.host.answered(status, curl.getinfo(pycurl.RETRY_AFTER), request.asked_at)
            request.status.set_result(status)
        if request.host in self._waiting:
            self._ask(request.host)
