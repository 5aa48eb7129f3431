"""Counts that grow row by row, and what they come to."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from segments_hf.io.json_codec.json_decoding import read_json
from segments_hf.io.json_codec.json_text import compact_json

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable

_SMALL, _MEDIUM = 32**2, 96**2  # pixels: below them an object is small or medium, as COCO has it
_SHARES = {"smallest": 0, "p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "largest": 1}
_MOST_VALUES = 100  # of one attribute: free text has no end


class Sizes(msgspec.Struct, frozen=True):
    """The sizes of objects, by their area in pixels.

    Attributes:
        objects: How many objects have an area.
        smallest: The smallest area.
        p5: The area that 5 % of the objects do not exceed, which is one of theirs.
        p25: The same of 25 %.
        median: The same of half of them.
        p75: The same of 75 %.
        p95: The same of 95 %.
        largest: The largest area.
        small: How many are smaller than 32 x 32 pixels.
        medium: How many are smaller than 96 x 96 pixels, and not small.
        large: How many are larger.
        histogram: How many have an area of 2^k pixels or more and less than 2^(k+1), from k = 0 on. Areas below 1 are
            in the first.
    """

    objects: int
    smallest: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    largest: float
    small: int
    medium: int
    large: int
    histogram: list[int]


class AttributeValue(msgspec.Struct, frozen=True):
    """A value of an attribute, as JSON has it, and how often it is there."""

    value: Any
    count: int


class AttributeCounts(msgspec.Struct, frozen=True):
    """The values of an attribute.

    Attributes:
        name: Its name.
        count: How often it is there, with any value.
        values: Its values, the most frequent first.
        other: How often it has a value that came after 100 others.
    """

    name: str
    count: int
    values: list[AttributeValue]
    other: int


def sizes_of(areas: Iterable[array[float]]) -> Sizes | None:
    """Return the sizes of objects; None if there are no objects.

    Args:
        areas: Their areas in pixels, in any number of parts.
    """
    together = np.concatenate([np.zeros(0), *(np.frombuffer(part) for part in areas if part)])
    if not together.size:
        return None
    bins = np.frexp(together.clip(1))[1] - 1  # exact, as a logarithm is not
    quantiles = np.quantile(together, list(_SHARES.values()), method="inverted_cdf").tolist()
    return Sizes(
        objects=together.size,
        **dict(zip(_SHARES, quantiles, strict=True)),
        small=int(np.count_nonzero(together < _SMALL)),
        medium=int(np.count_nonzero((together >= _SMALL) & (together < _MEDIUM))),
        large=int(np.count_nonzero(together >= _MEDIUM)),
        histogram=np.bincount(bins).tolist(),
    )


class Attributes:
    """Attributes and their values, counted."""

    def __init__(self) -> None:
        self._values: dict[str, Counter[str]] = {}
        self._other = Counter[str]()

    def add(self, attributes: Iterable[str | None]) -> None:
        """Add the attributes of objects or images: JSON objects as text, or None.

        Raises:
            JsonError: A text is not JSON.
        """
        for text, count in Counter(filter(None, attributes)).items():
            for name, key in _parsed(text):
                values = self._values.setdefault(name, Counter())
                if key in values or len(values) < _MOST_VALUES:
                    values[key] += count
                else:
                    self._other[name] += count

    def counts(self) -> list[AttributeCounts]:
        """The counts, in the order in which the attributes were first seen."""
        return [
            AttributeCounts(
                name,
                values.total() + self._other[name],
                [AttributeValue(read_json(key), count) for key, count in values.most_common()],
                self._other[name],
            )
            for name, values in self._values.items()
        ]


@lru_cache(4096)
def _parsed(text: str) -> list[tuple[str, str]]:
    """Return the names and values of attributes; values as JSON text, which can be counted."""
    attributes = read_json(text)
    if not isinstance(attributes, dict):
        return []
    return [(name, compact_json(value)) for name, value in attributes.items()]
