"""Format numbers and their nouns for messages."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """Return a number with a noun in the singular or plural.

    >>> counted(1, "error"), counted(2, "error")
    ('1 error', '2 errors')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
