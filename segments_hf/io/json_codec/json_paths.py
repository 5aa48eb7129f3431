"""Find the JSON path of a fault in text that cannot be decoded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Text = bytes | memoryview
    Parts = list[str | int]  # the parts of a path, one for each open bracket: a key, or an index in an array

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[][{}:,]|[^][{}:,"\s]+', re.DOTALL)
_NUMBER = re.compile(rb"(-?[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_OPENING, _CLOSING = (b"{", b"["), (b"}", b"]")
_MAX_SHOWN_LEVELS = 12  # parts of a path that are shown
_MAX_TOKENS = 3_000_000  # tokens that are read to find a fault, which takes a few seconds
_LONGEST_INTEGER = 20  # the maximum number of characters of a 64-bit integer, with its sign


class Token(NamedTuple):
    """A bracket, a comma, a colon, a string, a number or a word in JSON text.

    Attributes:
        text: The bytes of the token.
        path: The JSON path of the value that the token belongs to.
    """

    text: bytes
    path: str


def token_at(content: Text, offset: int) -> Token | None:
    """Return the token that contains a byte of JSON text.

    If no token contains the byte, return the next token, or the last token of the text if there is no next one.

    Args:
        content: The text. It may be malformed at the byte and after the byte.
        offset: The offset of the byte.

    Returns:
        The token; None if the text has no token, or if more than 3,000,000 tokens come before the byte.

    >>> token_at(b'{"a": [1, NaN]}', 11)
    Token(text=b'NaN', path='$.a[1]')
    """
    last = None
    for number, (text, end, parts) in enumerate(_tokens(content)):
        if end > offset:
            return Token(text, _path(parts))
        if number == _MAX_TOKENS:
            return None
        last = text, parts
    return last and Token(last[0], _path(last[1]))


def find_number_out_of_range(content: Text) -> Token | None:
    """Return the first number that does not fit into a 64-bit float, or whose integer part does not fit into 64 bits.

    The result is None if the first 3,000,000 tokens of the text have no such number.

    >>> find_number_out_of_range(b'{"a": 1, "b": 1e400}')
    Token(text=b'1e400', path='$.b')
    """
    return _first_token(content, lambda text, _: _is_out_of_range(text))


def find_level(content: Text, depth: int) -> Token | None:
    """Return the first opening bracket that has at least `depth` brackets around it.

    The result is None if the first 3,000,000 tokens of the text have no such bracket.

    >>> find_level(b"[[]]", 1), find_level(b"[[]]", 2)
    (Token(text=b'[', path='$[0]'), None)
    """
    return _first_token(content, lambda text, parts: len(parts) >= depth and text in _OPENING)


def _first_token(content: Text, is_wanted: Callable[[bytes, Parts], bool]) -> Token | None:
    for number, (text, _, parts) in enumerate(_tokens(content)):
        if is_wanted(text, parts):
            return Token(text, _path(parts))
        if number == _MAX_TOKENS:
            break
    return None


def _tokens(content: Text) -> Iterator[tuple[bytes, int, Parts]]:
    """Yield the bytes of each token of JSON text, the offset of its end, and its path. The text may be malformed."""
    parts: Parts = []
    is_key = False
    for match in _TOKEN.finditer(content):
        text = match[0]
        if is_key and text[:1] == b'"':
            parts[-1] = text[1:-1].decode("utf-8", "replace")
            is_key = False
        yield text, match.end(), parts
        if text in _OPENING:
            is_key = text == b"{"
            parts.append("" if is_key else 0)
        elif text in _CLOSING and parts:
            parts.pop()
            if not parts:  # the value is complete
                return
        elif text == b"," and parts:
            part = parts[-1]
            is_key = isinstance(part, str)
            parts[-1] = "" if isinstance(part, str) else part + 1


def _path(parts: Parts) -> str:
    shown = "".join(map(_part, parts[:_MAX_SHOWN_LEVELS]))
    return f"${shown}…" if len(parts) > _MAX_SHOWN_LEVELS else f"${shown}"


def _part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if _NAME.fullmatch(part) else f"[{part!r}]" if part else ""


def _is_out_of_range(text: bytes) -> bool:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return False
    integer = match[1]
    if len(integer) > _LONGEST_INTEGER or not -(2**63) <= int(integer) < 2**64:
        return True
    return float(text) in {float("inf"), float("-inf")}
