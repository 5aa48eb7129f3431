"""Read the lines of text at the beginning of a point-cloud file."""

from __future__ import annotations

import re

from segments_hf.errors import AssetError

MAX_HEADER_BYTES = 2**16
_NUMBER = re.compile("[0-9]{1,18}")


def header_lines(content: bytes, kind: str, last_keyword: str) -> tuple[list[list[str]], int]:
    """Return the words of each line of a header, and the size of the header in bytes.

    Args:
        content: The bytes of the file.
        kind: The name of the file format, for the error.
        last_keyword: The first word of the last line of the header.

    Raises:
        AssetError: The header does not end within the first 64 KiB, or it contains a null byte.
    """
    lines, start = [], 0
    while (end := content.find(b"\n", start, MAX_HEADER_BYTES)) >= 0:
        words = content[start:end].decode("utf-8", errors="replace").split()
        lines.append(words)
        start = end + 1
        if any("\0" in word for word in words):
            raise AssetError(f"got a {kind} file with a null byte in its header, expected text")
        if words[:1] == [last_keyword]:
            return lines, start
    size = "64 KiB" if len(content) > MAX_HEADER_BYTES else f"{len(content):,} bytes"
    raise AssetError(
        f"got a {kind} file whose header has no end: its first {size} have no line that begins with {last_keyword}"
    )


def number_of(text: str, name: str) -> int:
    """Convert the text of a number in a header to an integer.

    Args:
        text: The text of the number.
        name: The name of the number, for the error.

    Raises:
        AssetError: The text is not a whole number with at most 18 digits.
    """
    if not _NUMBER.fullmatch(text):
        raise AssetError(f"got {text[:40]!r} as {name} in the header, expected a whole number with at most 18 digits")
    return int(text)
