"""Check the ids and categories of annotations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.bitmaps import ID_LIMIT
from segments_hf.io.number_text import counted
from segments_hf.labels import BitmapLabel, ImageLabel
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
REPEATED_ID = Fault(
    "repeated-annotation-id", "error", "the annotations count as one object; the last annotation is kept"
)
IMPOSSIBLE_ID = Fault(
    "impossible-annotation-id",
    "error",
    "the object has no pixels: in a bitmap, 0 means unlabeled and ids are below 2^24",
)
POINTS_WITHOUT_ANNOTATION = Fault("points-without-annotation", "error", "the points have no class")
UNUSUAL_ID = Fault("unusual-annotation-id", "warning", "Segments.ai makes only ids from 1 to 2^24 - 1")


def unknown_categories(row: Row) -> Iterator[Finding]:
    """Find annotations with a category id that the release does not define."""
    unknown = [item["category_id"] for item in row.get("annotations") or () if item["category"] is None]
    if unknown:
        number = counted(len(unknown), "annotation")
        ids = listed(sorted(set(unknown)))
        yield UNKNOWN_CATEGORY.in_row(row, f"got {number} with a category id that is not defined: {ids}")


def faulty_ids(row: Row, label: Label) -> Iterator[Finding]:
    """Find ids that more than one annotation has, and in labels of images, ids that a bitmap cannot contain.

    An id that a bitmap cannot contain is an error in a bitmap label, and a warning in a vector label.
    """
    ids = label.annotation_ids
    if len(set(ids)) < len(ids):
        repeated = [number for number, times in Counter(ids).items() if times > 1]
        yield REPEATED_ID.in_row(row, f"got more than one annotation with the id {listed(repeated)}")
    if ids and isinstance(label, ImageLabel) and not (min(ids) > 0 and max(ids) < ID_LIMIT):
        fault = IMPOSSIBLE_ID if isinstance(label, BitmapLabel) else UNUSUAL_ID
        impossible = [number for number in ids if not 0 < number < ID_LIMIT]
        yield fault.in_row(row, f"got the annotation id {listed(impossible)}, expected 1 to {ID_LIMIT - 1}")
