"""Read an export as OpenPCDet does: `kitti_dataset`, `object3d_kitti`, `calibration_kitti` and `box_utils`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class KittiObjectLine:
    """A line of a label file."""

    type: str
    truncated: float
    occluded: int
    alpha: float
    rectangle: np.ndarray  # left, top, right, bottom
    height: float
    width: float
    length: float
    location: np.ndarray  # the center of the bottom in the frame of the camera
    rotation_y: float


@dataclass(frozen=True)
class KittiFrame:
    """The content of the files of a point cloud.

    Attributes:
        points: float32 array of shape (N, 4).
        objects: The lines of the label file, without the lines of the type DontCare.
        projection: P2: array of shape (3, 4).
        to_camera: The transformation from the sensor to the camera: array of shape (4, 4).
    """

    points: np.ndarray
    objects: list[KittiObjectLine]
    projection: np.ndarray
    to_camera: np.ndarray

    def lidar_boxes(self) -> np.ndarray:
        """Return the boxes in the frame of the sensor, as `boxes3d_kitti_camera_to_lidar` does: shape (N, 7)."""
        locations = np.array([item.location for item in self.objects]).reshape(-1, 3)
        sizes = np.array([[item.length, item.width, item.height] for item in self.objects]).reshape(-1, 3)
        angles = np.array([item.rotation_y for item in self.objects])
        homogeneous = np.hstack([locations, np.ones((len(locations), 1))])
        centers = homogeneous @ np.linalg.inv(self.to_camera.T)[:, :3]
        centers[:, 2] += sizes[:, 2] / 2
        return np.hstack([centers, sizes, -(angles[:, None] + np.pi / 2)])

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Return the pixels of points in the frame of the sensor: shape (N, 2)."""
        homogeneous = np.hstack([points, np.ones((len(points), 1))])
        found = homogeneous @ self.to_camera.T @ self.projection.T
        return found[:, :2] / found[:, 2:]


def read_frame(folder: Path, number: str, subfolder: str = "training") -> KittiFrame:
    """Read the files of a point cloud, except its image.

    Args:
        folder: The folder of the export.
        number: The name of the files without the suffix.
        subfolder: ``training`` or ``testing``.
    """
    points = np.fromfile(folder / subfolder / "velodyne" / f"{number}.bin", np.float32).reshape(-1, 4)
    lines = (folder / subfolder / "label_2" / f"{number}.txt").read_text().splitlines()
    assert lines  # `np.concatenate` of OpenPCDet needs at least one line
    calibration = _calibration((folder / subfolder / "calib" / f"{number}.txt").read_text())
    to_camera = np.vstack([calibration["R0_rect"] @ calibration["Tr_velo_to_cam"], [0, 0, 0, 1]])
    objects = [_object_of(line.split(" ")) for line in lines]
    known_objects = [item for item in objects if item.type != "DontCare"]
    return KittiFrame(points, known_objects, calibration["P2"], to_camera)


def read_list(folder: Path, split: str) -> list[str]:
    """Return the numbers of the point clouds of a split."""
    return [str(line.strip()) for line in (folder / "ImageSets" / f"{split}.txt").read_text().splitlines()]


def _calibration(text: str) -> dict[str, np.ndarray]:
    lines = text.splitlines()
    names = ["P0", "P1", "P2", "P3", "R0_rect", "Tr_velo_to_cam", "Tr_imu_to_velo"]  # readers rely on the order
    assert [line.split(" ")[0] for line in lines] == [f"{name}:" for name in names]
    numbers = {name: np.array(line.split(" ")[1:], float) for name, line in zip(names, lines, strict=True)}
    return {name: values.reshape(3, 3 if name == "R0_rect" else 4) for name, values in numbers.items()}


def _object_of(words: list[str]) -> KittiObjectLine:
    assert len(words) == 15
    numbers: Any = [float(word) for word in words[1:]]
    return KittiObjectLine(
        words[0], numbers[0], int(words[2]), numbers[2], np.array(numbers[3:7]), *numbers[7:10],
        np.array(numbers[10:13]), numbers[13],
    )  # fmt: skip
