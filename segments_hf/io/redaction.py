"""Remove the secrets of URLs before the URLs are shown, logged or stored. `shown_text` contains simpler functions."""

from __future__ import annotations

import logging
import re
import traceback
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.urls import is_url
from segments_hf.shown_text import shown, without_parameters, without_secrets, without_users

# The query parameters that sign a URL, in lower case. Parameters with these prefixes are always removed. Many names in
# the two sets have other meanings on other sites. The parameters in a set are therefore removed only from a URL that
# contains the signature itself: `Signature` (AWS, Google and CloudFront) or `sig` (Azure:
# https://learn.microsoft.com/rest/api/storageservices/create-service-sas).
_SIGNATURE_PREFIXES = ("x-amz-", "x-goog-")
_SIGNATURE_KEYS = frozenset({"awsaccesskeyid", "googleaccessid", "key-pair-id", "signature", "expires", "policy"})
_AZURE_KEYS = frozenset(
    {
        *("sig", "se", "sp", "spr", "sr", "srt", "ss", "st", "sv", "si", "sip"),
        *("skoid", "sktid", "skt", "ske", "sks", "skv", "sdd", "saoid", "suoid", "scid"),
    }
)

_QUERY = re.compile(r"\?[^\s'\"]+")
_BROKEN_URL = re.compile(r"[a-z][a-z0-9+.\-]+:[/\\]|(?:https?|ftps?):", re.IGNORECASE)  # not a Windows drive
_STRING_DECODER = JsonDecoder[str](str)
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPED_MARK = re.compile(r"\\u00[234]")  # the beginning of the JSON escapes of @, = and %


def public_name(source: str) -> str:
    """Return the name of a source for messages. The source is a URL or a path.

    The user, the password, the query and the fragment of a URL are removed, because they may contain secrets. In a
    path, only text that looks like a password or like the value of a secret parameter is removed.

    >>> public_name("https://jane:secret@host/a.json?X-Amz-Signature=abc")
    'https://host/a.json'
    >>> public_name("zip://a.json::https://jane:secret@host/a.zip")
    'zip://a.json::https://host/a.zip'
    """
    name = without_users(source)
    # In a URL that was made from a path, the @ is percent-escaped.
    if "%40" in name and without_users(plain := unquote(name)) != plain:
        name = without_users(plain)
    if is_url(source) or is_broken_url(source):
        name = "::".join(re.split(r"[?#]", part, maxsplit=1)[0] for part in _urls_of_chain(name))
    return without_parameters(name)


def is_broken_url(source: str) -> bool:
    r"""Tell whether a source is a malformed URL, which `is_url` does not recognize.

    >>> is_broken_url("https:/host/a.jpg"), is_broken_url("https:\\\\host\\a.jpg"), is_broken_url("C:/a.jpg")
    (True, True, False)
    """
    return not is_url(source) and _BROKEN_URL.match(source) is not None


def unsigned_url(url: str) -> str:
    """Return a URL without its user and password, fragment and signature. The result identifies an asset.

    >>> unsigned_url("https://host/a.jpg?versionId=7&X-Amz-Signature=abc&X-Amz-Expires=60")
    'https://host/a.jpg?versionId=7'
    >>> unsigned_url("https://host/view?sr=b&page=2"), unsigned_url("https://host/view?sr=b&page=2&sig=abc")
    ('https://host/view?sr=b&page=2', 'https://host/view?page=2')
    """
    if "?" not in url and "@" not in url and "#" not in url:
        return url
    try:
        parts = urlsplit(url)
        if not parts.netloc:  # a chain of URLs, or not a URL
            parts = urlsplit(without_users(url))
    except ValueError:  # not a URL, so no asset is cached under this name
        return public_name(url)
    pairs = [(unquote(pair.partition("=")[0]).lower(), pair) for pair in parts.query.split("&")]
    names = {name for name, _ in pairs}
    signing_names = (_SIGNATURE_KEYS if "signature" in names else set()) | (_AZURE_KEYS if "sig" in names else set())
    kept_pairs = [
        pair for name, pair in pairs if name not in signing_names and not name.startswith(_SIGNATURE_PREFIXES)
    ]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "&".join(kept_pairs), ""))


