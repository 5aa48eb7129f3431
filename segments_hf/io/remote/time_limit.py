"""Limit the time of a function that cannot be interrupted, such as a read from a slow server."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

from segments_hf.errors import SegmentsHFError

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.io.remote.deadline import Deadline

R = TypeVar("R")


class TimeLimitError(SegmentsHFError, TimeoutError):
    """A function that took longer than allowed."""


def run_until(deadline: Deadline, work: Callable[[threading.Event], R]) -> R:
    """Run a function in a separate thread, and abandon it when the deadline has passed.

    Args:
        deadline: The deadline. The function may extend it.
        work: The function. Its argument is an event that is set when the result is no longer needed. The function
            should then return. If it does not, its thread runs until the process ends.

    Raises:
        TimeLimitError: The deadline has passed.
    """
    result: Future[R] = Future()
    is_given_up = threading.Event()

    def run() -> None:
        try:
            result.set_result(work(is_given_up))
        except BaseException as error:  # noqa: BLE001  (the error is raised in the thread that waits)
            result.set_exception(error)

    threading.Thread(target=run, name="segments-hf reader", daemon=True).start()
    try:
        while deadline.seconds_left > 0:
            wait([result], timeout=deadline.seconds_left)
            if result.done():
                return result.result()
    finally:
        is_given_up.set()
    raise TimeLimitError(f"reading took more than {deadline.seconds:,.0f} s")
