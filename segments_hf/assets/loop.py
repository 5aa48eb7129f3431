"""Coroutines and sockets, waited for by one thread."""

from __future__ import annotations

import heapq
import itertools
import selectors
import threading
import time
import types
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from segments_hf.assets.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

R = TypeVar("R")


@types.coroutine
def wait_for(future: Future[R]) -> Generator[Future[R], None, R]:
    """Waits in a coroutine, and gives what the future gives."""
    yield future
    return future.result()


class Loop:
    """Runs coroutines, whose waits are all `wait_for`, in the thread that wants a result; or in one of its own.

    Handing the interpreter from one thread to another costs more than most of what is done for a picture, so who only
    waits for results runs it himself. asyncio does not run in a thread where it runs already, as in a notebook, and
    lets all coroutines go on before it looks at its sockets again; here a request is sent before what came is worked
    on.
    """

    def __init__(self) -> None:
        self._ready: deque[Callable[[], object]] = deque()
        self._alarms: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._outcomes: dict[Coroutine[Future[Any], None, Any], Future[Any]] = {}  # of those that are under way
        self._selector = selectors.DefaultSelector()
        self._bell = Bell()
        self._selector.register(self._bell.fd, selectors.EVENT_READ, lambda _: self._bell.hush())
        self._watched: set[int] = set()
        self._is_asleep = False
        self._closing: Future[Callable[[], object]] = Future()
        self._fault: BaseException | None = None
        self._thread: threading.Thread | None = None

    def start(self, coroutine: Coroutine[Future[Any], None, R]) -> Future[R]:
        """Starts a coroutine; in the background, any thread may call it."""
        outcome: Future[R] = Future()
        if self._fault:
            coroutine.close()
            outcome.set_exception(self._fault)
            return outcome

        def go_on() -> None:
            try:
                awaited = coroutine.send(None)
            except StopIteration as end:
                self._outcomes.pop(coroutine).set_result(end.value)
            except Exception as error:  # noqa: BLE001  (whoever waits for the outcome gets it)
                self._outcomes.pop(coroutine).set_exception(error)
            else:
                awaited.add_done_callback(lambda _: self._soon(go_on))

        self._outcomes[coroutine] = outcome
        if self._thread:
            self._soon(go_on)
        else:
            go_on()
        return outcome

    def result(self, future: Future[R]) -> R:
        """Runs until a future has its result."""
        if not self._thread:
            self._run_until(future)
        return future.result()

    def run_in_background(self) -> None:
        """Has a thread run from now on, for those who have other things to do between two results."""
        self._thread = threading.Thread(target=self._run, name="segments-hf loop", daemon=True)
        self._thread.start()

    def watch(self, fd: int, events: int, callback: Callable[[int], object]) -> None:
        """Calls back with the events of a socket, of those of `selectors`; for none any more with 0."""
        if fd in self._watched and events:
            self._selector.modify(fd, events, callback)
        elif fd in self._watched:
            self._watched.remove(fd)
            self._selector.unregister(fd)
        elif events:
            self._watched.add(fd)
            self._selector.register(fd, events, callback)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> None:
        """Calls back in some seconds."""
        heapq.heappush(self._alarms, (time.monotonic() + seconds, next(self._numbers), callback))

    async def pause(self, seconds: float) -> None:
        """Waits for some seconds."""
        over: Future[None] = Future()
        self.call_later(seconds, lambda: over.set_result(None))
        await wait_for(over)

    def close(self, also: Callable[[], object] = lambda: None) -> None:
        """Ends the coroutines where they are, and the thread.

        Args:
            also: What closes what they have used; it is called when they have ended.
        """
        if self._thread is None:
            self._end(also)
            return
        self._soon(lambda: self._closing.set_result(also))
        if self._thread is threading.current_thread():  # where the garbage collector may be at work
            return
        self._thread.join()
        if self._fault:
            self._end(also)

    def forget(self) -> None:
        """Leaves everything to the process that this one was forked from."""
        self._watched.clear()

    def _soon(self, callback: Callable[[], object]) -> None:
        self._ready.append(callback)
        if self._is_asleep:
            self._is_asleep = False
            self._bell.ring()

    def _run(self) -> None:
        try:
            self._run_until(self._closing)
        except BaseException as error:
            self._fault = error
            for outcome in list(self._outcomes.values()):  # or they would be waited for for ever
                outcome.set_exception(error)
            raise
        self._end(self._closing.result())

    def _end(self, also: Callable[[], object]) -> None:
        self._is_asleep = False  # who comes now, from another thread, must not ring
        try:
            for coroutine in list(self._outcomes):
                coroutine.close()
            also()
        finally:
            self._selector.close()
            self._bell.close()

    def _run_until(self, future: Future[Any]) -> None:
        while not future.done():
            self._is_asleep = True  # before looking whether something is ready: who comes later rings
            events = self._selector.select(self._patience())
            self._is_asleep = False
            for key, mask in events:
                key.data(mask)
            while self._alarms and self._alarms[0][0] <= time.monotonic():
                heapq.heappop(self._alarms)[2]()
            if self._ready:
                self._ready.popleft()()  # one only: what comes over the network is more urgent

    def _patience(self) -> float | None:
        """For how many seconds nothing is to do unless something comes; None for ever."""
        if self._ready:
            return 0
        return max(0.0, self._alarms[0][0] - time.monotonic()) if self._alarms else None
