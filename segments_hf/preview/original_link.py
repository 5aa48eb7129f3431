"""Find the public URL of an original image, for the link on a page."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from segments_hf.errors import SegmentsHFError
from segments_hf.io.redaction import public_name

if TYPE_CHECKING:
    from segments_hf.dataset.rows.outcome import Outcome

_WEB_SCHEMES = {"http", "https"}
_PUBLIC_HOST_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+\.?", re.IGNORECASE)
_PRIVATE_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".invalid")


def original_link(outcome: Outcome) -> str | None:
    """Return the URL of the image of a row; None if the URL is not public or not known."""
    if outcome.locate_image is None:
        return None
    try:
        url = outcome.locate_image().url
    except SegmentsHFError:  # a problem of the outcome already reports this error
        return None
    return url if url is not None and is_public(url) else None


def is_public(url: str) -> bool:
    """Tell whether a URL may be shown to everyone: it is http(s), has no secret, and its host is on the Internet.

    A URL with a query or a fragment is not public, because both may contain a secret, such as a signature.

    >>> is_public("https://host.org/a.jpg"), is_public("https://host.org/a.jpg?sig=abc"), is_public("s3://bucket/a.jpg")
    (True, False, False)
    >>> is_public("https://jane:secret@host.org/a.jpg"), is_public("http://10.0.0.7/a.jpg")
    (False, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    has_secret = bool(parts.query or parts.fragment or "@" in parts.netloc) or public_name(url) != url
    return parts.scheme in _WEB_SCHEMES and not has_secret and _is_on_the_internet(host)


def _is_on_the_internet(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return _PUBLIC_HOST_NAME.fullmatch(host) is not None and not host.rstrip(".").lower().endswith(
            _PRIVATE_SUFFIXES
        )
