"""Release files over http(s)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import MaxRetryError

from segments_hf.errors import ReleaseError
from segments_hf.io.http_retries import RETRYABLE_STATUSES, retry_after_seconds
from segments_hf.io.redaction import hide_queries

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

TIMEOUT = (10, 60)  # seconds to connect, and between two reads

_LONGEST_PAUSE = 60.0  # seconds that a server may ask to be left alone; what asks for more is refused at once

# urllib3 logs the URLs that it asks for.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(hide_queries)


class _Retry(Retry):
    """Waits as long as the server asks, within reason."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if _pool is not None and response is not None and (self.get_retry_after(response) or 0) > _LONGEST_PAUSE:
            raise MaxRetryError(_pool, url or "")  # for urllib3 to hand over the response as it is
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        return retry_after_seconds(response.headers.get("Retry-After"))


def new_session() -> requests.Session:
    """A session that tries again after a connection fault, or one of `RETRYABLE_STATUSES`."""
    session = requests.Session()
    retries = _Retry(total=5, backoff_factor=0.5, status_forcelist=RETRYABLE_STATUSES, raise_on_status=False)
    session.mount("http://", HTTPAdapter(max_retries=retries))
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session


def fetch_file(url: str, name: str) -> bytes:
    """The content of a release file.

    Args:
        url: Where it is.
        name: What to call it in errors: the URL may be signed.

    Raises:
        ReleaseError: There is no answer, or the answer is an error.
    """
    with new_session() as session:
        try:
            response = session.get(url, timeout=TIMEOUT)
        except (requests.RequestException, ValueError) as error:
            # Its text holds the whole URL, signature included.
            raise ReleaseError(f"cannot fetch the URL: {type(error).__name__}", name) from None
    if not response.ok:
        raise ReleaseError(
            f"got HTTP {response.status_code} {response.reason}; wanted a release file. "
            "Is the link still valid? Signed links expire",
            name,
        )
    return response.content
