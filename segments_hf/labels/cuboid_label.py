"""Labels of cuboids, and of polygons, lines and points in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from segments_hf.labels.cloud_label import CloudLabel, is_point_cloud
from segments_hf.points import boxes

if TYPE_CHECKING:
    from collections.abc import Collection

    from segments_hf.points import Boxes

CUBOID = "cuboid"


class CuboidLabel(CloudLabel):
    """A label of cuboids, polygons, lines and points in space."""

    object_kinds = frozenset({CUBOID, "cuboid-sync", "polygon", "polyline", "point"})
    encoding = (
        "`annotations` holds the cuboids: `position` is the center, `dimensions` are length, width and height, both in "
        "meters in the world, `yaw` is the angle about the z axis in radians; or the `points` of a polygon, polyline "
        "or point. `category` is the class, `category_id` its id on Segments.ai."
    )
    hub_task: ClassVar[tuple[str, str | None]] = ("other", None)

    @classmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""
        return is_point_cloud(columns) and "annotations" in columns

    def boxes(self, frame: Literal["sensor", "world"] = "sensor") -> Boxes:
        """Return the cuboids. See `segments_hf.points.boxes`.

        Raises:
            PointCloudError: A cuboid is invalid.
        """
        return boxes(self._row, frame)
