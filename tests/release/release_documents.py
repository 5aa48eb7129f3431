"""Parts of release files, and functions that read the names of categories and the ids of annotations."""

from __future__ import annotations

from typing import Any

from segments_hf.release import Release

TASK_ATTRIBUTES = {"format_version": "0.1", "categories": [{"id": 1, "name": "flower"}, {"id": 2, "name": "leaf"}]}
BITMAP_TASK = {"description": "", "task_type": "segmentation-bitmap", "attributes": TASK_ATTRIBUTES}
BITMAP_LABEL = {
    "label_status": "LABELED",
    "attributes": {"segmentation_bitmap": {"url": "a.png"}, "annotations": [{"id": 7, "category_id": 1}]},
}
BOX = {"id": 7, "category_id": 1, "type": "bbox", "points": [[1, 2], [3.5, 4]]}


def sample(**labels: Any) -> dict[str, Any]:
    """Return a sample of one image with these labels."""
    return {"name": "a.jpg", "attributes": {"image": {"url": "a.jpg"}}, "labels": labels}


def label(**attributes: Any) -> dict[str, Any]:
    """Return a label with these attributes."""
    return {"label_status": "LABELED", "attributes": attributes}


def category_names(release: Release, labelset: str | None = None) -> list[str]:
    """Return the names of the categories of a labelset; None is the default labelset."""
    return [category.name for category in release.labelset_categories(labelset or release.default_labelset)]


def annotation_ids(release: Release, labelset: str, index: int = 0) -> list[int]:
    """Return the ids of the annotations of one sample."""
    return [annotation.id for annotation in release[index].label(labelset).annotations]
