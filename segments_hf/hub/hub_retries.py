"""Retry calls to the Hub that fail because the Hub is busy or the connection is broken."""

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
    from logging import Logger

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # seconds before each retry
LONGEST_PAUSE = 300.0  # seconds: a longer `Retry-After` is shortened to this

logger: Logger = own_logger(__name__)

T = TypeVar("T")


def retry(call: Callable[[], T], action: str) -> T:
    """Call a function, and retry if it fails because the Hub is busy or the connection is broken.

    Any other error of the function is raised without a retry.

    Args:
        call: The function. Two calls must have the same effect as one call.
        action: The purpose of the call for messages, such as ``read jane/flowers``.

    Raises:
        HubError: The last retry failed because the Hub is busy or the connection is broken.
    """
    for pause in PAUSES:
        try:
            return call()
        except Exception as error:
            if not is_transient(error):
                raise
            wait(error, pause, action)
    try:
        return call()
    except Exception as error:
        if not is_transient(error):
            raise
        raise HubError(
            f"{action}: the request failed {len(PAUSES) + 1} times ({error}); run the push again to resume it"
        ) from error


def wait(error: Exception, pause: float, action: str) -> None:
    """Log an error, and wait.

    Args:
        error: The error of a request or of a commit.
        pause: The seconds to wait, with random jitter, if the response has no `Retry-After`.
        action: The purpose of the request for the log.
    """
    seconds = min(LONGEST_PAUSE, _retry_after(error) or pause * random.uniform(0.75, 1.25))  # noqa: S311
    logger.warning("%s: retry in %.0f s (%s)", action, seconds, (str(error) or repr(error)).splitlines()[0])
    time.sleep(seconds)


def is_transient(error: BaseException) -> bool:
    """Return whether an error comes from a busy Hub or a broken connection."""
    # `OfflineModeIsEnabled` is a ConnectionError, but a retry does not help.
    if any(isinstance(link, OfflineModeIsEnabled) for link in _chain(error)):
        return False
    # The status is checked before the type, because hf_xet raises a ConnectionError for any HTTP status.
    if (status := status_of(error)) is not None:
        return status in RETRYABLE_STATUSES
    return any(isinstance(link, _connection_errors()) for link in _chain(error))


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status of an error of `huggingface_hub` or hf_xet; None if the error has no status."""
    return next((status for link in _chain(error) if (status := _status(link)) is not None), None)


def _connection_errors() -> tuple[type[BaseException], ...]:
    """Return the connection errors of the HTTP library that `huggingface_hub` uses: requests, httpx or httpx2."""
    library: Any = importlib.import_module(type(get_session()).__module__.partition(".")[0])
    if hasattr(library, "TransportError"):
        return ConnectionError, library.TransportError
    return ConnectionError, library.ConnectionError, library.Timeout


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and the errors that caused it."""
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
