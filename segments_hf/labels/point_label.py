"""Labels of the points of a point cloud: the annotation id of each point."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from segments_hf.labels.cloud_label import CloudLabel
from segments_hf.labels.label import NO_CLASS, NO_POINTS
from segments_hf.points import point_labels
from segments_hf.points.point_labels import check_num_labels, ids_of_points

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    import numpy.typing as npt

POINTS = "points"  # the kind of an object that is a set of points
POINT_LABELS_COLUMN = "point_annotations"


class PointLabel(CloudLabel):
    """A label with an annotation id for each point."""

    object_kinds: ClassVar[frozenset[str]] = frozenset({POINTS})
    encoding = (
        "`point_annotations` holds the `id` of the annotation of each point, in the order of the file of the point "
        "cloud; 0 is unlabeled. In `annotations`, `category` is the class, `category_id` its id on Segments.ai."
    )
    hub_task: ClassVar[tuple[str, str | None]] = ("other", None)

    @classmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""
        return POINT_LABELS_COLUMN in columns

    @property
    def missing_part(self) -> str | None:
        """``point_annotations`` if the label of the points is missing; None if the label is complete."""
        return None if self._row[POINT_LABELS_COLUMN] is not None else POINT_LABELS_COLUMN

    def point_labels(self, kind: Literal["semantic", "instance", "panoptic"] = "semantic") -> npt.NDArray[np.int64]:
        """Return the label of each point. See `segments_hf.points.point_labels`.

        Raises:
            PointCloudError: The label of the points is missing, or has ids that no annotation has.
        """
        return point_labels(self._row, kind)

    def classes_and_instances(
        self, num_points: int | None = None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the semantic label and the instance of each point, without reading the file of the points.

        Args:
            num_points: The number of points in the file, which is compared with the number of labels; None to skip this
                check.

        Returns:
            Two int64 arrays of shape (N,): class index + 1, and the number of the annotation, from 1 on. Both are 0 for
            points without a label, and for points of annotations without a class.

        Raises:
            PointCloudError: The label of the points is missing, has ids that no annotation has, or has another number
                of points than the file.
        """
        check_num_labels(self.ids, num_points)
        row = {"annotations": self._row["annotations"], POINT_LABELS_COLUMN: self.ids}
        classes = point_labels(row, "semantic")
        return classes, np.where(classes, point_labels(row, "instance"), 0)

    def count_without_points(self) -> Counter[str]:
        """Count the annotations without points or without a class, by reason.

        Raises:
            PointCloudError: The label of the points is missing.
        """
        present = set(np.unique(self.ids).tolist())
        counts = self.count_repeated_ids()
        for index in self.last_indices:
            annotation = self.annotations[index]
            has_points = annotation.id in present
            if not has_points or annotation.class_index is None:
                counts[NO_CLASS if has_points else NO_POINTS] += 1
        return counts

    @cached_property
    def ids(self) -> npt.NDArray[np.int64]:
        """The annotation id of each point: int64 array of shape (N,), in which 0 is unlabeled.

        Raises:
            PointCloudError: The label of the points is missing.
        """
        return ids_of_points(self._row)
