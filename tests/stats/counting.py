"""The counts of attributes, in a form that tests compare."""

from __future__ import annotations

import json

from segments_hf.stats.tally import AttributeCounts


def value_counts(attributes: list[AttributeCounts]) -> dict[str, dict[str, int]]:
    """Return the count of each value by the name of its attribute."""
    return {item.name: {json.dumps(value.value): value.count for value in item.values} for item in attributes}
