"""The labels that a model can learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.release import UNLABELED

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

# The statuses of labels that are not to be learned from, whatever annotations they have.
UNUSABLE_STATUSES = frozenset({UNLABELED, "SKIPPED", "REJECTED"})


def is_labeled(row: Row) -> bool:
    """Tell whether a row has a label that was neither skipped nor rejected, and that could be read.

    Rows in a layout have no status.
    """
    return row.get("status") not in UNUSABLE_STATUSES and row.get("annotations", ()) is not None