def without_queries(text: str) -> str:
    """Return a text without the secrets of its URLs, and without the queries of URLs and paths.

    >>> without_queries("GET /a.jpg?X-Amz-Signature=abc HTTP/1.1")
    'GET /a.jpg?… HTTP/1.1'
    """
    return _QUERY.sub("?…", without_secrets(text))


def json_without_secrets(text: str | None) -> str | None:
    """Remove the users, passwords, signatures and tokens of the URLs in the strings of JSON.

    Strings without them, and all other values, are unchanged.

    Rows contain only JSON without secrets, because they are stored on disk, shown on pages and pushed to the Hub.

    >>> json_without_secrets('{"url": "https://jane:secret@host/a.pcd?page=2", "note": "jane@home", "size": 1.50}')
    '{"url": "https://host/a.pcd?page=2", "note": "jane@home", "size": 1.50}'
    """
    if text is None or not _may_hold_secrets(text):
        return text
    return _JSON_STRING.sub(_literal_without_secrets, text)


def _may_hold_secrets(text: str) -> bool:
    """Tell whether JSON may contain a secret, which requires @, = or %3d. Most JSON contains none of them."""
    return "@" in text or "=" in text or "%3" in text or ("\\u00" in text and _ESCAPED_MARK.search(text) is not None)


def own_logger(name: str) -> logging.Logger:
    """Return the logger of one of our modules, with a filter that removes secrets from its messages."""
    logger = logging.getLogger(name)  # noqa: TID251  (the only call for our own modules)
    logger.addFilter(hide_secrets)
    return logger


def hide_queries(record: logging.LogRecord) -> bool:
    """Remove secrets, control characters and the queries of paths from a log record, as a logging filter."""
    _set_message(record, without_queries(record.getMessage()))
    return hide_secrets(record)


def hide_secrets(record: logging.LogRecord) -> bool:
    """Remove secrets and control characters from a log record, as a logging filter. No record is dropped."""
    _set_message(record, shown(record.getMessage()))
    if record.exc_info and record.exc_info[1] is not None:
        formatted = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
        if shown(formatted) != formatted:
            record.exc_info, record.exc_text = None, shown(formatted)
    return True


# The loggers of libraries that log the URLs of their requests.
for _name in ("aiohttp.client", "fsspec", "fsspec.asyn", "fsspec.cached", "fsspec.http", "httpx", "httpx2",
              "huggingface_hub.utils._http"):  # fmt: skip
    logging.getLogger(_name).addFilter(hide_secrets)  # noqa: TID251


def _set_message(record: logging.LogRecord, safe: str) -> None:
    if safe != record.getMessage():
        record.msg, record.args = safe, ()


def _urls_of_chain(chain: str) -> list[str]:
    """Split a chain of URLs as fsspec does, but not at the colons of an IPv6 address."""
    return re.split(r"::(?=[A-Za-z][A-Za-z0-9+.\-]*(?::|$))", chain)


def _literal_without_secrets(match: re.Match[str]) -> str:
    """Return a JSON string literal without secrets; the same literal if it contains none."""
    try:
        text = _STRING_DECODER.decode(match[0])
    except JsonError:  # the match is not a JSON string
        return without_secrets(match[0])
    public = text_without_secrets(text)
    return match[0] if public == text else msgspec.json.encode(public).decode()


def text_without_secrets(text: str) -> str:
    """Return a text without the users, passwords, signatures and tokens of its URLs. Other query parameters are kept.

    >>> text_without_secrets("see https://jane:secret@host/a.pcd?page=2")
    'see https://host/a.pcd?page=2'
    """
    if is_url(text) or is_broken_url(text):
        text = without_users(text)  # before it is split at spaces, because a password may contain spaces
    return "".join(map(_word_without_secrets, re.split(r"(\s+)", text)))


def name_without_secrets(name: str) -> str:
    """Remove the secrets of URLs from the name of a sample, class or data set. Some of these names are URLs.

    >>> name_without_secrets("https://host/a.jpg?X-Amz-Signature=abc"), name_without_secrets("a@2x.jpg")
    ('https://host/a.jpg', 'a@2x.jpg')
    """
    return text_without_secrets(name) if ":" in name or "//" in name or "\\\\" in name or "=" in name else name


def _word_without_secrets(word: str) -> str:
    public = without_users(word)
    return without_parameters(unsigned_url(public) if without_parameters(public) != public else public)
