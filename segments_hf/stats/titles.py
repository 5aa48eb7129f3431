"""The titles of the printed tables and of the charts, which use the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segments_hf.stats.stats_result import Stats

ATTRIBUTES = "Attributes"
CO_OCCURRENCE = "Co-occurrence of classes"
IMAGE_SIZES = "Image sizes"
LABEL_STATUSES = "Label statuses"
OBJECT_SIZES = "Object sizes"
OBJECTS_PER_IMAGE = "Objects per labeled image"


def title_of_classes(stats: Stats) -> str:
    """Return the title of the counts per class, such as ``Objects and images per class``."""
    subjects = ["objects", "images"] if stats.objects else ["images"]
    if stats.unlabeled_pixels is not None:
        subjects.append("pixels")
    *others, last = subjects
    return f"{', '.join(others)} and {last} per class".capitalize() if others else f"{last} per class".capitalize()
