"""Trying again where the Hub is busy or the line is bad."""

from __future__ import annotations

import importlib
import random
import time
from typing import TYPE_CHECKING, Any, TypeVar

from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import get_session

from segments_hf.errors import HubError
from segments_hf.hub.compat import status_in_text
from segments_hf.io.redaction import own_logger
from segments_hf.io.remote.http_retries import RETRYABLE_STATUSES, retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # seconds
LONGEST_PAUSE = 300.0  # what `Retry-After` may ask for

logger = own_logger(__name__)

T = TypeVar("T")


def patiently(call: Callable[[], T], what: str) -> T:
    """Calls until it works, as long as it is the Hub or the line that fails.

    Args:
        call: What is done; it must do no harm to do it twice.
        what: What it does, for the error.

    Raises:
        HubError: It still fails after some time.
    """
    for pause in PAUSES:
        try:
            return call()
        except Exception as error:
            if not is_passing(error):
                raise
            rest(error, pause, what)
    try:
        return call()
    except Exception as error:
        if not is_passing(error):
            raise
        raise HubError(
            f"{what}: the Hub still fails after {len(PAUSES) + 1} tries ({error}); run the same again: it goes on "
            "where it was"
        ) from error


def rest(error: Exception, pause: float, what: str) -> None:
    """Waits as long as the Hub asks for, or for a pause."""
    seconds = min(LONGEST_PAUSE, _retry_after(error) or pause * random.uniform(0.75, 1.25))  # noqa: S311
    logger.warning("%s: trying again in %.0f s (%s)", what, seconds, (str(error) or repr(error)).splitlines()[0])
    time.sleep(seconds)


def is_passing(error: BaseException) -> bool:
    """Whether an error comes from a Hub that is busy, or from a bad line."""
    if any(isinstance(link, OfflineModeIsEnabled) for link in _chain(error)):  # a ConnectionError that stays
        return False
    if (status := status_of(error)) is not None:  # also where it is a ConnectionError: hf_xet makes one of any answer
        return status in RETRYABLE_STATUSES
    return any(isinstance(link, _line_errors()) for link in _chain(error))


def status_of(error: BaseException) -> int | None:
    """The HTTP status behind an error of `huggingface_hub` or hf_xet."""
    return next((status for link in _chain(error) if (status := _status(link)) is not None), None)


def _line_errors() -> tuple[type[BaseException], ...]:
    """What the HTTP library that `huggingface_hub` uses raises: requests, httpx or httpx2, by its version."""
    library: Any = importlib.import_module(type(get_session()).__module__.partition(".")[0])
    if hasattr(library, "TransportError"):
        return ConnectionError, library.TransportError
    return ConnectionError, library.ConnectionError, library.Timeout


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that caused it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    response = error.response if isinstance(error, HfHubHTTPError) else None
    return status_in_text(error) if response is None else int(response.status_code)


def _retry_after(error: BaseException) -> float | None:
    for link in _chain(error):
        if isinstance(link, HfHubHTTPError) and link.response is not None:
            return retry_after_seconds(link.response.headers.get("Retry-After"))
    return None
