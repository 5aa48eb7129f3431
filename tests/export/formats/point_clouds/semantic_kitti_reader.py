"""Read SemanticKITTI as semantic-kitti-api does: `laserscan.py`, and `parse_poses` of `generate_sequential.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml


class Scan(NamedTuple):
    """A point cloud: points of shape (N, 3), and for each point its remission, class and instance."""

    points: np.ndarray
    remissions: np.ndarray
    classes: np.ndarray
    instances: np.ndarray


def read_config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((folder / "semantic-kitti.yaml").read_text("utf-8"))
    return config


def read_scans(folder: Path, sequence: int) -> list[Scan]:
    """Return the scans of a sequence, in the order of their names."""
    sequence_folder = folder / "sequences" / f"{sequence:02d}"
    files = [sorted((sequence_folder / name).iterdir()) for name in ("velodyne", "labels")]
    assert [file.suffix for pair in zip(*files, strict=True) for file in pair] == [".bin", ".label"] * len(files[0])
    return [read_scan(*pair) for pair in zip(*files, strict=True)]


def read_scan(velodyne: Path, label: Path) -> Scan:
    scan = np.fromfile(velodyne, np.float32).reshape(-1, 4)
    labels = np.fromfile(label, np.uint32)
    assert labels.shape == (len(scan),)
    return Scan(scan[:, :3], scan[:, 3], labels & 0xFFFF, labels >> 16)


def read_poses(folder: Path, sequence: int) -> list[np.ndarray]:
    """Return the pose of the lidar in each scan as a 4 x 4 matrix."""
    sequence_folder = folder / "sequences" / f"{sequence:02d}"
    calibration = dict(line.split(":") for line in (sequence_folder / "calib.txt").read_text().splitlines())
    assert [*calibration] == ["P0", "P1", "P2", "P3", "Tr"]
    lidar_to_camera = _matrix(calibration["Tr"])
    lines = (sequence_folder / "poses.txt").read_text().splitlines()
    return [np.linalg.inv(lidar_to_camera) @ _matrix(line) @ lidar_to_camera for line in lines]


def _matrix(numbers: str) -> np.ndarray:
    rows = np.array(numbers.split(), float).reshape(3, 4)
    return np.vstack([rows, [0, 0, 0, 1]])
