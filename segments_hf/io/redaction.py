"""Remove secrets from URLs before they are shown, logged or stored: the only place, but for what errors need of it."""

from __future__ import annotations

import logging
import re
import traceback
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.urls import is_url
from segments_hf.shown_text import shown, without_parameters, without_secrets, without_users

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
_BROKEN_URL = re.compile(r"[a-z][a-z0-9+.\-]+:[/\\]|(?:https?|ftps?):", re.IGNORECASE)  # not a drive of Windows
_TEXT = JsonDecoder[str](str)
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MAY_HOLD_SECRETS = re.compile(r"[@=]|\\u00[43]|%3d", re.IGNORECASE)


def public_name(source: str) -> str:
    """A source as it may be shown: without a query, which may be a signature, and without a password.

    >>> public_name("https://jane:secret@host/a.json?X-Amz-Signature=abc")
    'https://host/a.json'
    >>> public_name("zip://a.json::https://jane:secret@host/a.zip")
    'zip://a.json::https://host/a.zip'
    """
    name = without_users(source)
    # Escaped, as in a URL that was made of a path.
    if "%40" in name and without_users(plain := unquote(name)) != plain:
        name = without_users(plain)
    if is_url(source) or is_broken_url(source):
        name = "::".join(re.split(r"[?#]", part, maxsplit=1)[0] for part in _links(name))
    return without_parameters(name)


def is_broken_url(source: str) -> bool:
    r"""Whether a source is written like a URL, but wrongly, so that it would be taken for a path.

    >>> is_broken_url("https:/host/a.jpg"), is_broken_url("https:\\\\host\\a.jpg"), is_broken_url("C:/a.jpg")
    (True, True, False)
    """
    return not is_url(source) and _BROKEN_URL.match(source) is not None


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
        if not parts.netloc:  # a chain, or no URL
            parts = urlsplit(without_users(url))
    except ValueError:  # no URL at all, so nothing is kept under it
        return public_name(url)
    pairs = [(unquote(pair.partition("=")[0]).lower(), pair) for pair in parts.query.split("&")]
    names = {name for name, _ in pairs}
    signing = (_SIGNATURE_KEYS if "signature" in names else set()) | (_AZURE_KEYS if "sig" in names else set())
    kept = [pair for name, pair in pairs if name not in signing and not name.startswith(_SIGNATURE_PREFIXES)]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "&".join(kept), ""))


def without_queries(text: str) -> str:
    """A text without the secrets of the URLs in it, and without anything else that looks like a query.

    >>> without_queries("GET /a.jpg?X-Amz-Signature=abc HTTP/1.1")
    'GET /a.jpg?… HTTP/1.1'
    """
    return _QUERY.sub("?…", without_secrets(text))


def json_without_secrets(text: str | None) -> str | None:
    """JSON as a row holds it: in its texts, URLs have no passwords, signatures or tokens. All else stays as it is.

    Rows are kept on disk, shown on pages and pushed to the Hub. The release has the whole URLs.

    >>> json_without_secrets('{"url": "https://jane:secret@host/a.pcd?page=2", "note": "jane@home", "size": 1.50}')
    '{"url": "https://host/a.pcd?page=2", "note": "jane@home", "size": 1.50}'
    """
    if text is None or not _MAY_HOLD_SECRETS.search(text):
        return text
    return _JSON_TEXT.sub(_literal_without_secrets, text)


def own_logger(name: str) -> logging.Logger:
    """The logger of a module of ours: what it logs may hold names and URLs of a release."""
    logger = logging.getLogger(name)
    logger.addFilter(hide_secrets)
    return logger


def hide_queries(record: logging.LogRecord) -> bool:
    """A filter of logs: they are told without queries, those of paths included, and else as `hide_secrets` does it."""
    _set_message(record, without_queries(record.getMessage()))
    return hide_secrets(record)


def hide_secrets(record: logging.LogRecord) -> bool:
    """A filter of logs: messages and tracebacks are told without secrets and control characters."""
    _set_message(record, shown(record.getMessage()))
    if record.exc_info and record.exc_info[1] is not None:
        told = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
        if shown(told) != told:
            record.exc_info, record.exc_text = None, shown(told)
    return True


# Libraries that log the URLs that they are given, by what they call their logs.
for _name in ("aiohttp.client", "fsspec", "fsspec.asyn", "fsspec.cached", "fsspec.http", "httpx", "httpx2",
              "huggingface_hub.utils._http"):  # fmt: skip
    logging.getLogger(_name).addFilter(hide_secrets)


def _set_message(record: logging.LogRecord, safe: str) -> None:
    if safe != record.getMessage():
        record.msg, record.args = safe, ()


def _links(chain: str) -> list[str]:
    """The URLs of a chain as fsspec reads it; the colons of an IPv6 address are not between two."""
    return re.split(r"::(?=[A-Za-z][A-Za-z0-9+.\-]*(?::|$))", chain)


def _literal_without_secrets(found: re.Match[str]) -> str:
    """A text in JSON, with its quotes; as it is where there is no secret in it."""
    try:
        text = _TEXT.decode(found[0])
    except JsonError:  # not JSON after all
        return without_secrets(found[0])
    public = text_without_secrets(text)
    return found[0] if public == text else msgspec.json.encode(public).decode()


def text_without_secrets(text: str) -> str:
    """A text to keep, without the passwords, signatures and tokens of the URLs in it; their other queries stay.

    >>> text_without_secrets("see https://jane:secret@host/a.pcd?page=2")
    'see https://host/a.pcd?page=2'
    """
    if is_url(text) or is_broken_url(text):
        text = without_users(text)  # in one piece: there may be spaces in a password
    return "".join(map(_word_without_secrets, re.split(r"(\s+)", text)))


def _word_without_secrets(word: str) -> str:
    public = without_users(word)
    return without_parameters(unsigned(public) if without_parameters(public) != public else public)
