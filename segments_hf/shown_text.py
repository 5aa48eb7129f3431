r"""Make text safe to show: remove the secrets of URLs, and escape the characters that control a terminal.

This module is in the lowest layer because the constructors of errors use it.
"""

from __future__ import annotations

import re

# A slash between a scheme and its host. In real files, it may be the only slash, a backslash or percent-encoded.
_SLASH = r"(?:[/\\]|%2[fF]|%5[cC])"
_SCHEME = rf"[A-Za-z][A-Za-z0-9+.\-]{{1,20}}:{_SLASH}+"
_URL = re.compile(rf"""(?:{_SCHEME}|{_SLASH}{{2,}}|[Hh][Tt][Tt][Pp][Ss]?:)[^\s"<>]*""")
_URL_PARTS = re.compile(rf"({_SCHEME}|\A{_SLASH}{{2,}}|\A[Hh][Tt][Tt][Pp][Ss]?:)")
_AUTHORITY_END = re.compile(r"[/\\?#]")
# Text that is a host, and is unlikely to be a part of a password: an IPv6 address, a name with a dot, or localhost.
_HOST = re.compile(r"(?:\[[\w:.%]*\]|localhost|[\w\-]+(?:\.[\w\-]+)+\.?)(?::\d{0,5})?")
_WEB = re.compile(r"(?:https?|ftps?):", re.IGNORECASE)
_AFTER_PATH = re.compile(r"([?#])[^\s'\"]+")
_PARAMETER = re.compile(
    r"((?:[?&;#]|%3f|%26|%23)(?:x-amz-[\w-]{1,40}|x-goog-[\w-]{1,40}|signature|sig|awsaccesskeyid|googleaccessid"
    r"|key-pair-id|policy|[\w-]{0,20}(?:token|secret|passw|api_?-?key|credential)[\w-]{0,20})(?:=|%3d))[^&\s'\"<>]+",
    re.IGNORECASE,
)


def shown(text: str) -> str:
    r"""Return a text without the secrets of URLs and without control characters other than line feeds.

    >>> print(shown("https://jane:secret@host/a.jpg: got \x1b[31m"))
    https://host/a.jpg: got \x1b[31m
    """
    return printable(without_secrets(text), keep="\n")


def printable(text: str, keep: str = "") -> str:
    r"""Return a text in which the characters that are not printable (see `str.isprintable`) are escaped.

    Among them are all characters that control a terminal, such as C0 and C1 controls, line ends and marks that reverse
    the direction of text. Surrogates and spaces other than the ASCII space are also escaped.

    Args:
        text: The text.
        keep: Characters that are not escaped.

    >>> print(printable("a\x1b[31mb\nc"))
    a\x1b[31mb\nc
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else ascii(char)[1:-1] for char in text)


def without_secrets(text: str) -> str:
    """Return a text without the users, passwords, queries and fragments of the URLs in it.

    Outside URLs, the values of secret parameters are removed, as in `without_parameters`.

    >>> without_secrets("cannot read 'https://jane:secret@host/a.jpg?sig=abc', got HTTP 403")
    "cannot read 'https://host/a.jpg?…', got HTTP 403"
    """
    if "//" in text or "\\\\" in text or ":" in text:
        text = _URL.sub(lambda url: _AFTER_PATH.sub(r"\1…", without_users(url[0])), text)
    return without_parameters(text)


def without_users(url: str) -> str:
    r"""Return a URL, or a chain of URLs, without user and password, even if the URL is malformed.

    If the end of a password is ambiguous, all text between the slashes and the last @ is removed.

    >>> without_users("zip://a.json::https://jane:secret@host/a.zip"), without_users(r"https:\\jane:se/cr@et@host/a")
    ('zip://a.json::https://host/a.zip', 'https:\\\\host/a')
    """
    if "@" not in url:
        return url
    parts = _URL_PARTS.split(url)  # the text before the first scheme, then each scheme and the text after it
    for index in range(2, len(parts), 2):
        parts[index] = _without_user(parts[index], is_web=_WEB.search(parts[index - 1]) is not None)
    return "".join(parts)


def without_parameters(text: str) -> str:
    """Return a text in which an ellipsis replaces the values of query parameters that sign a request or are secret.

    These parameters are recognized by their names, such as X-Amz-Signature, token and password.

    >>> without_parameters("/a.jpg?page=2&X-Amz-Signature=abc")
    '/a.jpg?page=2&X-Amz-Signature=…'
    """
    return _PARAMETER.sub(r"\1…", text) if "=" in text or "%3" in text else text


def _without_user(rest: str, *, is_web: bool) -> str:
    """Return the part of a URL after its slashes, without user and password."""
    last_at = rest.rfind("@")
    if last_at < 0:
        return rest
    end = _AUTHORITY_END.search(rest)
    authority = rest[: end.start()] if end else rest
    if "@" in authority:
        words = authority.split()
        if len(words) > 1 and _HOST.fullmatch(words[0]):
            return rest  # a host, followed by text with an e-mail address
        host_start = authority.rfind("@") + 1
        # If the text after the @ is not a host, it belongs to a password that contains both an @ and a slash.
        is_host = last_at < host_start or _HOST.fullmatch(authority[host_start:])
        return rest[host_start:] if is_host else rest[last_at + 1 :]
    if ":" not in rest[:last_at] or _HOST.fullmatch(authority):
        return rest  # the @ is in a path
    return rest[last_at + 1 :] if ":" in authority or is_web else rest
