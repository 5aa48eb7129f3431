"""Ids and categories of annotations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.bitmaps import ID_LIMIT
from segments_hf.io.number_text import counted
from segments_hf.labels import BitmapLabel
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

UNKNOWN_CATEGORY = Fault(
    "unknown-category", "error", "the objects have no class, and by default the release cannot be loaded"
)
REPEATED_ID = Fault("repeated-annotation-id", "error", "objects with one id cannot be told apart")
IMPOSSIBLE_ID = Fault(
    "impossible-annotation-id", "error", "0 means unlabeled and a bitmap holds ids below 2^24, so it has no pixels"
)
UNUSUAL_ID = Fault("unusual-annotation-id", "warning", "ids are from 1 to 2^24 - 1 in all that the platform makes")


def unknown_categories(row: Row) -> Iterator[Finding]:
    """Category ids that are not defined."""
    unknown = Counter(item["category_id"] for item in row.get("annotations") or () if item["category"] is None)
    if unknown:
        number = counted(unknown.total(), "annotation")
        yield UNKNOWN_CATEGORY.in_row(row, f"got {number} of a category that is not defined: {listed(sorted(unknown))}")


def repeated_ids(row: Row, label: Label) -> Iterator[Finding]:
    """Ids that more than one annotation has."""
    ids = [item.id for item in label.annotations]
    if len(set(ids)) < len(ids):
        repeated = [number for number, times in Counter(ids).items() if times > 1]
        yield REPEATED_ID.in_row(row, f"more than one annotation has the id {listed(repeated)}")


def impossible_ids(row: Row, label: Label) -> Iterator[Finding]:
    """Ids that a bitmap cannot hold; where there is no bitmap, they are only odd."""
    ids = [item.id for item in label.annotations if not 0 < item.id < ID_LIMIT]
    if ids:
        fault = IMPOSSIBLE_ID if isinstance(label, BitmapLabel) else UNUSUAL_ID
        yield fault.in_row(row, f"got the annotation id {listed(ids)}, wanted 1 to {ID_LIMIT - 1}")
