"""Make point clouds in which the number of points in every box is known.

The points in a box are in one octant of the box, close to a corner. Other points are just outside of the three faces
that meet in this corner. The count therefore changes if an axis is mirrored, length and width are swapped, the sign of
the yaw is wrong, the center is taken for the center of the bottom, the numbers of a quaternion have another order, or
the pose of the sensor is ignored. The poses are computed by scipy, so the expected counts do not depend on the
functions under test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

SPACING = 20.0  # meters between the centers of boxes; the points of a box are less than 5 m from its center
MAP_ORIGIN = np.array([456_000.0, 5_430_000.0, 210.0])  # meters; as large as UTM coordinates


@dataclass(frozen=True)
class PlantedCloud:
    """A point cloud with the known number of points in every box.

    Attributes:
        row: The row, as `datasets` returns it. The cloud is of the type ``binary-xyzi``.
        points: The points of the file in the frame of the sensor: float32 array of shape (N, 4), x, y, z, intensity.
            The last point is NaN.
        in_world: The points in the world: float64 array of shape (N, 3).
        counts: The number of points in each box, in the order of the annotations: int64 array of shape (M,).
        box_indices: The index of the box that contains each point; -1 for points outside of all boxes.
    """

    row: dict[str, Any]
    points: np.ndarray
    in_world: np.ndarray
    counts: np.ndarray
    box_indices: np.ndarray


def planted_cloud(
    seed: int, num_boxes: int = 4, *, tilted_boxes: bool = True, tilted_sensor: bool = True, num_classes: int = 3
) -> PlantedCloud:
    """Make a point cloud with boxes at random positions.

    Args:
        seed: The seed of all random numbers.
        num_boxes: The number of boxes.
        tilted_boxes: Whether every second box has a `rotation` with pitch and roll. Other boxes have only a `yaw`.
        tilted_sensor: Whether the heading of the ego pose is any rotation. Otherwise it is only a yaw.
        num_classes: The number of classes; the class indices are 0, 1, 2, …
    """
    rng = np.random.default_rng(seed)
    ego = _any_rotation(rng) if tilted_sensor else Rotation.from_euler("z", rng.uniform(-np.pi, np.pi))
    ego_position = MAP_ORIGIN + rng.uniform(-100, 100, 3)
    annotations, box_points, indices = [], [], []
    for index in range(num_boxes):
        dimensions = np.array([rng.uniform(3.5, 5), rng.uniform(1.6, 2.2), rng.uniform(1, 1.4)])
        is_tilted = tilted_boxes and index % 2 == 0
        # With a yaw near a multiple of 90 degrees, a wrong sign of the yaw or swapped dimensions might go unnoticed.
        yaw = rng.integers(-2, 2) * np.pi / 2 + rng.uniform(0.5, 1.0)
        rotation = _any_rotation(rng) if is_tilted else Rotation.from_euler("z", yaw)
        center = ego_position + [SPACING * (index + 1), *rng.uniform(-SPACING, SPACING, 2)]
        local_points, is_inside = _octant(rng, dimensions)
        box_points.append(rotation.apply(local_points) + center)
        indices.append(np.where(is_inside, index, -1))
        annotations.append(
            {
                "id": int(10 + index),
                "category_id": int(100 + index % num_classes),
                "category": index % num_classes,
                "attributes": None,
                "track_id": int(1000 + index),
                "is_keyframe": True,
                "type": "cuboid",
                "position": center.tolist(),
                "dimensions": dimensions.tolist(),
                "yaw": float(rotation.as_euler("ZYX")[0]),
                "rotation": rotation.as_quat().tolist() if is_tilted else None,
                "points": None,
            }
        )
    in_world = np.concatenate([*box_points, np.full((1, 3), np.nan)])
    box_indices = np.concatenate([*indices, [-1]])
    order = np.append(rng.permutation(len(in_world) - 1), len(in_world) - 1)
    in_world, box_indices = in_world[order], box_indices[order]
    points = np.empty((len(in_world), 4), np.float32)
    points[:, :3] = (in_world - ego_position) @ ego.as_matrix()
    points[:, 3] = rng.uniform(0, 1, len(points))
    row = {
        "name": f"planted-{seed}",
        "uuid": f"uuid-{seed}",
        "status": "LABELED",
        "point_cloud": {"bytes": points.tobytes(), "path": None},
        "point_cloud_type": "binary-xyzi",
        "ego_pose": {"position": ego_position.tolist(), "heading": ego.as_quat().tolist()},
        "annotations": annotations,
        "cameras": [],
        "image_attributes": None,
        "metadata": None,
    }
    counts = np.bincount(box_indices[box_indices >= 0], minlength=num_boxes)
    return PlantedCloud(row, points, in_world, counts, box_indices)


def in_rotated_world(cloud: PlantedCloud, seed: int) -> PlantedCloud:
    """Rotate the world of a point cloud by a random rotation. The boxes of the cloud must be upright.

    The points and the boxes in the frame of the sensor stay the same.
    """
    world_rotation = _any_rotation(np.random.default_rng(seed))
    pose = cloud.row["ego_pose"]
    cuboids = [
        {
            **item,
            "position": world_rotation.apply(item["position"]).tolist(),
            "rotation": (world_rotation * Rotation.from_euler("z", item["yaw"])).as_quat().tolist(),
        }
        for item in cloud.row["annotations"]
    ]
    heading = world_rotation * Rotation.from_quat(pose["heading"])
    rotated_pose = {"position": world_rotation.apply(pose["position"]).tolist(), "heading": heading.as_quat().tolist()}
    row = {**cloud.row, "annotations": cuboids, "ego_pose": rotated_pose}
    return replace(cloud, row=row, in_world=world_rotation.apply(cloud.in_world))


def _octant(rng: np.random.Generator, dimensions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points in one octant of a box and points outside of its faces at this octant, in the frame of the box.

    Returns:
        Points of shape (N, 3), and a bool array of shape (N,): whether a point is in the box.
    """
    num_points = int(rng.integers(5, 40))
    points = rng.uniform(0.85, 0.98, (4 * num_points, 3))  # in halves of the dimensions
    for axis in range(3):
        points[(axis + 1) * num_points : (axis + 2) * num_points, axis] = rng.uniform(1.02, 1.2, num_points)
    octant = rng.choice([-1, 1], 3)
    return points * octant * dimensions / 2, np.arange(len(points)) < num_points


def _any_rotation(rng: np.random.Generator) -> Rotation:
    return Rotation.random(rng=rng)
