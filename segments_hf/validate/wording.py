"""How findings are worded and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 5


def listed(items: Iterable[object]) -> str:
    """The first of some things, and how many there are where that is not all.

    >>> listed([3, 8]), listed(range(100))
    ('3, 8', '0, 1, 2, 3, 4, … (100 in all)')
    """
    texts = list(map(str, items))
    shown = ", ".join(texts[:_SHOWN])
    return shown if len(texts) <= _SHOWN else f"{shown}, … ({len(texts)} in all)"
