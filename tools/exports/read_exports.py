"""Read the first point cloud of an export with the formulas of training programs, as the tests do."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import yaml
from export.formats.point_clouds import kitti_reader, pointcept_reader, semantic_kitti_reader
from export.formats.point_clouds.nuscenes_reader import Export
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Floats = npt.NDArray[np.float64]
_CUBE_CORNERS = np.array(np.unravel_index(np.arange(8), (2, 2, 2))).T - 0.5  # the corners of a cube with sides of 1


@dataclass(frozen=True)
class Box:
    """A box: its class, its corners and its heading.

    Attributes:
        name: The name of the class.
        corners: Array of shape (8, 3). Bits 2, 1 and 0 of the index of a corner are 1 at the front, left and top.
        heading: The center, and the middle of the front: array of shape (2, 3).
    """

    name: str
    corners: Floats
    heading: Floats


@dataclass(frozen=True)
class CameraView:
    """The image of a camera, and the corners of boxes in its pixels.

    Attributes:
        image: The image.
        corners: An array of shape (8, 2) for each box in front of the camera.
    """

    image: Image.Image
    corners: list[Floats]


@dataclass(frozen=True)
class ReadCloud:
    """The first point cloud of an export.

    Attributes:
        points: x, y and z of the points in the frame of the sensor: array of shape (N, 3).
        boxes: The boxes in the frame of the sensor.
        classes: The index in `names` of the class of each point, or -1; None for a format with boxes.
        objects: The number of the object of each point, or -1; None for a format with boxes.
        names: The names of the classes of points.
        camera: The image of a camera; None for a format without cameras.
    """

    points: npt.NDArray[Any]
    boxes: list[Box] = field(default_factory=list)
    classes: npt.NDArray[np.int64] | None = None
    objects: npt.NDArray[np.int64] | None = None
    names: list[str] = field(default_factory=list)
    camera: CameraView | None = None


def box_of(name: str, center: npt.ArrayLike, dimensions: npt.ArrayLike, rotation: npt.ArrayLike) -> Box:
    """Return a box.

    Args:
        name: The name of the class.
        center: x, y and z of the center.
        dimensions: Length, width and height.
        rotation: The matrix that rotates the box, or its yaw in radians.
    """
    matrix = np.asarray(rotation, float)
    if matrix.ndim == 0:
        cosine, sine = np.cos(matrix), np.sin(matrix)
        matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    sides = np.asarray(dimensions, float)
    front = [sides[0] / 2, 0, 0]
    return Box(name, (_CUBE_CORNERS * sides) @ matrix.T + center, np.array([np.zeros(3), front]) @ matrix.T + center)


def _boxes(names: Sequence[str], numbers: npt.NDArray[Any]) -> list[Box]:
    """Return boxes with these classes. `numbers` has the shape (N, 7): center, length, width, height and yaw."""
    return [box_of(name, box[:3], box[3:6], box[6]) for name, box in zip(names, numbers, strict=True)]


def _openpcdet(folder: Path) -> ReadCloud:
    lines = [line.split(" ") for line in (folder / "labels" / "000000.txt").read_text().splitlines()]
    boxes = np.array([line[:7] for line in lines], float)
    return ReadCloud(np.load(folder / "points" / "000000.npy")[:, :3], _boxes([line[7] for line in lines], boxes))


def _mmdet3d(folder: Path) -> ReadCloud:
    infos = pickle.loads((folder / "custom_infos_train.pkl").read_bytes())  # noqa: S301  (written by this program)
    info, names = infos["data_list"][0], [*infos["metainfo"]["categories"]]
    points = np.fromfile(folder / "points" / info["lidar_points"]["lidar_path"], np.float32)
    boxes = np.array([item["bbox_3d"] for item in info["instances"]])
    boxes[:, 2] += boxes[:, 5] / 2  # the origin is the center of the bottom
    labels = [names[item["bbox_label_3d"]] for item in info["instances"]]
    return ReadCloud(points.reshape(-1, info["lidar_points"]["num_pts_feats"])[:, :3], _boxes(labels, boxes))


def _nuscenes(folder: Path) -> ReadCloud:
    export = Export(folder)
    lidar = export.files("LIDAR_TOP")[0]
    camera = next(file for file in export.files() if export.channel(file) != "LIDAR_TOP")

    def boxes_in(file: dict[str, Any]) -> list[Box]:
        return [
            box_of(export.category(box.record), box.center, box.wlh[[1, 0, 2]], box.rotation)
            for box in export.boxes_in(file)
        ]

    intrinsic = export.get("calibrated_sensor", camera["calibrated_sensor_token"])["camera_intrinsic"]
    pixels = [box.corners @ np.array(intrinsic).T for box in boxes_in(camera)]
    view = CameraView(Image.open(folder / camera["filename"]), _pixels_in_front(pixels))
    return ReadCloud(export.points_of(lidar)[:, :3], boxes_in(lidar), camera=view)


def _kitti_object(folder: Path) -> ReadCloud:
    frame = kitti_reader.read_frame(folder, "000000")
    boxes = _boxes([item.type for item in frame.objects], frame.lidar_boxes())
    to_pixels = frame.projection @ frame.to_camera
    pixels = [np.hstack([box.corners, np.ones((8, 1))]) @ to_pixels.T for box in boxes]
    view = CameraView(Image.open(folder / "training" / "image_2" / "000000.png"), _pixels_in_front(pixels))
    return ReadCloud(frame.points[:, :3], boxes, camera=view)


def _pixels_in_front(pixels: Sequence[Floats]) -> list[Floats]:
    """Convert the homogeneous pixels of boxes to pixels. Only boxes wholly in front of the camera are returned."""
    return [box[:, :2] / box[:, 2:] for box in pixels if (box[:, 2] > 0).all()]


def _semantic_kitti(folder: Path) -> ReadCloud:
    scan = semantic_kitti_reader.read_scans(folder, 0)[0]
    names = [*yaml.safe_load((folder / "semantic-kitti.yaml").read_text())["labels"].values()][1:]
    objects = np.where(scan.instances > 0, scan.instances.astype(np.int64), -1)
    return ReadCloud(scan.points, classes=scan.classes.astype(np.int64) - 1, objects=objects, names=names)


def _pointcept(folder: Path) -> ReadCloud:
    arrays = next(iter(pointcept_reader.read_clouds(folder, "train").values()))
    config = pointcept_reader.read_config(folder)
    is_thing = ~np.isin(arrays["segment"], config["segment_ignore_index"])
    objects = np.where(is_thing, arrays["instance"].astype(np.int64), -1)
    return ReadCloud(
        arrays["coord"], classes=arrays["segment"].astype(np.int64), objects=objects, names=config["data"]["names"]
    )


READERS: dict[str, Callable[[Path], ReadCloud]] = {
    "openpcdet": _openpcdet,
    "mmdet3d": _mmdet3d,
    "nuscenes": _nuscenes,
    "kitti-object": _kitti_object,
    "semantic-kitti": _semantic_kitti,
    "pointcept": _pointcept,
}
