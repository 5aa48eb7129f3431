"""Decide which HTTP responses are retried, and after which pause."""

from __future__ import annotations

import calendar
import re
import time
from email.utils import parsedate_tz

RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

_SECONDS = re.compile(r"[0-9]+")


def retry_after_seconds(value: str | None) -> float | None:
    """Return the number of seconds that a server asks to wait before the next request.

    Args:
        value: The header ``Retry-After``: seconds, or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
            None if the response has no such header.

    Returns:
        The number of seconds from now, 0 for a date in the past; None if the header is missing or malformed.

    >>> retry_after_seconds("120"), retry_after_seconds("Fri, 31 Dec 1999 23:59:59 GMT"), retry_after_seconds("soon")
    (120.0, 0.0, None)
    """
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        date = parsedate_tz(value)
        # RFC 9110 also allows the obsolete form of C's asctime(), which is a date in UTC without a time zone.
        return None if date is None else max(0.0, calendar.timegm(date[:9]) - (date[9] or 0) - time.time())
    except (ValueError, OverflowError):  # such as year 99999
        return None
