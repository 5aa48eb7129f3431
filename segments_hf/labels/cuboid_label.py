"""Labels of cuboids, and of polygons, polylines and points in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from segments_hf.labels.cloud_label import CloudLabel, is_point_cloud
from segments_hf.labels.label import NO_CLASS, NO_TYPE, NO_VOLUME, annotation_of
from segments_hf.points import boxes, to_sensor
from segments_hf.points.checked_numbers import checked_numbers

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Mapping

    import numpy as np
    import numpy.typing as npt

    from segments_hf.labels.label import Annotation
    from segments_hf.points import Boxes

CUBOID = "cuboid"
SYNCED_CUBOID = "cuboid-sync"  # a cuboid whose dimensions are the same in all frames
_NUM_COORDINATES = 3  # x, y and z


class SpaceVector(NamedTuple):
    """An annotation of the type ``polygon``, ``polyline`` or ``point`` in space.

    Attributes:
        annotation: The fields that annotations of all label types have.
        kind: The type; another text or None in a broken release.
        points: x, y and z of the points: float64 array of shape (N, 3).
    """

    annotation: Annotation
    kind: str | None
    points: npt.NDArray[np.float64]


class Shape(NamedTuple):
    """The type and the points of an annotation, which may be invalid.

    Attributes:
        id: The id of the annotation.
        kind: The type; None if it is missing.
        raw_points: The points of a polygon, polyline or point, as in the row; None if the annotation has no points.
    """

    id: int
    kind: str | None
    raw_points: list[Any] | None


class CuboidLabel(CloudLabel):
    """A label of cuboids, polygons, polylines and points in space."""

    object_kinds: ClassVar[frozenset[str]] = frozenset({CUBOID, SYNCED_CUBOID, "polygon", "polyline", "point"})
    encoding = (
        "`annotations` holds cuboids, polygons, polylines and points. Of a cuboid, `position` is the center, "
        "`dimensions` are length, width and height, both in meters in the world, and `yaw` is the angle about the z "
        "axis in radians. Other objects have `points`. `category` is the class, `category_id` its id on Segments.ai."
    )
    hub_task: ClassVar[tuple[str, str | None]] = ("other", None)

    @classmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""
        return is_point_cloud(columns) and "annotations" in columns

    @classmethod
    def kinds_of_task(cls, task_type: str | None) -> frozenset[str]:
        """Return the kinds of objects in labels of a task type: cuboids for cuboid tasks, otherwise all kinds."""
        is_of_cuboids = task_type in ("pointcloud-cuboid", "pointcloud-cuboid-sequence")
        return frozenset({CUBOID, SYNCED_CUBOID}) if is_of_cuboids else cls.object_kinds

    @property
    def shapes(self) -> list[Shape]:
        """The types and the points of all annotations, in the order of the row."""
        return [Shape(item["id"], item.get("type"), item.get("points")) for item in self._row["annotations"]]

    def boxes(self, frame: Literal["sensor", "world"] = "sensor") -> Boxes:
        """Return the cuboids. See `segments_hf.points.boxes`.

        Raises:
            PointCloudError: A cuboid is invalid.
        """
        return boxes(self._row, frame)

    def usable_boxes(self) -> tuple[Boxes, Counter[str]]:
        """Return the cuboids that have a class and a volume, in the frame of the sensor.

        Returns:
            The boxes, and the number of annotations that are left out, by reason. For a polygon, polyline or point, the
            reason is its type.

        Raises:
            PointCloudError: A cuboid or the pose is invalid.
        """
        found = self.boxes()
        left_out = self.count_repeated_ids()
        cuboids = set(found.ids.tolist())
        last = [self._row["annotations"][index] for index in self.last_indices]
        left_out.update(item.get("type") or NO_TYPE for item in last if item["id"] not in cuboids)
        has_class = found.class_indices >= 0
        has_volume = (found.dimensions > 0).all(axis=1)
        reasons = {NO_CLASS: int((~has_class).sum()), NO_VOLUME: int((has_class & ~has_volume).sum())}
        left_out.update({reason: number for reason, number in reasons.items() if number})
        return found[has_class & has_volume], left_out

    def vectors(self) -> list[SpaceVector]:
        """Return the polygons, polylines and points in the frame of the sensor.

        If several annotations have the same id, only the last one is used. Annotations of camera images are left out,
        because their points have no z.

        Raises:
            PointCloudError: A coordinate is not a number, or the pose is invalid.
        """
        annotations = (self._row["annotations"][index] for index in self.last_indices)
        in_world = [vector for item in annotations if (vector := _vector_of(item)) is not None]
        return [vector._replace(points=to_sensor(vector.points, self._row["ego_pose"])) for vector in in_world]


def _vector_of(annotation: Mapping[str, Any]) -> SpaceVector | None:
    points = annotation.get("points")
    if not points or any(point is None or len(point) < _NUM_COORDINATES for point in points):
        return None
    coordinates = [point[:_NUM_COORDINATES] for point in points]
    numbers = checked_numbers(coordinates, (len(points), _NUM_COORDINATES), f"annotation {annotation['id']}: points")
    return SpaceVector(annotation_of(annotation), annotation.get("type"), numbers)
