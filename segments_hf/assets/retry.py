"""Trying again where that may help."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from segments_hf.errors import AssetError
from segments_hf.images.header import UnwantedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from segments_hf.assets.hosts import Host
    from segments_hf.assets.traffic import Traffic
    from segments_hf.io.deadline import Deadline

T = TypeVar("T")

_LONGEST_PAUSE = 30.0  # seconds


class PassingError(AssetError):
    """A fault that may be gone the next time.

    Args:
        reason: What was wrong.
        unreached: The host, where there was no connection to it.
    """

    def __init__(self, reason: str, *, unreached: Host | None = None) -> None:
        super().__init__(reason)
        self.unreached = unreached


class RetryPolicy(NamedTuple):
    """How often to try again.

    Attributes:
        faults: After how many faults on the way.
        unsound: After how many bodies that came in peace and are not what they should be.
        backoff: Seconds before the second retry; they double with every further one. The first is made at once.
    """

    faults: int = 5
    unsound: int = 2
    backoff: float = 0.5


async def retrying(
    read: Callable[[], Awaitable[bytes]],
    accept: Callable[[bytes], Awaitable[T]],
    wait: Callable[[float], Awaitable[None]],
    policy: RetryPolicy,
    deadline: Deadline,
    traffic: Traffic,
) -> tuple[bytes, T]:
    """Reads until what comes is accepted.

    Args:
        read: Reads once.
        accept: Looks at what was read; an AssetError means that it is not sound, an UnwantedError that it is not taken.
        wait: Waits for some seconds.
        policy: How often.
        deadline: How long.
        traffic: What counts the retries.

    Returns:
        What was read, and what `accept` said of it.

    Raises:
        AssetError: Trying again did not help, or cannot help.
    """
    faults = unsound = 0
    while True:
        fault: AssetError
        unreached = None
        try:
            content = await read()
        except PassingError as error:
            faults += 1
            fault, unreached = error, error.unreached
            # A host that was there before comes back: then time decides when to give up, not the number of tries.
            is_last = faults > policy.faults and not (unreached and unreached.answered_at)
        else:
            try:
                return content, await accept(content)
            except UnwantedError:
                raise
            except AssetError as error:
                unsound += 1
                fault, is_last = error, unsound > policy.unsound
        tries = faults + unsound
        pause = _pause(tries, policy.backoff)
        if is_last or not deadline.allows(pause):
            if unreached:
                unreached.gave_up(deadline.began)
            raise AssetError(f"{fault}, after {tries} tries" if tries > 1 else str(fault)) from fault
        if pause:
            await wait(pause)
        traffic.retried()


def _pause(tries: int, backoff: float) -> float:
    """The seconds to wait after so many tries; none after the first."""
    if tries == 1:
        return 0.0
    return min(_LONGEST_PAUSE, backoff * 2.0 ** (tries - 2)) * random.uniform(0.75, 1.25)  # noqa: S311
