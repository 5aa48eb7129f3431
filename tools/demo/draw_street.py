"""Draw the demo releases of the street: point clouds, pictures and release files.

Run `python tools/demo/draw_street.py` to write the files to `segments_hf/demo/street/`. With the same versions of numpy
and Pillow, each run writes the same bytes.
"""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from cloud_files import WRITERS
from sensors import Camera, Scan, scan, take_picture
from solids import Array, Pose, pose
from street import (
    BUILDING,
    BUILDING_IDS,
    CAR,
    MARGIN,
    PEDESTRIAN,
    POLE,
    POLE_ID,
    ROAD,
    ROAD_ID,
    SIDEWALK,
    SIDEWALK_ID,
    TRACKED_OBJECTS,
    UNLABELED,
    VEGETATION,
    VEGETATION_ID,
    TrackedObject,
    box_center,
    sensor_pose,
    solids_at,
)
from street_sensors import rectangle, rectangle_annotation, sensor_samples

CREATED_AT = "2026-02-03 10:15:00.654321+00:00"
FRAMES = 5
INTERVAL = 0.5  # seconds between frames
START = 1_770_113_700_000_000_000  # nanoseconds since 1970
IN_WORLD = pose((240.0, -85.0, 12.0), yaw=0.6)  # the pose of the street in the world
KEYFRAMES = {0, 2, 4}
CLOUD_TYPES = ("nuscenes", "ply", "pcd", "pcd", "pcd")  # of the samples of the segmentation
STATUSES = ("REVIEWED", "LABELED", "REVIEWED", "LABELED", None)  # of the samples of the segmentation
PARKED_CAR, PERSON = 2, 3  # annotation ids
CUBOID_CATEGORIES = {CAR: 1, PEDESTRIAN: 2}  # from category ids of the segmentation to those of the cuboids
CATEGORY_OF_ANNOTATION = {
    **{tracked.id: tracked.category_id for tracked in TRACKED_OBJECTS},
    ROAD_ID: ROAD,
    SIDEWALK_ID: SIDEWALK,
    **dict.fromkeys(BUILDING_IDS, BUILDING),
    VEGETATION_ID: VEGETATION,
    POLE_ID: POLE,
}

# From the axes of OpenGL to those of the sensor.
_LOOKS_AHEAD = Pose(np.array([[0.0, 0, -1], [-1, 0, 0], [0, 1, 0]]), np.zeros(3))
CAMERA = Camera(
    width=480,
    height=270,
    matrix=np.array([[300.0, 0, 239.5], [0, 300.0, 134.5], [0, 0, 1]]),
    coefficients=(-0.06, 0.01, 0.0004, -0.0003, 0.0),
    to_sensor=pose((0.5, 0.0, -0.3), pitch=0.04) @ _LOOKS_AHEAD,
)


def rounded(values: Array) -> list[float]:
    """Return numbers with 9 decimals, which are the same on all systems."""
    return [float(value) for value in np.round(values, 9) + 0.0]


def xyz(values: Array) -> dict[str, float]:
    """Return a position, or the dimensions of a box, as a JSON object with the keys x, y and z."""
    return dict(zip("xyz", rounded(values), strict=True))


def quaternion(rotation: Array) -> dict[str, float]:
    """Return a rotation matrix (3, 3) as a quaternion of a release."""
    w = np.sqrt(1 + np.trace(rotation)) / 2  # no rotation of the scene has w near 0
    x, y, z = (rotation[[2, 0, 1], [1, 2, 0]] - rotation[[1, 2, 0], [2, 0, 1]]) / (4 * w)
    return dict(zip(("qx", "qy", "qz", "qw"), rounded(np.array([x, y, z, w])), strict=True))


def timestamp(frame: int) -> str:
    """Return the time of a frame in nanoseconds, as text, because a float64 does not hold all digits."""
    return str(START + frame * int(INTERVAL * 1_000_000_000))


