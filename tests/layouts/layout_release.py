"""The columns of the layouts, and a release for the tests of layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dataset.making import sample

from .mask_making import annotation, bitmap_sample

SEMANTIC, INSTANCE, PANOPTIC = "semantic-segmentation", "instance-segmentation", "panoptic-segmentation"
DETECTION = "object-detection"
TASKS = [SEMANTIC, INSTANCE, PANOPTIC, DETECTION]
COLUMNS = {
    SEMANTIC: ["image", "label"],
    INSTANCE: ["image", "annotation", "semantic_class_to_id"],
    PANOPTIC: ["image", "label", "segments_info"],
    DETECTION: ["image_id", "image", "width", "height", "objects"],
}
CATEGORIES = [
    {"id": 0, "name": "sky", "has_instances": False},
    {"id": 7, "name": "unlabeled", "has_instances": True, "color": [1, 2, 3]},
]
IDS = [[70000, 0, 3], [4, 4, 9]]
OBJECTS = [annotation(70000, 7), annotation(3, 0), annotation(12, 7), annotation(4, 0)]


def write_layout_release(folder: Path, write_release: Callable[..., Path]) -> Path:
    """Write a release of five images: without label, labeled, skipped, rejected, and labeled without objects."""
    samples = [
        sample("null", "full.jpg"),
        bitmap_sample(folder, "full", IDS, OBJECTS),
        bitmap_sample(folder, "skipped", [[4]], OBJECTS, status="SKIPPED"),
        bitmap_sample(folder, "rejected", status="REJECTED"),
        bitmap_sample(folder, "empty"),
    ]
    return write_release(samples, task_attributes={"categories": CATEGORIES})
