"""Escape text for the place where it is shown."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""A text that a terminal shows as it is: control characters, which it would obey, are escaped.

    >>> print(printable("a\x1b[31mb\nc"))
    a\x1b[31mb\nc
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
