"""Format numbers and their nouns for messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with a noun in the singular or plural.

    >>> counted(1, "error"), counted(2000, "error")
    ('1 error', '2,000 errors')
    """
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
