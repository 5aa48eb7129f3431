"""Remove secrets from URLs before they are shown, logged or stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from segments_hf.io.urls import is_url

if TYPE_CHECKING:
    import logging

# The query parameters that sign a URL, in lower case. Many are common words elsewhere, so they count only beside the
# signature itself: `Signature` (AWS, Google and CloudFront) or `sig`
# (Azure: https://learn.microsoft.com/rest/api/storageservices/create-service-sas).
_SIGNATURE_PREFIXES = ("x-amz-", "x-goog-")
_SIGNATURE_KEYS = frozenset({"awsaccesskeyid", "googleaccessid", "key-pair-id", "signature", "expires", "policy"})
_AZURE_KEYS = frozenset(
    {
        *("sig", "se", "sp", "spr", "sr", "srt", "ss", "st", "sv", "si", "sip"),
        *("skoid", "sktid", "skt", "ske", "sks", "skv", "sdd", "saoid", "suoid", "scid"),
    }
)

_QUERY = re.compile(r"\?[^\s'\"]+")


def public_name(source: str) -> str:
    """A source as it may be shown: without a query, which may be a signature, and without a password.

    >>> public_name("https://jane:secret@host/a.json?X-Amz-Signature=abc")
    'https://host/a.json'
    """
    if not is_url(source):
        return source
    try:
        parts = urlsplit(source)
    except ValueError:
        return f"{source.partition('://')[0]}://… (not a valid URL)"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def unsigned(url: str) -> str:
    """A URL without the part of its query that signs it: what tells assets apart.

    >>> unsigned("https://host/a.jpg?versionId=7&X-Amz-Signature=abc&X-Amz-Expires=60")
    'https://host/a.jpg?versionId=7'
    >>> unsigned("https://host/view?sr=b&page=2"), unsigned("https://host/view?sr=b&page=2&sig=abc")
    ('https://host/view?sr=b&page=2', 'https://host/view?page=2')
    """
    if "?" not in url and "@" not in url and "#" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:  # no URL at all, so nothing is kept under it
        return url.partition("?")[0]
    pairs = [(unquote(pair.partition("=")[0]).lower(), pair) for pair in parts.query.split("&")]
    names = {name for name, _ in pairs}
    signing = (_SIGNATURE_KEYS if "signature" in names else set()) | (_AZURE_KEYS if "sig" in names else set())
    kept = [pair for name, pair in pairs if name not in signing and not name.startswith(_SIGNATURE_PREFIXES)]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "&".join(kept), ""))


def without_queries(text: str) -> str:
    """A text without the queries of the URLs in it, which may be signatures.

    >>> without_queries("GET /a.jpg?X-Amz-Signature=abc HTTP/1.1")
    'GET /a.jpg?… HTTP/1.1'
    """
    return _QUERY.sub("?…", text)


def hide_queries(record: logging.LogRecord) -> bool:
    """A filter of logs: they are told without queries."""
    message = record.getMessage()
    if "?" in message:
        record.msg, record.args = without_queries(message), ()
    return True
