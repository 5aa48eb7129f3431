"""Check how often the categories are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels.row import sample_name
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.labels.row import Row
    from segments_hf.release import Category
    from segments_hf.validate.finding import Finding

UNUSED = Fault("unused-category", "warning", "a model has an output for the class, but no example to learn it from")
USED_ONCE = Fault(
    "category-used-once", "warning", "the class has only one example: a model cannot be trained and tested on it"
)


class CategoryUse:
    """Count the annotations of each category."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._first_samples: dict[int, str] = {}  # the name of the first sample with each category

    def add(self, row: Row) -> None:
        """Count the annotations of a row with a label."""
        for item in row["annotations"]:
            category_id = item["category_id"]
            if category_id in self._counts:
                self._counts[category_id] += 1
            else:
                self._counts[category_id], self._first_samples[category_id] = 1, sample_name(row)

    def find_rare(self, categories: Sequence[Category]) -> Iterator[Finding]:
        """Yield a finding for each category that is never used or used once; no findings if no row has annotations."""
        if not self._counts:
            return
        for category in categories:
            name, count = f"category {category.name!r}", self._counts.get(category.id, 0)
            if count == 0:
                yield UNUSED.finding(name, None, None, f"no annotation has the category id {category.id}")
            elif count == 1:
                message = (
                    f"only one annotation has the category id {category.id}, in {self._first_samples[category.id]}"
                )
                yield USED_ONCE.finding(name, None, None, message)
