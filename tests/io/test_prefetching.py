"""`prefetch` yields results in order and lazily, limits items and memory, and can be stopped early."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.io.prefetching import prefetch, prefetch_futures

MIB = 2**20


class Gauge:
    """Counts the started calls, and records the largest number of calls that ran simultaneously."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.running = self.most_running = self.started = 0

    def __enter__(self) -> None:
        with self._lock:
            self.started += 1
            self.running += 1
            self.most_running = max(self.most_running, self.running)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.running -= 1


@given(st.lists(st.integers()), st.integers(1, 8), st.integers(1, 64 * MIB), st.integers(0, 64 * MIB))
def test_prefetch_returns_the_results_of_map(numbers, in_flight, max_bytes, size):
    results = prefetch(
        lambda n: n * 2, numbers, size_in_memory=lambda _: size, in_flight=in_flight, max_bytes=max_bytes
    )
    assert list(results) == [number * 2 for number in numbers]


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 8))
def test_prefetch_keeps_the_order_of_items_that_take_different_times(delays, in_flight):
    def work(item):
        number, delay = item
        time.sleep(delay / 1000)
        return number

    assert list(prefetch(work, enumerate(delays), size_in_memory=lambda _: 0, in_flight=in_flight)) == list(
        range(len(delays))
    )


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 8))
def test_prefetch_raises_the_error_of_an_item_in_place_of_its_result(before, after, in_flight):
    def work(number):
        if number == before:
            raise LookupError(number)
        return number

    got = []
    with pytest.raises(LookupError, match=f"^{before}$"):
        got.extend(prefetch(work, range(before + 1 + after), size_in_memory=lambda _: 0, in_flight=in_flight))
    assert got == list(range(before))


@pytest.mark.parametrize("in_flight", [1, 2, 5])
def test_prefetch_runs_at_most_in_flight_items_simultaneously(in_flight):
    gauge = Gauge()

    def work(number):
        with gauge:
            time.sleep(0.002)
        return number

    assert len(list(prefetch(work, range(40), size_in_memory=lambda _: 0, in_flight=in_flight))) == 40
    assert gauge.most_running <= in_flight


def test_prefetch_runs_in_flight_items_simultaneously():
    barrier = threading.Barrier(4, timeout=10)  # the calls end only if four run simultaneously
    assert list(prefetch(lambda _: barrier.wait() < 4, range(8), size_in_memory=lambda _: 0, in_flight=4)) == [True] * 8


@given(
    st.lists(st.integers(0, 40 * MIB), min_size=1, max_size=40),
    st.integers(1, 8),
    st.integers(1, 64 * MIB),
    st.randoms(),
)
def test_prefetch_limits_the_memory_of_held_results(sizes, in_flight, max_bytes, chance):
    submitted: dict[int, Future[int]] = {}
    done, got = set(), 0

    class InAnyOrder(Future):
        """A future whose `result` finishes futures in random order, until this future is done."""

        def result(self, timeout=None):
            while not self.done():
                number = chance.choice(sorted(submitted))
                done.add(number)
                submitted.pop(number).set_result(sizes[number])
            return super().result()

    def submit(number):
        held = sum(sizes[other] for other in done if other >= got)
        assert number == got or held <= max_bytes  # the next item in order may always start
        assert len(submitted) < in_flight
        submitted[number] = InAnyOrder()
        return submitted[number]

    items = range(len(sizes))
    for size in prefetch_futures(
        submit, items, size_in_memory=lambda size: size, in_flight=in_flight, max_bytes=max_bytes
    ):
        assert size == sizes[got]
        got += 1
    assert got == len(done) == len(sizes)


def test_prefetch_limits_the_memory_if_large_results_follow_small_results_and_a_slow_item():
    may_end, started = threading.Event(), []

    def work(number):
        started.append(number)
        if number == 20:
            assert may_end.wait(10)
        return 0 if number < 20 else 10 * MIB

    results = prefetch(work, range(1000), size_in_memory=lambda size: size, in_flight=4)
    for _ in range(20):
        next(results)
    time.sleep(0.2)
    # At most 64 MiB are held: six results of 10 MiB. Four more items started before the size of any large result was
    # known.
    assert len([number for number in started if number > 20]) <= 6 + 4
    may_end.set()
    assert next(results) == 10 * MIB
    results.close()


def test_prefetch_consumes_at_most_8_items_per_thread_in_advance():
    taken = 0

    def items():
        nonlocal taken
        while taken < 1000:
            taken += 1
            yield taken

    for got, _ in enumerate(prefetch(lambda n: n, items(), size_in_memory=lambda _: 0, in_flight=3)):
        assert taken - got <= 8 * 3


def test_prefetch_submits_later_items_while_the_first_item_is_slow():
    later_items_done = threading.Event()
    done = []

    def work(number):
        if number == 0:
            assert later_items_done.wait(10)
        done.append(number)
        if len(done) == 4:
            later_items_done.set()
        return number

    assert list(prefetch(work, range(10), size_in_memory=lambda _: 0, in_flight=4)) == list(range(10))


def test_prefetch_consumes_items_lazily_in_the_calling_thread():
    threads = set()
    taken = 0

    def items():
        nonlocal taken
        for number in itertools.count():
            threads.add(threading.current_thread())
            taken += 1
            yield number

    results = prefetch(lambda n: n, items(), size_in_memory=lambda _: 0, in_flight=4)
    assert taken == 0  # no item is consumed before a result is requested
    assert [next(results) for _ in range(10)] == list(range(10))
    assert taken <= 10 + 8 * 4
    assert threads == {threading.current_thread()}
    results.close()


@pytest.mark.parametrize("how", ["close", "error"])
def test_prefetch_that_stops_early_starts_no_more_items_and_does_not_wait(how):
    gauge = Gauge()
    stopped = threading.Event()

    def work(number):
        with gauge:
            if number == 1 and how == "error":
                raise LookupError
            assert number == 0 or stopped.wait(10)
        return number

    results = prefetch(work, itertools.count(), size_in_memory=lambda _: 0, in_flight=2)
    assert next(results) == 0
    if how == "close":
        results.close()
    else:
        with pytest.raises(LookupError):
            next(results)
    stopped.set()
    for thread in threading.enumerate():
        if thread.name.startswith("segments-hf"):
            thread.join(10)
    assert gauge.started <= (3 if how == "close" else 4)  # the finished items, and the two items in flight
    assert list(results) == []


def test_prefetch_of_no_items_yields_nothing():
    assert list(prefetch(lambda n: n, [], size_in_memory=lambda _: 0)) == []


def test_prefetch_yields_all_items_if_threads_switch_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    sys.setprofile(lambda *_: None)  # threads can also switch in this function, at each call
    try:
        results = list(prefetch(lambda number: number, range(20_000), size_in_memory=lambda _: 0, in_flight=2))
    finally:
        sys.setprofile(None)
        sys.setswitchinterval(interval)
    assert results == list(range(20_000))
