"""Small files of point clouds, and the samples and labels of releases of point clouds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SINGLE_CLOUD_TASKS = ("pointcloud-cuboid", "pointcloud-segmentation", "pointcloud-vector")
SEQUENCE_TASKS = tuple(f"{task_type}-sequence" for task_type in SINGLE_CLOUD_TASKS)


def kitti_file(count: int = 4, first_x: float = 0.0) -> bytes:
    """Return a file of the type ``kitti`` (``binary-xyzi``); `first_x` is the x of the first point."""
    points = np.arange(4 * count, dtype="<f4").reshape(count, 4) / 8
    points[:1, 0] = first_x
    return points.tobytes()


def pcd_file(count: int = 4, first_x: float = 0.0) -> bytes:
    """Return a PCD file with ``DATA ascii``; `first_x` is the x of the first point."""
    points = np.arange(3 * count, dtype=float).reshape(count, 3) / 8
    points[:1, 0] = first_x
    lines = ["VERSION 0.7", "FIELDS x y z", "SIZE 4 4 4", "TYPE F F F", "COUNT 1 1 1", f"WIDTH {count}", "HEIGHT 1"]
    rows = [" ".join(map(str, point)) for point in points.tolist()]
    return "\n".join([*lines, f"POINTS {count}", "DATA ascii", *rows, ""]).encode()


def xyz(x: float, y: float, z: float) -> dict[str, float]:
    """Return a vector as the platform writes it."""
    return {"x": x, "y": y, "z": z}


def quaternion(x: float, y: float, z: float, w: float) -> dict[str, float]:
    """Return a rotation as the platform writes it."""
    return {"qx": x, "qy": y, "qz": z, "qw": w}


def cuboid(number: int, category_id: int, **fields: Any) -> dict[str, Any]:
    """Return a cuboid as the platform writes it."""
    geometry = {"position": xyz(1.5, 0, -2), "dimensions": xyz(4, 2, 1.5), "yaw": 0.25}
    return {"id": number, "category_id": category_id, "type": "cuboid", **geometry, "track_id": number, **fields}


def camera(url: str | None, **fields: Any) -> dict[str, Any]:
    """Return a camera as the platform writes it."""
    return {
        "url": url,
        "name": "front",
        "row": 0,
        "col": 1,
        "intrinsics": {"intrinsic_matrix": [[900.5, 0, 640], [0, 900.5, 360.25], [0, 0, 1]]},
        "extrinsics": {"translation": xyz(0.5, 0, -0.1), "rotation": quaternion(0.5, -0.5, 0.5, -0.5)},
        "distortion": {"model": "fisheye", "coefficients": {"k1": 0.01, "k2": -0.02, "k3": 0, "k4": 1e-5}},
        "camera_convention": "OpenCV",
        **fields,
    }


def cloud(url: str | None, kind: str | None = "kitti", **fields: Any) -> dict[str, Any]:
    """Return the attributes of a sample or of a frame: a point cloud and other fields."""
    return {"pcd": {"url": url, "type": kind}, **fields}


def cloud_sample(name: str, attributes: Any, label: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a sample; `label` is its label in the labelset "ground-truth"."""
    sample = {"name": name, "uuid": f"uuid-{name}", "attributes": attributes, "labels": {"ground-truth": label}}
    return {**sample, **fields}


def cloud_label(status: str = "LABELED", **attributes: Any) -> dict[str, Any]:
    """Return a label with a status and attributes, as the platform writes it."""
    return {"label_status": status, "attributes": {"format_version": "0.2", **attributes}}


def label_content(task_type: str, number: int = 1) -> dict[str, Any]:
    """Return the attributes of the label of a cloud of four points. The first annotation has the id `number`."""
    if "segmentation" in task_type:
        annotations = [{"id": number, "category_id": 1, "track_id": number}, {"id": 9, "category_id": 2}]
        return {"annotations": annotations, "point_annotations": [0, number, number, 9]}
    if "vector" in task_type:
        line = {"id": number, "category_id": 2, "type": "polyline", "points": [[0, 0.5, 1], [1, 1, -1.25]]}
        return {"annotations": [line]}
    return {"annotations": [cuboid(number, 1, is_keyframe=True), cuboid(number + 1, 2, attributes={"parked": True})]}


def cloud_samples(task_type: str, url_of: Callable[[str, bytes], str], count: int = 3) -> list[dict[str, Any]]:
    """Return samples of a task type. Sample 1 has no label, sample 2 was skipped, and all others are labeled.

    Args:
        task_type: A task type in `SINGLE_CLOUD_TASKS` or `SEQUENCE_TASKS`. A sequence has two frames.
        url_of: A function that stores a file, and returns its URL or path.
        count: The number of samples.
    """
    samples = []
    for number in range(count):
        poses = [{"position": xyz(number, 1.5, 0), "heading": quaternion(0, 0, 0, 1)}, None]
        frames = [
            cloud(url_of(f"{number}-{frame}.bin", kitti_file(first_x=10 * number + frame)), ego_pose=pose)
            for frame, pose in enumerate(poses)
        ]
        contents = [label_content(task_type, 1 + frame) for frame in range(2)]
        is_sequence = task_type in SEQUENCE_TASKS
        label: Any = cloud_label(frames=contents) if is_sequence else cloud_label(**contents[0])
        if number == 1:
            label = None
        elif number == 2:
            label = {"label_status": "SKIPPED", "attributes": {}}
        samples.append(
            cloud_sample(
                f"scene {number}", {"frames": frames} if is_sequence else frames[0], label, metadata={"n": number}
            )
        )
    return samples


def write_files(folder: Path) -> Callable[[str, bytes], str]:
    """Return a function that writes a file into a folder, and returns its name."""

    def write(name: str, file: bytes) -> str:
        (folder / name).write_bytes(file)
        return name

    return write


def rows_by_name(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return a dict of rows, by the names of their samples."""
    return {row["name"]: row for row in rows}
