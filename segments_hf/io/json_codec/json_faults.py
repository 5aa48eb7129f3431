"""Describe the fault of JSON text that cannot be decoded."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import msgspec

from segments_hf.errors import SegmentsHFError
from segments_hf.io.json_codec.json_paths import find_level, find_number_out_of_range, token_at

if TYPE_CHECKING:
    from segments_hf.io.json_codec.json_paths import Text, Token

# The maximum number of nested brackets in text of any structure. `datasets` reads at most 1,023 levels, and Python
# about 1,000.
MAX_DEPTH = 100

_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_NOT_JSON_NUMBERS = re.compile(rb"[-+]?(?:nan|inf|infinity)", re.IGNORECASE)
_HALF_PAIR = re.compile(rb"\\u[dD][89a-bA-B][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
# Two forms of the messages of msgspec: with a JSON path, and with the offset of a byte.
_MESSAGE_WITH_PATH = re.compile(r"(.*) - at `(?:key` in `)?(\$.*)`", re.DOTALL)
_MESSAGE_WITH_BYTE = re.compile(r"(?:JSON is malformed: )?(.*) \(byte ([0-9]+)\)", re.DOTALL)

_HALF_PAIR_PROBLEM = "got half of a surrogate pair (\\ud800 to \\udfff) in a text, expected both halves"
_EXAMINED_SIZE = 1024  # bytes at the beginning, and at the end, of a text that are examined to recognize its fault
_MAX_SHOWN = 20  # bytes of a wrong value in a message
_CHUNK_SIZE = 2**20  # bytes


class JsonError(SegmentsHFError, ValueError):
    """JSON text that cannot be decoded, or whose content is not the expected one.

    Args:
        problem: What was received and what was expected.
        json_path: The JSON path of the fault, such as ``$.dataset.samples[3].name``; ``$`` for the whole text.
    """

    def __init__(self, problem: str, json_path: str = "$") -> None:
        super().__init__(problem, json_path)
        self.problem = problem
        self.json_path = json_path

    def __str__(self) -> str:
        return f"at {self.json_path}: {self.problem}"


def describe_fault(content: Text, error: Exception) -> JsonError:
    """Return the error that explains why JSON text cannot be decoded.

    Args:
        content: The text.
        error: The exception that msgspec raised: `DecodeError`, `UnicodeDecodeError` or `RecursionError`.

    >>> describe_fault(b"", msgspec.DecodeError()).problem
    'got an empty text, expected JSON'
    """
    if problem := _wrong_file(content):
        return JsonError(problem)
    if isinstance(error, RecursionError):
        return too_deep(content)
    if isinstance(error, UnicodeError):
        return _not_utf8(content)
    if isinstance(error, msgspec.ValidationError):
        return _wrong_value(content, str(error))
    return _malformed(content, str(error))


def too_deep(content: Text) -> JsonError:
    """Return the error for text whose brackets are nested too deeply."""
    return JsonError(
        f"got brackets that are nested more than {MAX_DEPTH} deep, expected {MAX_DEPTH} levels at most",
        _path(find_level(content, MAX_DEPTH)),
    )


def out_of_range(content: Text) -> JsonError:
    """Return the error for text that contains a number which does not fit into 64 bits."""
    token = find_number_out_of_range(content)
    return JsonError(
        f"got {f'the number {_shown(token.text)},' if token else 'a number'} which does not fit into 64 bits, "
        "expected a 64-bit integer or float",
        _path(token),
    )


def _wrong_file(content: Text) -> str | None:
    """Return the description of a text whose beginning shows that it is not JSON; None if it may be JSON."""
    beginning = bytes(content[:_EXAMINED_SIZE])
    if not beginning.strip() and len(content) <= _EXAMINED_SIZE:
        return "got an empty text, expected JSON"
    for mark, name in _OTHER_ENCODINGS.items():
        if beginning.startswith(mark):
            return f"got {name} text, expected UTF-8; save it as UTF-8"
    if b"\0" in beginning[:4]:
        return "got text that is not UTF-8, perhaps UTF-16, or a binary file; expected JSON as UTF-8"
    if _HTML.match(beginning):
        return (
            "got an HTML page, expected JSON; it may be a login page, an error page or a page about the file: "
            "open it in a browser"
        )
    if beginning.lstrip().startswith(b"<"):
        return "got XML or HTML, expected JSON"
    return None


def _not_utf8(content: Text) -> JsonError:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _CHUNK_SIZE):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _CHUNK_SIZE], final=start + _CHUNK_SIZE >= len(content))
        except UnicodeDecodeError as error:
            offset = start - pending + error.start
            return JsonError(
                f"got text that is not UTF-8 (0x{content[offset]:02x} at byte {offset:,}); it may be Latin-1 or "
                "Windows-1252: save it as UTF-8",
                _path(token_at(content, offset)),
            )
    return JsonError("got text with characters that UTF-8 cannot encode, expected UTF-8")


def _wrong_value(content: Text, message: str) -> JsonError:
    match = _MESSAGE_WITH_PATH.fullmatch(message)
    problem, json_path = (match[1], match[2]) if match else (message, "$")
    if "out of range" in problem:
        return out_of_range(content)
    wanted, separator, got = problem.removeprefix("Expected ").partition(", got ")
    if separator:
        return JsonError(f"got {got}, expected {wanted}", json_path)
    if wanted != problem:  # such as "`int` <= 9223372036854775807"
        return JsonError(f"got an invalid value, expected {wanted}", json_path)
    missing = problem.removeprefix("Object missing required field ")
    return JsonError(
        f"got an object without {missing}, expected an object with this field" if missing != problem else problem,
        json_path,
    )


def _malformed(content: Text, message: str) -> JsonError:
    match = _MESSAGE_WITH_BYTE.fullmatch(message)
    if match is None or int(match[2]) >= len(content):
        if _HALF_PAIR.search(content, max(0, len(content) - _EXAMINED_SIZE)):
            return JsonError(_HALF_PAIR_PROBLEM)
        json_path = _path(token_at(content, len(content)))
        return JsonError(f"got text that ends too early, after {len(content):,} bytes; download it again", json_path)
    fault, offset = match[1], int(match[2])
    token = token_at(content, offset)
    if "surrogate" in fault:
        return JsonError(_HALF_PAIR_PROBLEM, _path(token))
    if token and _NOT_JSON_NUMBERS.fullmatch(token.text):
        return JsonError(f"got {_shown(token.text)}, expected a number or null: JSON has no such number", token.path)
    if offset == 0:
        is_zip = bytes(content[:4]) == b"PK\x03\x04"
        return JsonError(
            "got a ZIP archive, expected JSON; unpack it, and pass the JSON file that it contains"
            if is_zip
            else "got a file that is not JSON, expected JSON; check that this is the right file"
        )
    return JsonError(
        f"got text that is not JSON ({fault} at byte {offset:,}); the file may be incomplete: download it again",
        _path(token),
    )


def _path(token: Token | None) -> str:
    return token.path if token else "$"


def _shown(text: bytes) -> str:
    shown = text[:_MAX_SHOWN].decode("ascii", "replace")
    return shown if len(text) <= _MAX_SHOWN else f"{shown}… of {len(text):,} characters"
