"""Check tracks. A track is one object in several frames of a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

CHANGED_CATEGORY = Fault("track-changes-category", "error", "one object has two classes, and one of them is wrong")


class Tracks:
    """Compare the categories of the annotations of each track."""

    def __init__(self) -> None:
        # By split, sequence and track id: the category in the first row of the track, and the frame of this row.
        self._first_categories: dict[tuple[str | None, str, int], tuple[int, int]] = {}
        self._reported: set[tuple[str | None, str, int]] = set()

    def check(self, row: Row, split: str | None) -> Iterator[Finding]:
        """Find tracks whose category differs from the category in their first row. Each track is reported once.

        Args:
            row: A labeled frame of a sequence.
            split: The split of the row.
        """
        changed = []
        sequence = split, row.get("uuid") or row["name"]
        for item in row["annotations"]:
            track, category = item.get("track_id"), item["category_id"]
            if track is None:
                continue
            key = *sequence, track
            first, frame = self._first_categories.setdefault(key, (category, row["frame_index"]))
            if category != first and key not in self._reported:
                self._reported.add(key)
                changed.append(
                    f"track {track} has category {category} in this frame and category {first} in frame {frame}"
                )
        if changed:
            yield CHANGED_CATEGORY.in_row(row, listed(changed))
