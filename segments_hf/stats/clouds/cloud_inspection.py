"""Count the annotations and points in the labels of point clouds, without reading the files of the point clouds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.labels.label import NO_TYPE
from segments_hf.release.tasks.label_parts import LABELED_POINT

if TYPE_CHECKING:
    from segments_hf.release import CloudAnnotation, Label, LabeledCloud

_SEGMENT = "segment"  # the kind of the annotations of a segmentation, because they have no type


def count_cloud_label(label: Label[Any], kinds: Counter[str], points: Counter[int], *, has_point_labels: bool) -> None:
    """Add the annotations and points of a label to the counts of a release.

    Args:
        label: The label of a point cloud or of a sequence of point clouds.
        kinds: The number of annotations of each kind, such as ``cuboid``, and the number of labeled points. The
            function changes it.
        points: The number of points of each category id. The function changes it.
        has_point_labels: Whether the task is a segmentation, whose annotations have no type.
    """
    without_type = _SEGMENT if has_point_labels else NO_TYPE
    parts: list[LabeledCloud[CloudAnnotation] | None] = label.frames  # type: ignore[assignment]  # frames of point clouds
    for part in parts:
        if part is None:
            continue
        annotations = part.annotations or []
        kinds.update(annotation.type or without_type for annotation in annotations)
        if part.point_annotations:
            categories = {annotation.id: annotation.category_id for annotation in annotations}
            labeled = Counter(part.point_annotations)
            del labeled[0]
            kinds[LABELED_POINT] += labeled.total()
            for annotation_id in labeled.keys() & categories.keys():
                points[categories[annotation_id]] += labeled[annotation_id]
