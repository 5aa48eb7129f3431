"""Distinguish labels that are usable for training from other labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.release import UNLABELED

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

# The statuses of labels that are not used for training, even if they have annotations.
UNUSABLE_STATUSES = frozenset({UNLABELED, "SKIPPED", "REJECTED"})


def is_labeled(row: Row) -> bool:
    """Tell whether a row has a label that could be read and was neither skipped nor rejected.

    Rows of a layout have no status and count as labeled.
    """
    return row.get("status") not in UNUSABLE_STATUSES and row.get("annotations", ()) is not None
