"""The titles of the printed tables and of the charts, which use the same words."""

from __future__ import annotations

ATTRIBUTES = "Attributes"
CO_OCCURRENCE = "Co-occurrence of classes"
IMAGE_SIZES = "Image sizes"
LABEL_STATUSES = "Label statuses"
OBJECT_SIZES = "Object sizes"
OBJECTS_PER_IMAGE = "Objects per labeled image"


def title_of_classes(*, objects: bool, pixels: bool) -> str:
    """Return the title of the counts per class, with or without objects and pixels.

    >>> title_of_classes(objects=True, pixels=False)
    'Objects and images per class'
    """
    subjects = [*(["objects"] if objects else []), "images", *(["pixels"] if pixels else [])]
    text = f"{', '.join(subjects[:-1])} and {subjects[-1]}" if len(subjects) > 1 else subjects[0]
    return f"{text.capitalize()} per class"