def frame_of(frame: int, kind: str) -> dict[str, Any]:
    """Return a frame of a sequence, or the attributes of a single sample. `kind` is the type of its point cloud."""
    sensor = IN_WORLD @ sensor_pose(frame)
    to_sensor = CAMERA.to_sensor
    image = {
        "url": f"images/frame_{frame}.jpg",
        "name": "front",
        "row": 0,
        "col": 0,
        "intrinsics": {"intrinsic_matrix": [rounded(row) for row in CAMERA.matrix]},
        "extrinsics": {"translation": xyz(to_sensor.position), "rotation": quaternion(to_sensor.rotation)},
        "distortion": {
            "model": "brown-conrady",
            "coefficients": dict(zip(("k1", "k2", "p1", "p2", "k3"), CAMERA.coefficients, strict=True)),
        },
        "camera_convention": "OpenGL",
    }
    return {
        "name": f"frame_{frame}",
        "timestamp": timestamp(frame),
        "pcd": {"url": f"clouds/frame_{frame}{WRITERS[kind][0]}", "type": kind},
        "ego_pose": {"position": xyz(sensor.position), "heading": quaternion(sensor.rotation)},
        "images": [image],
        "default_z": IN_WORLD.position[2],
        "bounds": {"min_z": IN_WORLD.position[2] - 1, "max_z": IN_WORLD.position[2] + 16},
    }


def cuboid(tracked: TrackedObject, frame: int) -> dict[str, Any]:
    """Return the cuboid of an object in a frame. Only a tilted object has a `rotation`."""
    center = IN_WORLD(box_center(tracked, frame * INTERVAL)[None])[0]
    rotation = IN_WORLD.rotation @ tracked.start.rotation
    annotation = {
        "id": tracked.id,
        "category_id": CUBOID_CATEGORIES[tracked.category_id],
        "type": "cuboid",
        "position": xyz(center),
        "dimensions": xyz(np.array(tracked.size) + 2 * MARGIN),
        "yaw": rounded(np.arctan2(rotation[1:2, 0], rotation[:1, 0]))[0],
        "track_id": tracked.id,
        "is_keyframe": frame in KEYFRAMES,
        "index": tracked.id - 1,
        "isHidden": False,
        "attributes": {"parked": tracked.speed == 0} if tracked.category_id == CAR else {},
    }
    return annotation | ({"rotation": quaternion(rotation)} if rotation[2, 2] < 1 else {})


def cuboid_label() -> dict[str, Any]:
    """Return the label of the sequence."""
    frames = [
        {
            "format_version": "0.1",
            "timestamp": timestamp(frame),
            "annotations": [cuboid(tracked, frame) for tracked in TRACKED_OBJECTS],
            "image_attributes": {},
        }
        for frame in range(FRAMES)
    ]
    links = [{"from_id": PERSON, "to_id": PARKED_CAR, "attributes": {"relation": "driver"}}]
    return {"label_status": "REVIEWED", "attributes": {"format_version": "0.1", "frames": frames, "links": links}}


def camera_rectangles(frame: int) -> list[dict[str, Any]]:
    """Return the annotations of the rectangles around the objects in the picture of a frame, if they are visible."""
    at = IN_WORLD @ sensor_pose(frame) @ CAMERA.to_sensor
    rectangles = []
    for tracked in TRACKED_OBJECTS:
        center = IN_WORLD(box_center(tracked, frame * INTERVAL)[None])[0]
        rotation = IN_WORLD.rotation @ tracked.start.rotation
        points = rectangle(CAMERA, at, center, rotation, np.array(tracked.size) + 2 * MARGIN)
        rectangles += [] if points is None else [rectangle_annotation(cuboid(tracked, frame), points)]
    return rectangles


def segmentation_label(scanned: Scan, status: str | None) -> dict[str, Any] | None:
    """Return the label of a point cloud; None for an unlabeled cloud."""
    if status is None:
        return None
    present = sorted(set(scanned.object_ids.tolist()) - {UNLABELED})
    annotations = [
        {"id": object_id, "category_id": CATEGORY_OF_ANNOTATION[object_id], "isHidden": False, "attributes": {}}
        for object_id in present
    ]
    attributes = {
        "format_version": "0.1",
        "annotations": annotations,
        "point_annotations": scanned.object_ids.tolist(),
        "image_attributes": {},
    }
    return {"label_status": status, "attributes": attributes}


def sample_of(name: str, attributes: dict[str, Any], label: dict[str, Any] | None) -> dict[str, Any]:
    """Return a sample of a release."""
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://segments.ai/jane/street/{name}")),
        "name": name,
        "attributes": attributes,
        "metadata": {"scene": "street_01"},
        "labels": {"ground-truth": label},
    }


def category(id_: int, name: str, color: tuple[int, int, int], **others: object) -> dict[str, Any]:
    """Return a category of a release."""
    return {"id": id_, "name": name, "color": list(color), **others}


