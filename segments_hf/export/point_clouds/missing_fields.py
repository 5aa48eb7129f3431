"""Count the point clouds whose files lack a field that the files of a format require."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable


class MissingFields:
    """The number of point clouds of an export that lack a field. In their exported files, the field is 0."""

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def add(self, missing: Iterable[str]) -> None:
        """Add the fields that one point cloud lacks."""
        self._counts.update(missing)

    def notes(self) -> list[str]:
        """Return a sentence for each field that a point cloud lacks."""
        return [
            f"{counted(count, 'point cloud')} without the field {field!r}: it is 0 in the files"
            for field, count in self._counts.items()
        ]
