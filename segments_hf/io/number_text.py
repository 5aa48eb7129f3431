"""Format numbers and their nouns for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def counted(number: int, noun: str) -> str:
    """Return a number with a noun in the singular or plural.

    >>> counted(1, "error"), counted(2000, "error"), counted(2, "box")
    ('1 error', '2,000 errors', '2 boxes')
    """
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}{'es' if noun.endswith(('s', 'x')) else 's'}"


def share_text(part: int, total: int) -> str:
    """Return a share of a total in percent, without a percent sign; a dash if the total is 0.

    >>> share_text(1, 8), share_text(0, 0)
    ('12.50', '–')
    """
    return f"{100 * part / total:.2f}" if total else "–"


def listed_counts(counts: Mapping[str, int]) -> str:
    """Return numbers with their nouns, separated by commas.

    >>> listed_counts({"cuboid": 1200, "point cloud": 1})
    '1,200 cuboids, 1 point cloud'
    """
    return ", ".join(counted(number, noun) for noun, number in counts.items())
