"""Labels of cuboids, and of polygons, lines and points in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from segments_hf.labels.cloud_label import CloudLabel, is_point_cloud
from segments_hf.labels.label import NO_CLASS, NO_VOLUME
from segments_hf.points import boxes

if TYPE_CHECKING:
    from collections import Counter
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
    hub_task: ClassVar[tuple[str, str | None]] = ("object-detection", None)

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

    def usable_boxes(self) -> tuple[Boxes, Counter[str]]:
        """Return the cuboids that have a class and a volume, in the frame of the sensor.

        Returns:
            The boxes, and the number of annotations that are left out, by reason.

        Raises:
            PointCloudError: A cuboid or the pose is invalid.
        """
        found = self.boxes()
        left_out = self.repeated()
        cuboids = set(found.ids.tolist())
        last = [self._row["annotations"][index] for index in self.last_of_ids]
        left_out.update(str(item.get("type")) for item in last if item["id"] not in cuboids)
        has_class = found.class_indices >= 0
        has_volume = (found.dimensions > 0).all(axis=1)
        reasons = {NO_CLASS: int((~has_class).sum()), NO_VOLUME: int((has_class & ~has_volume).sum())}
        left_out.update({reason: number for reason, number in reasons.items() if number})
        return found[has_class & has_volume], left_out