def cuboid_categories() -> list[dict[str, Any]]:
    """Return the categories of the cuboids."""
    parked = {"name": "parked", "input_type": "checkbox", "default_value": False}
    relation = {"name": "relation", "input_type": "select", "values": ["driver", "passenger"]}
    size = xyz(np.array(TRACKED_OBJECTS[0].size) + 2 * MARGIN)
    return [
        category(CUBOID_CATEGORIES[CAR], "car", (236, 72, 153), attributes=[parked], dimensions=size),
        category(CUBOID_CATEGORIES[PEDESTRIAN], "pedestrian", (250, 176, 5), attributes=[], link_attributes=[relation]),
    ]


def segmentation_categories() -> list[dict[str, Any]]:
    """Return the categories of the segmentation."""
    return [
        category(ROAD, "road", (128, 100, 162), has_instances=False),
        category(SIDEWALK, "sidewalk", (221, 160, 221), has_instances=False),
        category(BUILDING, "building", (120, 144, 156), has_instances=True),
        category(VEGETATION, "vegetation", (67, 160, 71), has_instances=False),
        category(POLE, "pole", (0, 172, 193), has_instances=False),
        category(CAR, "car", (236, 72, 153), has_instances=True),
        category(PEDESTRIAN, "pedestrian", (250, 176, 5), has_instances=True),
    ]


def release_of(
    name: str, description: str, task_type: str, categories: list[dict[str, Any]], samples: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a release in the format that Segments.ai has written since 2025."""
    dataset = {
        "name": name,
        "description": description,
        "owner": "jane",
        "category": "street_scenery",
        "created_at": CREATED_AT,
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": categories, "image_attributes": []},
        "tasks": {"ground-truth": {"task_type": "", "attributes": {}}},
        "labelsets": [{"name": "ground-truth", "description": "Ground truth labels.", "is_groundtruth": True}],
        "samples": samples,
    }
    return {"name": "v1.0", "description": description, "created_at": CREATED_AT, "dataset": dataset}


def write_release(release: dict[str, Any], path: Path) -> None:
    """Write a release file in which each list of numbers is on one line."""
    text = re.sub(r"\[[-+.\de,\s]+\]", _on_one_line, json.dumps(release, indent=2))
    path.write_text(f"{text}\n", encoding="utf-8")


def _on_one_line(number_list: re.Match[str]) -> str:
    return re.sub(r"\s+", "", number_list[0])


def main(folder: Path) -> None:
    """Write the release files, `clouds/` and `images/` into a folder.

    Args:
        folder: An existing folder. Files with the same names are replaced.
    """
    for name in ("clouds", "images"):
        (folder / name).mkdir(exist_ok=True)
    samples = []
    for frame, (kind, status) in enumerate(zip(CLOUD_TYPES, STATUSES, strict=True)):
        solids, sensor = solids_at(frame * INTERVAL), sensor_pose(frame)
        scanned = scan(solids, sensor, np.random.default_rng(frame))
        for file_type in {"pcd", kind}:
            suffix, write = WRITERS[file_type]
            write(scanned, folder / "clouds" / f"frame_{frame}{suffix}")
        picture = take_picture(solids, sensor, CAMERA)
        picture.save(folder / "images" / f"frame_{frame}.jpg", quality=88, optimize=True)
        label = segmentation_label(scanned, status)
        samples.append(sample_of(f"street_01_frame_{frame}", frame_of(frame, kind), label))
    sequence = {"frames": [frame_of(frame, "pcd") for frame in range(FRAMES)]}
    text = "A simulated street, seen by a lidar and a camera on a moving car"
    cuboids = release_of(
        "street-cuboids",
        f"{text}: one sequence of five frames, with two cars and a pedestrian.",
        "pointcloud-cuboid-sequence",
        cuboid_categories(),
        [sample_of("street_01", sequence, cuboid_label())],
    )
    segmentation = release_of(
        "street-segmentation",
        f"{text}: five point clouds, four of them labeled.",
        "pointcloud-segmentation",
        segmentation_categories(),
        samples,
    )
    scenes = sensor_samples(sequence["frames"], cuboid_label(), [camera_rectangles(frame) for frame in range(FRAMES)])
    sensors = release_of(
        "street-sensors",
        f"{text}: two scenes with three and two frames, labeled in the point clouds and in the pictures.",
        "multisensor-sequence",
        cuboid_categories(),
        [sample_of(name, attributes, label) for name, (attributes, label) in scenes.items()],
    )
    for release in (cuboids, segmentation, sensors):
        write_release(release, folder / f"{release['dataset']['name']}-{release['name']}.json")


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "segments_hf" / "demo" / "street")
