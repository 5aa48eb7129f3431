"""Coroutines that wait for futures: in the thread that wants a result, or in one of their own."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from segments_hf.assets.loop import Loop, wait_for


@pytest.fixture(params=[False, True], ids=["foreground", "background"])
def loop(request):
    loop = Loop()
    if request.param:
        loop.run_in_background()
    yield loop
    loop.close()


def test_a_result(loop):
    async def double(number):
        await loop.pause(0)
        return 2 * number

    futures = [loop.start(double(number)) for number in range(100)]
    assert [loop.result(future) for future in futures] == list(range(0, 200, 2))


def test_an_error(loop):
    async def fails():
        await loop.pause(0)
        raise LookupError("x")

    with pytest.raises(LookupError, match="x"):
        loop.result(loop.start(fails()))


def test_pauses_end_in_order_and_together(loop):
    ended = []

    async def pause(seconds):
        await loop.pause(seconds)
        ended.append(seconds)

    began = time.monotonic()
    for future in [loop.start(pause(seconds)) for seconds in (0.3, 0.1, 0.2)]:
        loop.result(future)
    assert ended == [0.1, 0.2, 0.3]
    assert 0.3 <= time.monotonic() - began < 5


def test_a_future_of_another_thread_wakes_it(loop):
    async def wait(future):
        return await wait_for(future)

    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        slow = pool.submit(lambda: time.sleep(0.1) or "done")
        assert loop.result(loop.start(wait(slow))) == "done"
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("in_background", [False, True])
def test_what_is_under_way_ends_where_it_is(in_background):
    loop, ended = Loop(), []
    if in_background:
        loop.run_in_background()

    async def wait():
        try:
            await wait_for(Future())
        finally:
            ended.append(True)

    future = loop.start(wait())
    loop.result(loop.start(loop.pause(0.01)))
    loop.close(lambda: ended.append("and what it used"))
    assert ended == [True, "and what it used"]
    assert not future.done()


def test_it_may_be_closed_where_it_runs():
    """The garbage collector works in any thread."""
    loop, ended = Loop(), threading.Event()
    loop.run_in_background()

    async def close():
        loop.close(ended.set)

    loop.start(close())
    assert ended.wait(10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_breaks_says_so_to_all():
    loop = Loop()
    loop.run_in_background()

    async def wait():
        await wait_for(Future())

    waiting = [loop.start(wait()) for _ in range(3)]
    loop.call_later(0, lambda: 1 / 0)
    waiting.append(loop.start(wait()))
    for future in waiting:
        with pytest.raises(ZeroDivisionError):
            loop.result(future)
    with pytest.raises(ZeroDivisionError):
        loop.result(loop.start(wait()))
    loop.close()


def test_the_foreground_has_no_thread():
    loop, threads = Loop(), threading.active_count()
    loop.result(loop.start(loop.pause(0.01)))
    assert threading.active_count() == threads
    loop.close()


def test_the_background_goes_on_while_nobody_waits():
    loop = Loop()
    loop.run_in_background()
    ended = threading.Event()

    async def work():
        await loop.pause(0.01)
        ended.set()

    loop.start(work())
    assert ended.wait(10)
    loop.close()


def test_nothing_is_said_of_one_that_is_left_to_the_garbage_collector():
    """An iterator that nobody reads to its end may be left with its loop, in any order."""

    def pauses():
        loop = Loop()
        try:
            while True:
                yield loop.result(loop.start(loop.pause(0)))
        finally:
            loop.close()

    left = {"pauses": pauses()}
    left["itself"] = left
    next(left["pauses"])
    del left
    gc.collect()  # warnings are errors here
