"""Small releases of several sensors, and ordinary releases of one of these sensors."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from cloud_releases import camera, cloud, cloud_label, cuboid, kitti_file, quaternion, write_files, xyz
from dataset.making import GROUND_TRUTH, jpeg, with_comment

CATEGORIES = [{"id": 1, "name": "car", "color": [255, 0, 0]}, {"id": 2, "name": "road", "color": [0, 0, 255]}]
MULTI_SENSOR = "multisensor-sequence"
TASK_TYPES = {
    "Lidar": "pointcloud-cuboid-sequence",
    "Points": "pointcloud-segmentation-sequence",
    "Camera": "image-vector-sequence",
}
FRAME_COUNT = 2
LINKS = [{"from_id": 7, "to_id": 8, "attributes": {"kind": "tows"}}]


def sensor_data(folder: Path, sample: int) -> dict[str, tuple[Any, Any]]:
    """Write the files of a sample, and return the attributes and the label of each sensor, by its name.

    The track 7 is in the labels of all sensors.
    """
    write = write_files(folder)
    pose = {"position": xyz(sample, 1.5, 0), "heading": quaternion(0, 0, 0.6, 0.8)}
    clouds, images = [], []
    for frame in range(FRAME_COUNT):
        url = write(f"{sample}-{frame}.bin", kitti_file(first_x=10 * sample + frame))
        picture = write(f"{sample}-{frame}.jpg", with_comment(jpeg(), f"{sample}-{frame}"))
        clouds.append(cloud(url, ego_pose=pose, images=[camera(picture)], name=f"f{frame}", timestamp=10**18 + frame))
        images.append({"image": {"url": picture}, "name": f"f{frame}"})
    box = {"id": 7, "category_id": 1, "type": "bbox", "points": [[1, 1], [5, 4]], "track_id": 7, "is_keyframe": True}
    annotation = {"id": 7, "category_id": 1, "track_id": 7, "attributes": {"parked": True}}
    contents: dict[str, Any] = {
        "Lidar": {"annotations": [cuboid(7, 1, attributes={"parked": True}), cuboid(8, 2)]},
        "Points": {"annotations": [annotation], "point_annotations": [0, 7, 7, 0]},
        "Camera": {"annotations": [box], "image_attributes": {"rain": False}},
    }
    attributes = {"Lidar": clouds, "Points": clouds, "Camera": images}
    return {
        name: (
            {"frames": attributes[name]},
            {"format_version": "0.2", "frames": [copy.deepcopy(content) for _ in range(FRAME_COUNT)]},
        )
        for name, content in contents.items()
    }


def scene(number: int, parts: dict[str, tuple[Any, Any]], *, as_object: bool = False, **fields: Any) -> dict[str, Any]:
    """Return a sample of several sensors.

    Args:
        number: The number of the sample.
        parts: The attributes and the label of each sensor, by its name.
        as_object: Whether the sensors are an object keyed by name, as in files of 2023.
        **fields: Other fields of the sample.
    """

    def entries(index: int) -> Any:
        parts_of = {name: {"task_type": TASK_TYPES[name], "attributes": pair[index]} for name, pair in parts.items()}
        return parts_of if as_object else [{"name": name, **part} for name, part in parts_of.items()]

    label = cloud_label(sensors=entries(1), links=LINKS)
    return _sample(number, {"sensors": entries(0)}, label, **fields)


def single_sensor_sample(number: int, part: tuple[Any, Any]) -> dict[str, Any]:
    """Return the sample of an ordinary release of one sensor."""
    attributes, content = part
    return _sample(number, attributes, cloud_label(**content, links=LINKS))


def _sample(number: int, attributes: Any, label: Any, **fields: Any) -> dict[str, Any]:
    return {
        "name": f"drive {number}",
        "uuid": f"uuid-{number}",
        "attributes": attributes,
        "metadata": {"city": f"city {number}"},
        "labels": {GROUND_TRUTH: label},
        **fields,
    }


def write_release(folder: Path, samples: list[Any], task_type: str = MULTI_SENSOR, name: str = "release") -> Path:
    """Write a release file and return its path."""
    dataset = {
        "name": "drives",
        "owner": "jane",
        "task_type": task_type,
        "labelsets": [{"name": GROUND_TRUTH, "is_groundtruth": True}],
        "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
        "samples": samples,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": "v1", "dataset": dataset}), encoding="utf-8")
    return path


def sensor_release(folder: Path, *, as_object: bool = False, count: int = 2) -> Path:
    """Write a release of several sensors, and return its path."""
    samples = [scene(number, sensor_data(folder, number), as_object=as_object) for number in range(count)]
    return write_release(folder, samples)


def single_sensor_release(folder: Path, sensor: str, count: int = 2) -> Path:
    """Write an ordinary release of one sensor of `sensor_release`, and return its path."""
    samples = [single_sensor_sample(number, sensor_data(folder, number)[sensor]) for number in range(count)]
    return write_release(folder, samples, TASK_TYPES[sensor], sensor)
