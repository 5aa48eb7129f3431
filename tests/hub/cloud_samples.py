"""Write releases of point clouds for tests: of each task type, and with files of several types."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

TASK_TYPES = [
    f"pointcloud-{kind}{suffix}" for kind in ("cuboid", "segmentation", "vector") for suffix in ("", "-sequence")
]
POINT_COUNT = 50  # points in each point cloud
# The id of the annotation of each point: 20 points are unlabeled, 18 are of the car, and 12 are of the road.
_POINT_ANNOTATIONS = [0] * 20 + [1] * 18 + [2] * 12
CATEGORIES = [{"id": 4, "name": "car", "color": [255, 0, 0]}, {"id": 9, "name": "road", "color": [0, 0, 255]}]
REPO = "jane/street"

_QUATERNION = {"qx": 0.0, "qy": 0.0, "qz": 0.6, "qw": 0.8}
_POSITION = {"x": 456_000.123456789, "y": 5_430_000.25, "z": 210.5}
_CUBOID = {
    "type": "cuboid",
    "position": _POSITION,
    "dimensions": {"x": 4.1, "y": 1.9, "z": 1.5},
    "yaw": 0.25,
    "rotation": _QUATERNION,
    "is_keyframe": True,
    "isHidden": False,
}
_LINE = {"type": "polyline", "points": [[0, 0.5, 1], [1, 1, 1]]}
_OBJECTS: dict[str, dict[str, Any]] = {"cuboid": _CUBOID, "segmentation": {}, "vector": _LINE}
_CAMERA = {
    "url": "front.png",
    "name": "front",
    "row": 0,
    "intrinsics": {"intrinsic_matrix": [[500.5, 0, 320], [0, 500.5, 240], [0, 0, 1]]},
    "extrinsics": {"translation": {"x": 1, "y": 0, "z": 0.5}, "rotation": _QUATERNION},
    "distortion": {"model": "brown-conrady", "coefficients": {"k1": 0.1}},
    "camera_convention": "OpenCV",
}


def points(seed: int, columns: int = 4, count: int = POINT_COUNT) -> bytes:
    """Return random points as the bytes of float32 numbers."""
    return np.random.default_rng(seed).normal(size=(count, columns)).astype("<f4").tobytes()


def pcd_file(seed: int, count: int = POINT_COUNT) -> bytes:
    """Return a binary PCD file with x, y and z of random points."""
    header = (
        f"VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH {count}\nHEIGHT 1\n"
        f"VIEWPOINT 0 0 0 1 0 0 0\nPOINTS {count}\nDATA binary\n"
    )
    return header.encode() + points(seed, 3, count)


_FILES = {
    "kitti": points,
    "binary-xyzir": lambda seed: points(seed, 5),
    "pcd": pcd_file,
}


def png_file() -> bytes:
    """Return a small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), (10, 200, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def write_cloud_release(
    folder: Path, write_release: Any, task_type: str, kind: str = "kitti", samples: int = 3
) -> Path:
    """Write a release and its files. The second sample is unlabeled; the others have two objects in each point cloud.

    Args:
        folder: The folder of the files.
        write_release: The function that the fixture `write_release` returns.
        task_type: One of `TASK_TYPES`.
        kind: The type of the point clouds: ``kitti``, ``binary-xyzir`` or ``pcd``.
        samples: The number of samples. A sequence has three frames.
    """
    (folder / "front.png").write_bytes(png_file())
    is_sequence = task_type.endswith("sequence")
    documents = []
    for number in range(samples):
        clouds = [_cloud(folder, kind, 10 * number + frame) for frame in range(3 if is_sequence else 1)]
        frames = [_label(task_type) for _ in clouds]
        attributes = {"frames": clouds} if is_sequence else clouds[0]
        content = {"frames": frames, "links": [{"from_id": 1, "to_id": 2}]} if is_sequence else frames[0]
        label = None if number == 1 else {"label_status": "LABELED", "attributes": content}
        documents.append(
            {
                "name": f"street/{number}",
                "uuid": f"uuid-{number}",
                "attributes": attributes,
                "metadata": {"number": number},
                "labels": {"ground-truth": label},
            }
        )
    task = {"format_version": "0.1", "categories": CATEGORIES}
    path: Path = write_release(documents, task_type=task_type, task_attributes=task)
    return path


def _cloud(folder: Path, kind: str, number: int) -> dict[str, Any]:
    (folder / f"{number}.bin").write_bytes(_FILES[kind](number))
    return {
        "pcd": {"url": f"{number}.bin", "type": kind},
        "images": [_CAMERA],
        "ego_pose": {"position": _POSITION, "heading": _QUATERNION},
        "name": f"frame {number}",
        "timestamp": 1617181723123456789 + number,
        "default_z": -1.5,
    }


def _label(task_type: str) -> dict[str, Any]:
    fields = _OBJECTS[task_type.split("-")[1]]
    annotations = [
        {"id": 1, "category_id": 4, "track_id": 7, "attributes": {"moving": True}, **fields},
        {"id": 2, "category_id": 9, "track_id": 8, **fields},
    ]
    return {"annotations": annotations} | (
        {"point_annotations": _POINT_ANNOTATIONS} if "segmentation" in task_type else {}
    )
