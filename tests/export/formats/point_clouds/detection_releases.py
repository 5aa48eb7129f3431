"""Releases of cuboids to export for detectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cloud_releases import cloud as cloud_attributes
from cloud_releases import cloud_label, cloud_sample, cuboid, xyz
from layouts.point_clouds.cloud_release import sample_of, write_cloud_release
from points.planting import PlantedCloud, in_rotated_world, planted_cloud

from ...making import write


def planted_release(folder: Path, seeds: list[int]) -> tuple[Path, list[PlantedCloud]]:
    """Write a release of planted clouds. The boxes are upright in the frame of the sensor; the world frame is rotated.

    Args:
        folder: The folder of the release.
        seeds: The seed of each point cloud.

    Returns:
        The path of the release file, and the planted clouds.
    """
    clouds = [in_rotated_world(planted_cloud(seed, tilted_boxes=False, tilted_sensor=False), seed) for seed in seeds]
    return write_cloud_release(folder, [sample_of(folder, cloud) for cloud in clouds]), clouds


def small_release(folder: Path, samples: dict[str, Any], names: tuple[str, ...] = ("car", "person")) -> Path:
    """Write a release of one small point cloud per sample.

    Args:
        folder: The folder of the release.
        samples: The content of the file of points and the cuboids of each sample, by the name of the sample.
        names: The names of the classes, which have the category ids 1, 2, …
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, (file, cuboids) in samples.items():
        cloud_type = "pcd" if file.startswith(b"VERSION") else "kitti"
        (folder / f"{name}.{cloud_type}").write_bytes(file)
        entries.append(
            cloud_sample(name, cloud_attributes(f"{name}.{cloud_type}", cloud_type), cloud_label(annotations=cuboids))
        )
    categories = [{"id": index, "name": name} for index, name in enumerate(names, start=1)]
    return write(folder, entries, "pointcloud-cuboid", task_attributes={"categories": categories})


def box(category_id: int, x: float = 0.0, **fields: Any) -> dict[str, Any]:
    """Return a cuboid of 4 x 2 x 1.5 m whose bottom is centered at (x, 0, -1)."""
    return cuboid(int(x) + 100 * category_id, category_id, position=xyz(x, 0, -0.25), yaw=0.0, **fields)


def kitti_points(points: np.ndarray) -> bytes:
    """Return the content of a file of the type ``kitti`` with points of shape (N, 4)."""
    return points.astype("<f4").tobytes()
