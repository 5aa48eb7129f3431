"""Releases of point clouds with camera images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cloud_releases import camera, cloud, cloud_label, cloud_sample, cuboid, kitti_file, quaternion, xyz
from PIL import Image

from preview.test_preview_of_clouds import write_clouds

BOX = {"position": xyz(8, 1, 0), "dimensions": xyz(2, 2, 2), "yaw": 0.0}
FISHEYE = {"model": "fisheye", "coefficients": {"k1": 0.1, "k2": -0.02, "k3": 0, "k4": 0}}


def front_camera(
    folder: Path, name: str = "front", size: tuple[int, int] = (640, 480), **fields: Any
) -> dict[str, Any]:
    """Return a camera at the sensor that looks along +x, and write its gray image."""
    Image.new("RGB", size, (128, 128, 128)).save(folder / f"{name}.png")
    matrix = [[320, 0, size[0] / 2], [0, 320, size[1] / 2], [0, 0, 1]]
    pose = {"translation": xyz(0, 0, 0), "rotation": quaternion(0.5, -0.5, -0.5, 0.5)}
    defaults = {"intrinsics": {"intrinsic_matrix": matrix}, "extrinsics": pose, "distortion": None}
    return camera(f"{name}.png", **{"name": name, "camera_convention": "OpenGL", **defaults, **fields})


def camera_release(folder: Path, cameras: list[Any], *annotations: Any) -> Path:
    """Write a release of one sequence: two frames with the same point cloud, cameras and cuboids."""
    (folder / "a.bin").write_bytes(kitti_file(40))
    frames = [cloud("a.bin", name=name, images=cameras) for name in ("first", "second")]
    label = cloud_label(frames=[{"annotations": list(annotations)}] * 2)
    return write_clouds(folder, [cloud_sample("scene", {"frames": frames}, label)], "pointcloud-cuboid-sequence")


def front_box(number: int = 1, category_id: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a cuboid with corners at x = 7 and 9, y = 0 and 2, z = -1 and 1."""
    return cuboid(number, category_id, **{**BOX, **fields})


def lines_of_path(path: str) -> list[np.ndarray]:
    """Return the points of each line in an SVG path: arrays of shape (K, 2)."""
    return [np.array([point.split() for point in line.split("L")], float) for line in path.split("M")[1:]]
