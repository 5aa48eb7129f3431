"""Statistics of any number of classes, for tests of charts."""

from __future__ import annotations

from typing import Any

import msgspec

from segments_hf.bitmaps import palette_color
from segments_hf.stats.statistics import ClassStats, CoOccurrence, ImageSize, Stats
from segments_hf.stats.tally import AttributeCounts, AttributeValue, Sizes

SIZES = Sizes(9, 0.5, 0.5, 20, 800, 5000, 90000, 90000, small=5, medium=2, large=2, histogram=[1, 0, 3, 2, 0, 2, 1])
NAMES = ["_hidden", "$\\frac{", "a\nb\x1b[31m", "Blüte – Größe", "long " * 99, "%s {0} <b>", ""]


def stats_of_classes(count: int, **changes: Any) -> Stats:
    """Return statistics of `count` classes with unusual names. Each of `changes` replaces a field of the result."""
    classes = [
        ClassStats(
            index, index, NAMES[index % len(NAMES)], palette_color(index), index * index, index, index, SIZES
        )
        for index in range(count)
    ]  # fmt: skip
    attributes = [
        AttributeCounts(f"{name} {number}", 9, [AttributeValue(value, 3) for value in (name, True, None, 4.5, [1])], 2)
        for number, name in enumerate(NAMES * 3)
    ]
    statistics = Stats(
        name="x",
        task_type=None,
        images=10**6,
        labeled=10**6,
        statuses=dict.fromkeys(NAMES, 5),
        objects=10**6,
        without_class=3,
        classes=classes,
        objects_per_image={0: 4, 3: 1, 977: 2},
        unlabeled_pixels=10**9,
        sizes=SIZES,
        image_sizes=[ImageSize(100 * n, 90 * n, n) for n in range(1, 30)],
        co_occurrence=[CoOccurrence(a, b, a + b) for a in range(count) for b in range(a + 1, count)],
        attributes=attributes,
        image_attributes=attributes[:1],
        left_out={},
        problems=[],
    )
    return msgspec.structs.replace(statistics, **changes)
