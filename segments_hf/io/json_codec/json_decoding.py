"""Decode JSON. No other module decodes JSON, so that every fault raises a `JsonError` with the cause and JSON path.

A `JsonDecoder` decodes text of a known structure into a type. `read_json` decodes text of any structure, such as the
metadata of a sample, within limits of size, depth and numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import msgspec

from segments_hf.io.json_codec.json_faults import MAX_DEPTH, JsonError, describe_fault, out_of_range, too_deep

if TYPE_CHECKING:
    from msgspec import Raw

    Text: TypeAlias = bytes | bytearray | memoryview | str | Raw

__all__ = ["JsonDecoder", "JsonError", "JsonValue", "checked_text", "read_json"]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

T = TypeVar("T")

_MAX_BYTES = 64 * 2**20  # the limit for text of any structure, which becomes one value in a row

# Integers that do not fit into 64 bits have at least 19 digits. The fastest way to find 19 digits in a row is to
# replace all digits by zeros, and to search for 19 zeros.
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_MANY_ZEROS = b"0" * 19
_LONG_NUMBER = re.compile(rb"(?<![-+.0-9eE])-?[0-9]{19,}")
_LONGEST_INTEGER = 20  # the maximum number of characters of a 64-bit integer, with its sign
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class JsonDecoder(Generic[T]):
    """A decoder of JSON text into a type.

    Args:
        kind: The type. msgspec must support it.

    >>> JsonDecoder[list[int]](list[int]).decode(b"[1, 2]")
    [1, 2]
    """

    def __init__(self, kind: object) -> None:
        self._decode = msgspec.json.Decoder(kind).decode  # noqa: TID251  (the only decoder in the package)

    def decode(self, content: Text) -> T:
        """Decode one value.

        Args:
            content: The text, as UTF-8.

        Raises:
            JsonError: The text is not JSON, or does not match the type.
        """
        try:
            value: T = self._decode(content)
        except (ValueError, RecursionError) as error:
            raise describe_fault(_as_bytes(content), error) from None
        return value


_ANY: JsonDecoder[JsonValue] = JsonDecoder(Any)


def read_json(content: Text) -> JsonValue:
    """Decode a JSON value of any structure.

    Args:
        content: The text, as UTF-8.

    Raises:
        JsonError: The text is not JSON, is larger than 64 MiB, has more than 100 levels of brackets, or contains a
            number that does not fit into 64 bits, which `datasets` cannot read.

    >>> read_json('{"weather": "rain"}')
    {'weather': 'rain'}
    """
    text = content if isinstance(content, bytes) else bytes(_as_bytes(content))
    if len(text) > _MAX_BYTES:
        raise JsonError(f"got a value of {len(text):,} bytes, expected {_MAX_BYTES:,} at most")
    value = _ANY.decode(text)
    if len(text) > 2 * MAX_DEPTH and text.count(b"[") + text.count(b"{") > MAX_DEPTH and _is_too_deep(value):
        raise too_deep(text)
    if _MANY_ZEROS in text.translate(_ZEROS) and _has_long_number(text) and _has_long_number(_STRING.sub(b"", text)):
        raise out_of_range(text)
    return value


def checked_text(content: bytes) -> str:
    """Check JSON text of any structure, and return it unchanged.

    Args:
        content: The text, as UTF-8.

    Raises:
        JsonError: See `read_json`.

    >>> checked_text(b'{"a":  1}')
    '{"a":  1}'
    """
    read_json(content)
    return content.decode()


def _is_too_deep(value: JsonValue) -> bool:
    values = [value]
    for _ in range(MAX_DEPTH + 1):
        containers = [value for value in values if isinstance(value, dict | list)]
        if not containers:
            return False
        values = [item for outer in containers for item in (outer.values() if isinstance(outer, dict) else outer)]
    return True


def _has_long_number(text: bytes) -> bool:
    return any(
        len(number) > _LONGEST_INTEGER or not -(2**63) <= int(number) < 2**64 for number in _LONG_NUMBER.findall(text)
    )


def _as_bytes(content: Text) -> bytes | memoryview:
    if isinstance(content, str):
        return content.encode("utf-8", "surrogatepass")
    return content if isinstance(content, memoryview) else bytes(content)
