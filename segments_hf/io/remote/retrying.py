"""Retry downloads after transient errors."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from segments_hf.io.remote.deadline import Deadline

T = TypeVar("T")

_MAX_PAUSE = 30.0  # seconds


class TransientError(AssetError):
    """An error that may not occur in another attempt.

    Attributes:
        is_outage: Whether a server that responded before is now unreachable. If so, only the deadline ends the retries.
    """

    is_outage = False

    def give_up(self, deadline: Deadline) -> None:
        """Do nothing. Subclasses record here that the retries have ended with this error."""


class BrokenContentError(TransientError):
    """A complete response whose content is broken."""


class RetryPolicy(NamedTuple):
    """The number of retries and the pauses before them.

    Attributes:
        failed_transfers: The number of retries after failed transfers.
        broken_contents: The number of retries after complete responses with broken content.
        backoff: The pause before the second retry in seconds, doubled for each further retry, up to about 30 s. The
            first retry is immediate.
    """

    failed_transfers: int = 5
    broken_contents: int = 2
    backoff: float = 0.5


async def retry(
    attempt: Callable[[], Awaitable[T]], policy: RetryPolicy, deadline: Deadline, on_retry: Callable[[], object]
) -> T:
    """Call a function until it succeeds, or until no retry is allowed.

    Args:
        attempt: The function; it is called again after a `TransientError`.
        policy: The number of retries and the pauses before them.
        deadline: The moment after which no retry starts.
        on_retry: A function that is called before each retry.

    Returns:
        The result of the function.

    Raises:
        AssetError: The function raised an `AssetError` that is not transient, or no further retry is allowed.
    """
    failures: Counter[bool] = Counter()
    while True:
        try:
            return await attempt()
        except TransientError as error:
            fault = error
        is_broken = isinstance(fault, BrokenContentError)
        failures[is_broken] += 1
        tries = failures.total()
        is_last_try = (
            failures[is_broken] > (policy.broken_contents if is_broken else policy.failed_transfers)
            and not fault.is_outage
        )
        pause = _pause(tries, policy.backoff)
        if is_last_try or not deadline.allows(pause):
            fault.give_up(deadline)
            raise AssetError(f"{fault}, after {tries} tries" if tries > 1 else str(fault)) from fault
        if pause:
            await asyncio.sleep(pause)
        on_retry()


def _pause(tries: int, backoff: float) -> float:
    """Return the pause in seconds after a number of attempts; 0 after the first one."""
    if tries == 1:
        return 0.0
    return min(_MAX_PAUSE, backoff * 2.0 ** (tries - 2)) * random.uniform(0.75, 1.25)  # noqa: S311
