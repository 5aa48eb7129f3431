"""Count the annotations and points in the labels of point clouds, without reading the files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.release.tasks.label_parts import LABELED_POINT

if TYPE_CHECKING:
    from segments_hf.release import CloudAnnotation, Label, LabeledCloud

_SEGMENT = "segment"  # an annotation of a segmentation, which has no type


def count_cloud_label(label: Label[Any], kinds: Counter[str], points: Counter[int]) -> None:
    """Add the counts of a label to those of a release.

    Args:
        label: The label of a point cloud or of a sequence of point clouds.
        kinds: The number of annotations of each kind, such as ``cuboid``, and the number of labeled points.
        points: The number of points of each category id.
    """
    parts: list[LabeledCloud[CloudAnnotation] | None] = label.frames  # type: ignore[assignment]  # the kind of the task
    for part in parts:
        if part is None:
            continue
        annotations = part.annotations or []
        kinds.update(annotation.type or _SEGMENT for annotation in annotations)
        if part.point_annotations:
            categories = {annotation.id: annotation.category_id for annotation in annotations}
            labeled = Counter(part.point_annotations)
            del labeled[0]
            kinds[LABELED_POINT] += labeled.total()
            for number in labeled.keys() & categories.keys():
                points[categories[number]] += labeled[number]
