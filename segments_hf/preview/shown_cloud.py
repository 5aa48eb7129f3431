"""Encode a point cloud and its label for a page: a choice of the points, and the geometry of the objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from segments_hf.drawing.clouds.ground import leveled
from segments_hf.errors import AssetError, PointCloudError
from segments_hf.io.number_text import counted
from segments_hf.labels import CUBOID, CuboidLabel, PointLabel
from segments_hf.points import points_in_boxes, read_points
from segments_hf.preview.packing import PackedArray, pack
from segments_hf.preview.shown_label import ShownObject, numbers_of_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.labels import CloudLabel, Label
    from segments_hf.labels.row import Row
    from segments_hf.points.poses import EgoPose
    from segments_hf.preview.packing import Numbers

    Floats = npt.NDArray[np.float64]

_STEP = 0.01  # the largest rounding step of coordinates, unless a cloud is longer than 2^32 such steps
_CHUNK_SIZE = 2**18  # the number of points that are compared with all boxes at once; it limits the memory
_DECIMALS = 4  # of the coordinates of objects


class ShownCloud(msgspec.Struct):
    """The points of a point cloud that are on a page.

    The sensor is at the origin. z is vertical in the world, and x is the heading of the sensor. If the pose is invalid,
    the axes are those of the sensor.

    Attributes:
        total: The number of points in the file.
        count: The number of points on the page.
        corner: The lowest x, y and z of the points on the page.
        step: The rounding step of the coordinates, in the unit of the release.
        positions: x, y and z of the points, as numbers of steps from the corner: array of shape (3, count).
        numbers: The object number of each point: 1 for the first object, 0 for unlabeled points; None if the label has
            neither boxes nor ids of points, or is missing or invalid.
        intensities: The intensity of each point, from 0 to 255; None if the file has no intensities.
    """

    total: int
    count: int
    corner: list[float]
    step: float
    positions: PackedArray
    numbers: PackedArray | None
    intensities: PackedArray | None


class Points(NamedTuple):
    """All points of a file, and the indices of the points to show.

    Attributes:
        values: The points with all their fields, in the order of the file: structured array of shape (N,).
        shown: The indices of the shown points, ascending: array of shape (M,).
        num_not_finite: The number of points with a coordinate that is not finite.
    """

    values: npt.NDArray[np.void]
    shown: npt.NDArray[np.intp]
    num_not_finite: int

    def positions(self, index: npt.NDArray[np.intp] | slice) -> Floats:
        """Return x, y and z of the selected points, in the frame of the sensor: float64 array of shape (K, 3)."""
        selected = self.values[index]
        return np.stack([selected[axis].astype(np.float64) for axis in "xyz"], axis=1)

    def intensities(self) -> npt.NDArray[np.uint8] | None:
        """Return the intensities of the shown points as uint8 numbers; None if there are no intensities or points.

        0 is the 1st percentile of the intensities, and 255 the 99th.
        """
        name = next((name for name in self.values.dtype.names or () if name.lower() == "intensity"), None)
        if name is None or self.values.dtype[name].shape or not len(self.shown):
            return None
        values = np.nan_to_num(self.values[name][self.shown].astype(np.float64), posinf=0.0, neginf=0.0)
        low, high = np.percentile(values, (1, 99))
        shares = np.clip((values - low) / max(high - low, np.finfo(np.float64).tiny), 0, 1)
        scaled: npt.NDArray[np.uint8] = np.round(255 * shares).astype(np.uint8)
        return scaled


NO_POINTS = Points(np.empty(0, [(axis, np.float64) for axis in "xyz"]), np.empty(0, np.intp), 0)


def read_shown_points(row: Row, limit: int) -> Points:
    """Read the points of a row, and choose those to show: evenly from all points with finite coordinates.

    Args:
        row: A row with a point cloud.
        limit: The largest number of shown points.

    Raises:
        AssetError: The file cannot be read, or x, y or z is missing or has several values per point.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    values = read_points(row, structured=True)
    names = values.dtype.names or ()
    if missing := [axis for axis in "xyz" if axis not in names or values.dtype[axis].shape]:
        raise AssetError(
            f"got a point cloud without a field {missing[0]!r} of one value per point; "
            f"its fields are {', '.join(names)}"
        )
    is_finite = np.isfinite(values["x"]) & np.isfinite(values["y"]) & np.isfinite(values["z"])
    indices = np.flatnonzero(is_finite)
    return Points(values, indices[_even_indices(len(indices), limit)], len(values) - len(indices))


def _even_indices(total: int, limit: int) -> npt.NDArray[np.intp]:
    """Choose indices from 0 to below `total`, ascending: one random index from each of `limit` ranges of equal length.

    If `total` is at most `limit`, return all indices. The indices are random, because indices at equal distances could
    leave out all points of some beams of a sensor: the points of the beams alternate in a file.
    """
    if total <= limit:
        return np.arange(total)
    offsets = np.random.default_rng(0).random(limit)
    return ((np.arange(limit) + offsets) * total / limit).astype(np.intp)


