"""The checks of `validate`.

A check is a function of a row, or of a row and its label, that yields its findings; it is in one of the lists below. A
check of categories is a function of the categories. The `Fault` beside a check has its name and the reason why the
finding matters. A check that compares rows is a class that remembers them.
"""

from segments_hf.validate.checks.annotations import impossible_ids, repeated_ids, unknown_categories
from segments_hf.validate.checks.colors import refused_colors
from segments_hf.validate.checks.images import check_pictures
from segments_hf.validate.checks.modes import Modes
from segments_hf.validate.checks.samples import Duplicates, unknown_status
from segments_hf.validate.checks.tracks import Tracks
from segments_hf.validate.checks.unreadable import unreadable_parts
from segments_hf.validate.checks.vectors import shapes

OF_ANY_ROW = (unknown_status, unknown_categories)
OF_LABELS = (repeated_ids, impossible_ids, shapes)  # of rows that have a label

__all__ = [
    "OF_ANY_ROW",
    "OF_LABELS",
    "Duplicates",
    "Modes",
    "Tracks",
    "check_pictures",
    "refused_colors",
    "unreadable_parts",
]
