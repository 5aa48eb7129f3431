"""Synchronous code runs coroutines in an event loop in a separate thread, which ends cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
from concurrent.futures import CancelledError

import pytest

from segments_hf.io.loop_thread import LoopThread, run_blocking


class Resource:
    """A resource that records in which thread it is entered and exited, in order."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault
        self.events: list[tuple[str, str]] = []

    async def __aenter__(self):
        self.events.append(("entered", threading.current_thread().name))
        if self.fault:
            raise self.fault

    async def __aexit__(self, *_):
        self.events.append(("exited", threading.current_thread().name))


@pytest.fixture
def loop():
    with LoopThread(Resource(), threads=2) as loop:
        yield loop


def test_results_reach_the_caller(loop):
    async def double(number):
        await asyncio.sleep(0)
        return 2 * number

    futures = [loop.submit(double(number)) for number in range(100)]
    assert [future.result(10) for future in futures] == list(range(0, 200, 2))


@pytest.mark.parametrize("error", [LookupError("x"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_exceptions_reach_the_caller_and_affect_no_other_coroutine(loop, error):
    async def fail():
        await asyncio.sleep(0)
        raise error

    async def succeed():
        await asyncio.sleep(0.01)
        return "done"

    other = loop.submit(succeed())
    with pytest.raises(type(error)):
        loop.submit(fail()).result(10)
    assert other.result(10) == loop.submit(succeed()).result(10) == "done"


@pytest.mark.parametrize("error", [LookupError("x"), SystemExit(3), StopIteration(1)], ids=repr)
def test_exceptions_of_blocking_functions_reach_the_caller(loop, error):
    def fail():
        raise error

    # A coroutine cannot raise StopIteration, so this exception becomes a RuntimeError.
    with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)):
        loop.submit(run_blocking(fail)).result(10)


def test_blocking_functions_do_not_block_the_loop(loop):
    barrier = threading.Barrier(2, timeout=10)  # the calls end only if both run simultaneously
    futures = [loop.submit(run_blocking(barrier.wait)) for _ in range(2)]
    assert {future.result(10) for future in futures} == {0, 1}


def test_loop_thread_runs_coroutines_while_the_caller_has_a_running_loop(loop):
    """The code in a cell of a notebook runs while the event loop of the notebook is running."""

    async def answer():
        return 42

    async def cell():
        return loop.submit(answer()).result(10)

    assert asyncio.run(cell()) == 42


def test_any_thread_may_submit_coroutines(loop):
    async def name():
        return threading.current_thread().name

    names = []
    threads = [threading.Thread(target=lambda: names.append(loop.submit(name()).result(10))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == ["segments-hf loop"] * 20


def test_close_cancels_coroutines_and_then_exits_the_resource():
    resource, ended = Resource(), []

    async def wait():
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.01)
            ended.append(list(resource.events))

    loop = LoopThread(resource, threads=1)
    waiting = loop.submit(wait())
    while not resource.events:
        time.sleep(0.001)
    time.sleep(0.01)
    loop.close()
    assert ended == [[("entered", "segments-hf loop")]]
    assert resource.events[1:] == [("exited", "segments-hf loop")]
    assert waiting.cancelled()


def test_submit_to_a_closed_loop_returns_a_canceled_future():
    async def never():
        pytest.fail("the coroutine has started")

    loop = LoopThread(Resource(), threads=1)
    loop.close()
    with pytest.raises(CancelledError):
        loop.submit(never()).result(10)
    loop.close()  # a second call does nothing


def test_error_of_a_resource_that_cannot_be_entered_reaches_all_callers():
    async def never():
        pytest.fail("the coroutine has started")

    with LoopThread(Resource(LookupError("no")), threads=1) as loop:
        for _ in range(3):
            with pytest.raises(LookupError, match="no"):
                loop.submit(never()).result(10)


def test_loop_thread_may_be_closed_in_its_own_thread():
    """The garbage collector may run in any thread, and may close a loop."""
    resource = Resource()
    earlier_threads = set(threading.enumerate())
    loop = LoopThread(resource, threads=1)
    (thread,) = set(threading.enumerate()) - earlier_threads

    async def close():
        loop.close()

    with contextlib.suppress(CancelledError):
        loop.submit(close()).result(10)
    thread.join(10)
    assert [name for name, _ in resource.events] == ["entered", "exited"]


def test_an_abandoned_generator_ends_without_a_warning():
    resource = Resource()

    def results():
        with LoopThread(resource, threads=1) as loop:
            while True:
                yield loop.submit(asyncio.sleep(0)).result(10)

    cycle = {"generator": results()}
    cycle["itself"] = cycle  # only the garbage collector frees the generator
    next(cycle["generator"])
    del cycle
    gc.collect()  # pytest turns warnings into errors
    assert [name for name, _ in resource.events] == ["entered", "exited"]