def number_points(label: Label, points: Points, objects: list[ShownObject], num_classes: int) -> Numbers | None:
    """Return the object number of each shown point, and set `num_points` of the objects.

    A point in several boxes has the number of the last of these boxes.

    Args:
        label: The label of the row.
        points: The points.
        objects: The objects, one for each annotation. If points have ids without an annotation, one object for all
            these points is appended.
        num_classes: The number of classes.

    Returns:
        Array of shape (M,), with 0 for unlabeled points. None if a `CuboidLabel` has no boxes. For a `PointLabel`, None
        if the ids or the points of the file are missing.

    Raises:
        PointCloudError: A box or the pose is invalid, or the label has another number of points than the file.
    """
    if isinstance(label, PointLabel):
        return _number_labeled_points(label, points, objects, num_classes)
    assert isinstance(label, CuboidLabel)  # noqa: S101  (point clouds have labels of these two types)
    boxes = label.boxes()
    if not len(boxes):
        return None
    box_numbers = annotation_numbers(label, boxes.ids.tolist())
    counts = np.zeros(len(boxes), np.int64)
    point_numbers = np.zeros(len(points.values), np.uint32)
    for start in range(0, len(points.values), _CHUNK_SIZE):
        inside = points_in_boxes(points.positions(slice(start, start + _CHUNK_SIZE)), boxes)
        counts += inside.sum(axis=0)
        in_a_box = np.flatnonzero(inside.any(axis=1))
        last_box = len(boxes) - 1 - inside[in_a_box, ::-1].argmax(axis=1)
        point_numbers[start + in_a_box] = np.array(box_numbers, np.uint32)[last_box]
    for number, count in zip(box_numbers, counts.tolist(), strict=True):
        objects[number - 1].num_points = count
    return point_numbers[points.shown]


def _number_labeled_points(
    label: PointLabel, points: Points, objects: list[ShownObject], num_classes: int
) -> Numbers | None:
    if label.missing_part:
        return None
    ids = label.ids
    if len(points.values) not in {0, len(ids)}:
        raise PointCloudError(
            f"got a label of {counted(len(ids), 'point')} for a point cloud of "
            f"{counted(len(points.values), 'point')}, expected the same number"
        )
    unique_ids, counts = np.unique(ids, return_counts=True)
    counts_of_ids = {id_: count for id_, count in zip(unique_ids.tolist(), counts.tolist(), strict=True) if id_}
    numbers = numbers_of_ids(counts_of_ids, objects, num_classes)
    for item in objects:  # `numbers_of_ids` has set `area` to the number of points
        item.num_points, item.area = item.area, None
    unique_numbers = np.array([numbers[id_] if id_ else 0 for id_ in unique_ids.tolist()], np.uint32)
    return unique_numbers[np.searchsorted(unique_ids, ids[points.shown])] if len(points.values) else None


def annotation_numbers(label: CloudLabel, ids: Sequence[int]) -> list[int]:
    """Return, for each id, the object number of the last annotation with this id."""
    numbers = {label.annotations[index].id: index + 1 for index in label.last_indices}
    return [numbers[id_] for id_ in ids]


def set_geometry_3d(label: Label, ego_pose: EgoPose, objects: list[ShownObject]) -> None:
    """Set `geometry_3d` and `type` of the objects of a label of cuboids or vectors, and `dimensions` of cuboids.

    Args:
        label: The label of the row. If it is another type of label, the objects do not change.
        ego_pose: The `ego_pose` of the row.
        objects: The objects, one for each annotation.

    Raises:
        PointCloudError: A box, a coordinate or the pose is invalid.
    """
    if not isinstance(label, CuboidLabel):
        return
    boxes, vectors = label.boxes(), label.vectors()
    half_axes = boxes.rotation.transpose(0, 2, 1) * boxes.dimensions[:, :, None] / 2
    geometries = np.concatenate([leveled(boxes.center[:, None], ego_pose), leveled(half_axes, ego_pose)], axis=1)
    for number, geometry, size in zip(
        annotation_numbers(label, boxes.ids.tolist()), geometries, boxes.dimensions.tolist(), strict=True
    ):
        item = objects[number - 1]
        item.type, item.geometry_3d, item.dimensions = CUBOID, np.round(geometry, _DECIMALS).tolist(), size
    for number, vector in zip(
        annotation_numbers(label, [vector.annotation.id for vector in vectors]), vectors, strict=True
    ):
        item = objects[number - 1]
        item.type, item.geometry_3d = vector.kind, np.round(leveled(vector.points, ego_pose), _DECIMALS).tolist()


def level_positions(points: Points, ego_pose: EgoPose) -> Floats:
    """Return x, y and z of the shown points, in the axes of `ShownCloud`: float64 array of shape (M, 3).

    Raises:
        PointCloudError: The pose is invalid.
    """
    return leveled(points.positions(points.shown), ego_pose)


def encode_cloud(points: Points, positions: Floats, numbers: Numbers | None) -> ShownCloud:
    """Encode the shown points.

    Args:
        points: The points.
        positions: x, y and z of the shown points: array of shape (M, 3).
        numbers: The object number of each shown point, or None; see `number_points`.
    """
    corner = positions.min(axis=0) if len(positions) else np.zeros(3)
    step = _step_of(float((positions - corner).max(initial=0)))
    intensities = points.intensities()
    return ShownCloud(
        len(points.values),
        len(positions),
        corner.tolist(),
        step,
        pack(np.round((positions - corner).T / step).astype(np.uint32)),
        None if numbers is None else pack(numbers[None]),
        None if intensities is None else pack(intensities[None]),
    )


def _step_of(length: float) -> float:
    """Return the rounding step for coordinates from 0 to `length`.

    Return the smallest step with which the coordinates fit into 2 bytes, if it is at most `_STEP`. Otherwise, return
    the step for coordinates of 4 bytes, which is at least `_STEP`. For a length of 0, return 1.

    >>> _step_of(65.535), _step_of(10_000), _step_of(0)
    (0.001, 0.01, 1.0)
    """
    two_byte_step = length / (2**16 - 1)
    return (two_byte_step if two_byte_step <= _STEP else max(_STEP, length / (2**32 - 1))) or 1.0
