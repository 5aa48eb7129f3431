"""Retry what fails for a reason that may pass."""

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

_LONGEST_PAUSE = 30.0  # seconds


class TransientError(AssetError):
    """A fault that another try may not meet.

    Attributes:
        is_outage: Whether a server that answered before cannot be reached. Then only the deadline ends the retries.
    """

    is_outage = False

    def give_up(self, deadline: Deadline) -> None:
        """Note that the retries have ended with this fault."""


class UnsoundError(TransientError):
    """A response that arrived completely, and whose content is broken."""


class RetryPolicy(NamedTuple):
    """The number of retries.

    Attributes:
        faults: The number after faults of the transfer.
        unsound: The number after complete responses with broken content.
        backoff: The seconds before the second retry, doubled for each further one. The first retry is immediate.
    """

    faults: int = 5
    unsound: int = 2
    backoff: float = 0.5


async def retry(
    attempt: Callable[[], Awaitable[T]], policy: RetryPolicy, deadline: Deadline, on_retry: Callable[[], object]
) -> T:
    """Call a function until it succeeds.

    Args:
        attempt: The function; it is called again after a `TransientError`.
        policy: The number of retries.
        deadline: The moment after which no retry begins.
        on_retry: Called before each retry.

    Returns:
        The result of the function.

    Raises:
        AssetError: The function failed for a reason that does not pass, or too often.
    """
    failures: Counter[bool] = Counter()
    while True:
        try:
            return await attempt()
        except TransientError as error:
            fault = error
        is_unsound = isinstance(fault, UnsoundError)
        failures[is_unsound] += 1
        tries = failures.total()
        is_last = failures[is_unsound] > (policy.unsound if is_unsound else policy.faults) and not fault.is_outage
        pause = _pause(tries, policy.backoff)
        if is_last or not deadline.allows(pause):
            fault.give_up(deadline)
            raise AssetError(f"{fault}, after {tries} tries" if tries > 1 else str(fault)) from fault
        if pause:
            await asyncio.sleep(pause)
        on_retry()


def _pause(tries: int, backoff: float) -> float:
    """The seconds to wait after a number of tries; 0 after the first."""
    if tries == 1:
        return 0.0
    return min(_LONGEST_PAUSE, backoff * 2.0 ** (tries - 2)) * random.uniform(0.75, 1.25)  # noqa: S311
