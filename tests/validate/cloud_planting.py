"""Samples of point clouds without faults, and faults that tests plant in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cloud_releases import SEQUENCE_TASKS, SINGLE_CLOUD_TASKS, camera, cloud, cloud_label, cloud_sample, quaternion, xyz

TASK_TYPES = (*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS)
CUBOID_TASKS = ("pointcloud-cuboid", "pointcloud-cuboid-sequence")
POINT_TASKS = ("pointcloud-segmentation", "pointcloud-segmentation-sequence")
VECTOR_TASKS = ("pointcloud-vector", "pointcloud-vector-sequence")
BOX_TASKS = CUBOID_TASKS + VECTOR_TASKS  # the labels of vector tasks also have a cuboid
START = 1_700_000_000_000_000_000  # the timestamp of the first frame in nanoseconds

# The centers of two objects in the frame of the sensor: in front of the sensor, and to the left.
OBJECTS = np.array([[10, 0, 0], [10, 5, 0]], float)
OFFSETS = np.array([[0.5, 0, 0], [-0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]])  # from the center to the points of an object
POINT_LABELS = [1, 1, 1, 0, 2, 2, 2, 2]

Samples = list[dict[str, Any]]


def clean(folder: Path, task_type: str, count: int = 3) -> Samples:
    """Return samples without a fault, each with its own files of eight points. Sequences have three frames.

    The sensor is at the origin and looks along x in the second sample, or in the second frame of this sample.
    """
    return [_clean_sample(folder, number, task_type) for number in range(count)]


def _clean_sample(folder: Path, number: int, task_type: str) -> dict[str, Any]:
    is_sequence = task_type in SEQUENCE_TASKS
    frames, contents = [], []
    for frame in range(3) if is_sequence else [1]:
        position, yaw = np.array([100.0 * (number - 1), 2.0 * (frame - 1), 0]), 0.3 * (number - 1) + 0.4 * (frame - 1)
        file = folder / f"{number}-{frame}.bin"
        points = (OBJECTS[:, None] + OFFSETS).reshape(-1, 3)
        file.write_bytes(np.column_stack([points, np.full(8, 3 * number + frame)]).astype("<f4").tobytes())
        pose = {"position": xyz(*position), "heading": turn(yaw)}
        front = camera("missing.jpg", camera_convention="OpenGL", extrinsics=_forward_pose())
        frames.append(cloud(file.name, ego_pose=pose, images=[front], name=f"{frame}", timestamp=START + 10**8 * frame))
        contents.append(_content(task_type, position, yaw))
    name = f"scene {number}"
    if is_sequence:
        return cloud_sample(name, {"frames": frames}, cloud_label(frames=contents))
    return cloud_sample(name, frames[0], cloud_label(**contents[0]))


def _forward_pose() -> dict[str, Any]:
    return {"translation": xyz(0.5, 0, 0), "rotation": quaternion(0.5, -0.5, -0.5, 0.5)}


def turn(yaw: float) -> dict[str, float]:
    """Return a rotation about z as a quaternion."""
    return quaternion(0, 0, math.sin(yaw / 2), math.cos(yaw / 2))


def _content(task_type: str, position: np.ndarray, yaw: float) -> dict[str, Any]:
    """Return the label of one point cloud, in world coordinates.

    Args:
        task_type: The task type.
        position: The position of the sensor in the world.
        yaw: The yaw of the sensor in radians.
    """
    if task_type in POINT_TASKS:
        annotations = [{"id": number, "category_id": number, "track_id": number} for number in (1, 2)]
        return {"annotations": annotations, "point_annotations": [*POINT_LABELS]}
    cos, sin = math.cos(yaw), math.sin(yaw)
    centers = OBJECTS @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]).T + position
    cars = [
        {
            "id": number,
            "category_id": number,
            "type": kind,
            "position": xyz(*centers[number - 1].tolist()),
            "dimensions": xyz(4, 2, 1.5),
            "yaw": yaw + 0.2,
            "track_id": number,
        }
        for number, kind in ((1, "cuboid"), (2, "cuboid-sync"))
    ]
    cars[1]["rotation"] = turn(yaw + 0.2)
    if task_type in CUBOID_TASKS:
        return {"annotations": cars}
    shapes = {
        "polygon": [[0, 0, 1], [8, 0, 1.5], [4.5, 6, -1]],
        "polyline": [[0, 0, 0], [1e6, 3, 0]],
        "point": [[1, 2, 3], [4, 5]],
    }
    vectors = [
        {"id": number, "category_id": 1, "type": kind, "points": points, "track_id": number}
        for number, (kind, points) in enumerate(shapes.items(), start=11)
    ]
    return {"annotations": [cars[1], *vectors]}


def content(samples: Samples, index: int = 1, frame: int = 1) -> dict[str, Any]:
    """Return the label of a sample in the release; for a sequence, that of one frame."""
    attributes = samples[index]["labels"]["ground-truth"]["attributes"]
    return attributes["frames"][frame] if "frames" in attributes else attributes


def frame_of(samples: Samples, index: int = 1, frame: int = 1) -> dict[str, Any]:
    """Return the attributes of a sample in the release; for a sequence, those of one frame."""
    attributes = samples[index]["attributes"]
    return attributes["frames"][frame] if "frames" in attributes else attributes


@dataclass(frozen=True)
class PlantedFault:
    """A fault in a release of point clouds.

    Attributes:
        check: The only check that finds the fault.
        plant: A function that plants the fault in the second sample, or in the second frame of this sample.
        message: A part of the message of the finding.
        task_types: The task types whose releases may have the fault.
        assets: Whether only ``validate(…, assets=True)`` finds the fault.
        frame: The frame of the finding if the sample is a sequence; None if the finding is about the whole sample.
        loaded: The check that finds the fault after the release was loaded as a dataset; ``the same`` for `check`; None
            if loading leaves out the faulty sample.
    """

    check: str
    plant: Callable[[Samples, Path], object]
    message: str
    task_types: Iterable[str] = TASK_TYPES
    assets: bool = False
    frame: int | None = 1
    loaded: str | None = "the same"

    def __str__(self) -> str:
        return self.check


def _annotations(samples: Samples) -> list[dict[str, Any]]:
    return content(samples)["annotations"]


def _in_label(**fields: Any) -> Callable[[Samples, Path], object]:
    """Return a function that changes fields of the label."""
    return lambda samples, _: content(samples).update(fields)


def _in_sample(**fields: Any) -> Callable[[Samples, Path], object]:
    """Return a function that changes attributes of the sample or frame."""
    return lambda samples, _: frame_of(samples).update(fields)


def _in_camera(**fields: Any) -> Callable[[Samples, Path], object]:
    """Return a function that changes fields of the camera."""
    return lambda samples, _: frame_of(samples)["images"][0].update(fields)


def _in_cuboid(**fields: Any) -> Callable[[Samples, Path], object]:
    """Return a function that changes fields of the cuboid with the id 2, and gives it another track id."""

    def plant(samples: Samples, folder: Path) -> None:
        car = next(item for item in _annotations(samples) if item["id"] == 2)
        car.update(track_id=99, **fields)

    return plant


def _with_annotation(**fields: Any) -> Callable[[Samples, Path], object]:
    """Return a function that adds an annotation with these fields."""
    return lambda samples, _: _annotations(samples).append({"id": 9, "category_id": 1, **fields})


def _copied_from_first_sample(*keys: str) -> Callable[[Samples, Path], object]:
    """Return a function that copies the values of some keys from the first sample to the second sample."""
    return lambda samples, _: samples[1].update({key: samples[0][key] for key in keys})


def _file(samples: Samples, folder: Path, index: int = 1) -> Path:
    return folder / frame_of(samples, index)["pcd"]["url"]


def _add_frame_to_label(samples: Samples, folder: Path) -> None:
    samples[1]["labels"]["ground-truth"]["attributes"]["frames"].append(content(samples))


def _scaled(rotation: dict[str, float], factor: float) -> dict[str, float]:
    return {name: factor * number for name, number in rotation.items()}


FORWARD = _forward_pose()
SAMPLE_FAULTS = [
    PlantedFault("duplicate-name", _copied_from_first_sample("name"), "row 0 ", frame=None),
    PlantedFault("duplicate-uuid", _copied_from_first_sample("uuid"), "row 0, 'scene 0'", frame=None),
    PlantedFault("duplicate-sample", _copied_from_first_sample("name", "uuid"), "row 0 ", frame=None),
    PlantedFault(
        "unknown-status",
        lambda samples, _: samples[1]["labels"]["ground-truth"].update(label_status="DONE"),
        "'DONE'",
        frame=None,
    ),
    PlantedFault(
        "unknown-category", lambda samples, _: _annotations(samples)[0].update(category_id=7, track_id=99), ": 7"
    ),
    PlantedFault(
        "repeated-annotation-id", lambda samples, _: _annotations(samples).append(_annotations(samples)[1]), "the id "
    ),
    PlantedFault(
        "unreadable-label",
        lambda samples, _: _annotations(samples)[0].update(id="one"),
        "got `str`, expected `int`",
        frame=None,
    ),
    PlantedFault("unreadable-sample", lambda samples, _: samples[1].pop("name"), "without a `name`", loaded=None),
    PlantedFault(
        "track-changes-category",
        lambda samples, _: _annotations(samples)[0].update(category_id=3 - _annotations(samples)[0]["category_id"]),
        "in frame 0",
        SEQUENCE_TASKS,
    ),
    PlantedFault(
        "frames-without-annotations",
        _in_label(annotations=[], point_annotations=None),
        "1 of 3 frames have no annotation: 1",
        SEQUENCE_TASKS,
        frame=None,
    ),
    PlantedFault("frame-without-point-cloud", _add_frame_to_label, "for frame 3", SEQUENCE_TASKS, frame=3),
    PlantedFault("unreadable-point-cloud", _in_sample(pcd=None), "point cloud"),
    PlantedFault(
        "unreadable-point-cloud",
        lambda samples, _: frame_of(samples)["pcd"].update(type=None),
        "type",
        loaded="the same",
    ),
    PlantedFault(
        "frames-without-ego-pose",
        _in_sample(ego_pose=None),
        "1 of 3 frames have no ego pose: 1",
        SEQUENCE_TASKS,
        frame=None,
    ),
    PlantedFault(
        "timestamps-not-increasing",
        _in_sample(timestamp=str(START)),
        f"the timestamp {START} of frame 1 is not later than",
        SEQUENCE_TASKS,
        frame=None,
    ),
    PlantedFault(
        "timestamps-not-increasing", _in_sample(timestamp=START + 3 * 10**8 + 1), "frame 2", SEQUENCE_TASKS, frame=None
    ),
    PlantedFault(
        "invalid-ego-pose", _in_sample(ego_pose={"position": xyz(1e12, 0, 0), "heading": turn(0)}), "1000000000000.0"
    ),
    PlantedFault(
        "zero-quaternion",
        _in_sample(ego_pose={"position": xyz(0, 0, 0), "heading": quaternion(0, 0, 0, 0)}),
        "heading of the ego pose",
    ),
    PlantedFault(
        "quaternion-not-unit",
        _in_sample(ego_pose={"position": xyz(0, 0, 0), "heading": quaternion(0, 0, 0, 1.01)}),
        "heading of the ego pose of length 1.01",
    ),
    PlantedFault(
        "quaternion-not-unit",
        _in_camera(extrinsics={**FORWARD, "rotation": _scaled(FORWARD["rotation"], 0.5)}),
        "rotation of camera 'front' of length 0.5",
    ),
    PlantedFault("unusable-camera", _in_camera(intrinsics=None), "camera 'front': intrinsic_matrix: got None"),
    PlantedFault("unusable-camera", _in_camera(extrinsics=None), "camera 'front': rotation of the camera: got None"),
    PlantedFault("unusable-camera", _in_camera(camera_convention="Blender"), "'Blender', expected 'OpenGL'"),
    PlantedFault("unusable-camera", _in_camera(distortion={"model": "pinhole"}), "camera 'front': distortion"),
]

LABEL_FAULTS = [
    PlantedFault("invalid-cuboid", _in_cuboid(position=None), "annotation 2: position", BOX_TASKS),
    PlantedFault("invalid-cuboid", _in_cuboid(dimensions=xyz(4, 1e300, 1)), "annotation 2: dimensions", BOX_TASKS),
    PlantedFault("invalid-cuboid", _in_cuboid(yaw=None, rotation=None), "annotation 2: yaw", BOX_TASKS),
    PlantedFault("box-without-volume", _in_cuboid(dimensions=xyz(4, 2, 0)), "cuboid 2 of 4 x 2 x 0", BOX_TASKS),
    PlantedFault("box-without-volume", _in_cuboid(dimensions=xyz(-4, -2, -1)), "cuboid 2 of -4 x -2 x -1", BOX_TASKS),
    PlantedFault("yaw-unlike-rotation", _in_cuboid(yaw=0.2 + math.pi / 2), "cuboid 2 with the yaw 1.771", BOX_TASKS),
    PlantedFault("quaternion-not-unit", _in_cuboid(rotation=_scaled(turn(0.2), 3)), "cuboid 2 of length 3", BOX_TASKS),
    PlantedFault(
        "zero-quaternion", _in_cuboid(rotation=quaternion(0, 0, 0, 0), yaw=0), "rotation of cuboid 2", BOX_TASKS
    ),
    PlantedFault(
        "track-changes-dimensions",
        lambda samples, _: _annotations(samples)[0].update(dimensions=xyz(4, 3, 1.5)),
        "4 x 3 x 1.5 in frame 1 and 4 x 2 x 1.5 in frame 0",
        [task for task in SEQUENCE_TASKS if task in BOX_TASKS],
        frame=None,
    ),
    PlantedFault("unknown-shape", _with_annotation(type="bbox", points=[[1, 1], [2, 2]]), "bbox 9", BOX_TASKS),
    PlantedFault("unknown-shape", _with_annotation(), "annotation 9 without a type, expected", BOX_TASKS),
    PlantedFault(
        "too-few-points", _with_annotation(type="polygon", points=[[1, 1, 1], [5, 2, 1]]), "polygon 9", VECTOR_TASKS
    ),
    PlantedFault("too-few-points", _with_annotation(type="polyline", points=None), "polyline 9", VECTOR_TASKS),
    PlantedFault("too-few-points", _with_annotation(type="point", points=[]), "point 9", VECTOR_TASKS),
    PlantedFault("point-without-coordinates", _with_annotation(type="point", points=[[1]]), "point 9", VECTOR_TASKS),
    PlantedFault(
        "point-without-coordinates", _with_annotation(type="point", points=[[1, 2, 3, 4]]), "point 9", VECTOR_TASKS
    ),
    PlantedFault(
        "point-without-coordinates",
        _with_annotation(type="polyline", points=[[1, 2, 1e12], [1, 2, 3]]),
        "polyline 9",
        VECTOR_TASKS,
    ),
    PlantedFault("impossible-annotation-id", _with_annotation(id=0), "the annotation id 0", POINT_TASKS),
    PlantedFault("annotation-without-points", _with_annotation(id=5), "annotation id 5", POINT_TASKS),
    PlantedFault(
        "points-without-annotation",
        _in_label(point_annotations=[1, 7, 7, 0, 2, 2, 2, -1]),
        "3 points with an id that no annotation has: -1, 7",
        POINT_TASKS,
    ),
    PlantedFault(
        "missing-point-labels", _in_label(point_annotations=None), "2 annotations, but no labels of points", POINT_TASKS
    ),
]

ASSET_FAULTS = [
    PlantedFault(
        "unreadable-point-cloud",
        lambda samples, folder: _file(samples, folder).unlink(),
        "does not exist",
        assets=True,
    ),
    PlantedFault(
        "unreadable-point-cloud",
        lambda samples, folder: _file(samples, folder).write_bytes(b"\0" * 17),
        "17 bytes",
        assets=True,
    ),
    PlantedFault(
        "unreadable-point-cloud",
        lambda samples, _: frame_of(samples)["pcd"].update(type="splat"),
        "'splat'",
        assets=True,
    ),
    PlantedFault(
        "duplicate-point-cloud",
        lambda samples, folder: _file(samples, folder).write_bytes(_file(samples, folder, 0).read_bytes()),
        "'scene 0'",
        assets=True,
    ),
    PlantedFault(
        "camera-without-points",
        _in_camera(camera_convention="OpenCV"),
        "none of 8 points is in the image of camera 'front' (with the convention OpenGL, 8 points would be)",
        assets=True,
    ),
    PlantedFault(
        "camera-without-points",
        _in_camera(extrinsics={"translation": xyz(30, 0, 0), "rotation": FORWARD["rotation"]}),
        "none of 8 points is in the image of camera 'front'",
        assets=True,
    ),
    PlantedFault(
        "box-without-points",
        _with_annotation(type="cuboid", position=xyz(10, -5, 0), dimensions=xyz(4, 2, 1.5), yaw=0),
        "no point is in cuboid 9",
        BOX_TASKS,
        assets=True,
    ),
    PlantedFault(
        "other-number-of-points",
        _in_label(point_annotations=[*POINT_LABELS, 0]),
        "9 points for a point cloud of 8 points",
        POINT_TASKS,
        assets=True,
        loaded="missing-point-labels",
    ),
]

CASES = [(fault, task) for fault in SAMPLE_FAULTS + LABEL_FAULTS + ASSET_FAULTS for task in fault.task_types]
