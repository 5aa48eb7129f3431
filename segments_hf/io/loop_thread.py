"""Run coroutines from synchronous code, in an asyncio event loop in a separate thread."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST_JOIN = 5.0  # the maximum time to wait for the end of the thread, in seconds


class LoopThread:
    """An event loop in a daemon thread.

    The calling thread may itself run an event loop, as in a notebook. `close` may be called by any thread, by the
    garbage collector in the loop's own thread, and in a forked process. In a forked process, `close` does nothing,
    because the sockets belong to the parent process. A loop that is still open when the interpreter exits is closed.

    Args:
        resource: A resource that the coroutines use. It is entered before the first coroutine starts, and exited after
            the last coroutine has ended.
        threads: The number of threads in the pool for `run_blocking`.
    """

    def __init__(self, resource: AbstractAsyncContextManager[object], threads: int) -> None:
        self._resource = resource
        self._process = os.getpid()
        # Reentrant, because the garbage collector may call `close` in a thread that holds the lock.
        self._lock = threading.RLock()
        self._submitted: list[tuple[Coroutine[Any, Any, Any], Future[Any]]] = []
        self._tasks: dict[asyncio.Task[None], tuple[Coroutine[Any, Any, Any], Future[Any]]] = {}
        self._loop_error: BaseException | None = None  # the error that ended the loop
        self._is_ready = False
        self._is_closing = False
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(threads, thread_name_prefix="segments-hf"))
        self._thread = threading.Thread(target=self._run, name="segments-hf loop", daemon=True)
        _open_loops.add(self)
        self._thread.start()

    def __enter__(self) -> LoopThread:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, coroutine: Coroutine[Any, Any, R]) -> Future[R]:
        """Start a coroutine. Coroutines that are submitted in quick succession wake up the loop only once.

        Returns:
            A future of the result. If the loop is closed before the coroutine has ended, the future is canceled. If an
            error ends the loop, the future has this error.
        """
        future: Future[R] = Future()
        with self._lock:
            if not self._is_closing:
                self._submitted.append((coroutine, future))
                if self._is_ready and len(self._submitted) == 1:
                    self._loop.call_soon_threadsafe(self._start_submitted)
                return future
        self._close_coroutine(coroutine, future)
        return future

    def close(self) -> None:
        """Cancel all coroutines, exit the resource, and end the thread."""
        if os.getpid() != self._process:
            return
        with self._lock:
            if not self._is_closing:
                self._is_closing = True
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not threading.current_thread():
            # With a timeout: if the garbage collector calls `close`, this thread may hold a lock that the loop needs.
            self._thread.join(_LONGEST_JOIN)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001  (every pending future receives the error)
            self._loop_error = error
        finally:
            with self._lock:
                self._is_closing = True
            for coroutine, future in [*self._submitted, *self._tasks.values()]:
                self._close_coroutine(coroutine, future)
            self._loop.close()
            _open_loops.discard(self)

    async def _serve(self) -> None:
        async with self._resource:
            self._is_ready = True
            self._start_submitted()
            await self._stop.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the loop remove closed sockets

    def _start_submitted(self) -> None:
        with self._lock:
            submitted, self._submitted = self._submitted, []
        for coroutine, future in submitted:
            task = self._loop.create_task(_complete(coroutine, future))
            self._tasks[task] = coroutine, future
            task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._close_coroutine(*self._tasks.pop(task))

    def _close_coroutine(self, coroutine: Coroutine[Any, Any, Any], future: Future[Any]) -> None:
        """Close a coroutine. If its future is not done, set the error of the loop or cancel the future."""
        coroutine.close()  # prevents the warning "was never awaited" for a coroutine that has not started
        if self._loop_error and not future.done():
            future.set_exception(self._loop_error)
        else:
            future.cancel()  # does nothing if the future is done


async def run_blocking(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a blocking function in the thread pool of the `LoopThread` that runs the calling coroutine."""
    return await asyncio.get_running_loop().run_in_executor(
        None, partial(_without_stop_iteration, function, args, kwargs)
    )


def _without_stop_iteration(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    try:
        return function(*args, **kwargs)
    except StopIteration as error:  # a future rejects StopIteration, so the waiting coroutine would never end
        raise RuntimeError(f"{getattr(function, '__name__', function)} raised StopIteration") from error


async def _complete(coroutine: Coroutine[Any, Any, R], future: Future[R]) -> None:
    try:
        result = await coroutine
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001  (also SystemExit, which would stop the loop)
        future.set_exception(error)
    else:
        future.set_result(result)


_open_loops: set[LoopThread] = set()


@atexit.register
def _close_all() -> None:
    for loop in list(_open_loops):
        loop.close()
