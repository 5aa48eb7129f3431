"""The text of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHOWN = 5


def listed(items: Iterable[object]) -> str:
    """The first of some things, and how many there are where that is not all.

    >>> listed([3, 8]), listed(range(100))
    ('3, 8', '0, 1, 2, 3, 4, … (100 in all)')
    """
    texts = list(map(str, items))
    shown = ", ".join(texts[:_SHOWN])
    return shown if len(texts) <= _SHOWN else f"{shown}, … ({len(texts)} in all)"


def modes_text(counts: Mapping[str, int]) -> str:
    """Return the number of images with each pixel format as text; `counts` must not be empty.

    >>> modes_text({"RGB": 1200, "L": 3})
    '1,200 RGB and 3 L'
    """
    *first, last = [f"{count:,} {mode}" for mode, count in counts.items()]
    return f"{', '.join(first)} and {last}" if first else last
