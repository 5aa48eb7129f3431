"""Releases of point clouds for the tests of layouts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from points.planting import PlantedCloud, planted_cloud

DETECTION, SEGMENTATION = "point-cloud-detection", "point-cloud-segmentation"
COLUMNS = {
    DETECTION: ["points", "boxes", "labels", "track_ids", "pose"],
    SEGMENTATION: ["points", "labels", "instances"],
}
CATEGORIES = [{"id": 100 + index, "name": name} for index, name in enumerate(["car", "truck", "unlabeled"])]
NO_POINTS = np.empty((0, 4), np.float32)


def xyz(numbers: Sequence[float]) -> dict[str, float]:
    """Return a vector as in a release."""
    return dict(zip("xyz", numbers, strict=True))


def xyzw(numbers: Sequence[float]) -> dict[str, float]:
    """Return a quaternion as in a release."""
    return dict(zip(("qx", "qy", "qz", "qw"), numbers, strict=True))


def cuboid(number: int, **fields: Any) -> dict[str, Any]:
    """Return a cuboid of a release, 4 m long, 2 m wide and 1.5 m high, at the origin of the world."""
    return {
        "id": number,
        "category_id": 100,
        "type": "cuboid",
        "position": xyz([0, 0, 0]),
        "dimensions": xyz([4, 2, 1.5]),
        "yaw": 0.0,
        **fields,
    }


def cloud_sample(
    folder: Path, name: str, points: np.ndarray | None = None, label: Any = None, pose: Any = None
) -> dict[str, Any]:
    """Write a point cloud of x, y, z and intensity, and return its sample.

    Args:
        folder: The folder of the release.
        name: The name of the sample.
        points: float32 array of shape (N, 4); None to write no file.
        label: The attributes of the label; None for an unlabeled sample.
        pose: The pose of the sensor, as in a release; None for a sensor at the origin of the world.
    """
    if points is not None:
        (folder / f"{name}.bin").write_bytes(points.astype("<f4").tobytes())
    attributes = {"pcd": {"url": f"{name}.bin", "type": "kitti"}, "ego_pose": pose}
    labels = None if label is None else {"label_status": "LABELED", "attributes": label}
    return {"name": name, "uuid": f"uuid-{name}", "attributes": attributes, "labels": {"ground-truth": labels}}


def planted_sample(folder: Path, seed: int, **options: Any) -> tuple[PlantedCloud, dict[str, Any]]:
    """Make a point cloud with known numbers of points in its boxes, and return it with its sample."""
    cloud = planted_cloud(seed, **options)
    return cloud, sample_of(folder, cloud)


def sample_of(folder: Path, cloud: PlantedCloud) -> dict[str, Any]:
    """Write the points of a planted cloud, and return its sample."""
    cuboids = [
        {
            **item,
            "position": xyz(item["position"]),
            "dimensions": xyz(item["dimensions"]),
            "rotation": item["rotation"] and xyzw(item["rotation"]),
        }
        for item in cloud.row["annotations"]
    ]
    pose = {"position": xyz(cloud.row["ego_pose"]["position"]), "heading": xyzw(cloud.row["ego_pose"]["heading"])}
    return cloud_sample(folder, cloud.row["name"], cloud.points, {"annotations": cuboids}, pose)


def write_cloud_release(
    folder: Path, samples: Sequence[Mapping[str, Any]], task_type: str = "pointcloud-cuboid"
) -> Path:
    """Write a release of point clouds, and return its path."""
    dataset = {
        "name": "street",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": samples,
    }
    path = folder / "clouds.json"
    path.write_text(json.dumps({"name": "v1", "dataset": dataset}), encoding="utf-8")
    return path


def segment_annotations(*ids: int) -> list[dict[str, Any]]:
    """Return an annotation for each id in a label of points; the class indices are 0, 1, 2, 0, …"""
    return [{"id": number, "category_id": 100 + index % 3} for index, number in enumerate(ids)]
