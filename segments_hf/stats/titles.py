"""The titles of the printed tables and of the charts, which use the same words."""

from __future__ import annotations

ATTRIBUTES = "Attributes"
CO_OCCURRENCE = "Co-occurrence of classes"
IMAGE_SIZES = "Image sizes"
LABEL_STATUSES = "Label statuses"
OBJECT_SIZES = "Object sizes"


def objects_per(unit: str) -> str:
    """Return the title of the numbers of objects in each labeled image or sample.

    >>> objects_per("image")
    'Objects per labeled image'
    """
    return f"Objects per labeled {unit}"


def title_of_classes(*, objects: bool, pixels: bool, unit: str = "image") -> str:
    """Return the title of the counts per class, with or without objects and pixels.

    Args:
        objects: Whether objects are counted.
        pixels: Whether pixels are counted.
        unit: The noun for the images, which are always counted: ``image``, ``point cloud`` or ``sample``.

    >>> title_of_classes(objects=True, pixels=False)
    'Objects and images per class'
    """
    subjects = [*(["objects"] if objects else []), f"{unit}s", *(["pixels"] if pixels else [])]
    text = f"{', '.join(subjects[:-1])} and {subjects[-1]}" if len(subjects) > 1 else subjects[0]
    return f"{text.capitalize()} per class"
