"""Labels of the points of a point cloud: the id of the instance that each point belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from segments_hf.labels.cloud_label import CloudLabel
from segments_hf.points import point_labels

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    import numpy.typing as npt

POINTS = "points"  # the kind of an object that is a set of points
POINT_LABELS_COLUMN = "point_annotations"


class PointLabel(CloudLabel):
    """A label that assigns each point to an instance."""

    object_kinds = frozenset({POINTS})
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
        """The missing part of the label; None if it is complete."""
        return None if self._row[POINT_LABELS_COLUMN] is not None else POINT_LABELS_COLUMN

    def point_labels(self, kind: Literal["semantic", "instance", "panoptic"] = "semantic") -> npt.NDArray[np.integer]:
        """Return the label of each point. See `segments_hf.points.point_labels`.

        Raises:
            PointCloudError: The label of the points is missing, or has ids that no annotation has.
        """
        return point_labels(self._row, kind)
