"""Compute the statistics of the sizes of objects, and count the values of attributes."""

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

_SMALL, _MEDIUM = 32**2, 96**2  # pixels: the upper limits of small and medium objects in COCO
_QUANTILES = {"smallest": 0, "p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "largest": 1}
# The largest number of different values that are counted for one attribute. Free text may have any number of values.
_MAX_VALUES = 100


class Sizes(msgspec.Struct, frozen=True):
    """The sizes of objects: statistics of their areas in pixels.

    Attributes:
        objects: The number of objects that have an area.
        smallest: The smallest area.
        p5: The 5th percentile of the areas. Percentiles are not interpolated: each is the area of an object.
        p25: The 25th percentile.
        median: The 50th percentile.
        p75: The 75th percentile.
        p95: The 95th percentile.
        largest: The largest area.
        small: The number of objects below 32 x 32 pixels, as in COCO.
        medium: The number of objects from 32 x 32 to below 96 x 96 pixels.
        large: The number of objects of 96 x 96 pixels or more.
        histogram: The number of objects with an area from 2^k to below 2^(k+1) pixels, for k from 0 on. Areas below 1
            pixel are counted in the first number.
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
    """A value of an attribute, decoded from JSON, and the number of its occurrences."""

    value: Any
    count: int


class AttributeCounts(msgspec.Struct, frozen=True):
    """The values of an attribute.

    Attributes:
        name: The name of the attribute.
        count: The number of occurrences of the attribute, with any value.
        values: The first 100 different values in the data, sorted from the most frequent to the least.
        other: The number of occurrences of all other values.
    """

    name: str
    count: int
    values: list[AttributeValue]
    other: int


def sizes_of(areas: Iterable[array[float]]) -> Sizes | None:
    """Return the sizes of objects; None if there are no objects.

    Args:
        areas: The areas of the objects in pixels, in any number of arrays.
    """
    all_areas = np.concatenate([np.zeros(0), *(np.frombuffer(part) for part in areas if part)])
    if not all_areas.size:
        return None
    bins = np.frexp(all_areas.clip(1))[1] - 1  # frexp is exact at powers of 2; a logarithm is not
    quantiles = np.quantile(all_areas, list(_QUANTILES.values()), method="inverted_cdf").tolist()
    return Sizes(
        objects=all_areas.size,
        **dict(zip(_QUANTILES, quantiles, strict=True)),
        small=int(np.count_nonzero(all_areas < _SMALL)),
        medium=int(np.count_nonzero((all_areas >= _SMALL) & (all_areas < _MEDIUM))),
        large=int(np.count_nonzero(all_areas >= _MEDIUM)),
        histogram=np.bincount(bins).tolist(),
    )


class AttributeCounter:
    """The counts of attribute values so far."""

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
                if key in values or len(values) < _MAX_VALUES:
                    values[key] += count
                else:
                    self._other[name] += count

    def counts(self) -> list[AttributeCounts]:
        """Return the counts of each attribute, in the order in which the attributes first occurred."""
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
    """Return the names and values of attributes. A value is JSON text, because a `Counter` needs hashable keys."""
    attributes = read_json(text)
    if not isinstance(attributes, dict):
        return []
    return [(name, compact_json(value)) for name, value in attributes.items()]
