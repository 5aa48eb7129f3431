"""Small releases of several sensors, and releases that have only the data of one of these sensors."""

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


def sensor_data(folder: Path, number: int) -> dict[str, tuple[Any, Any]]:
    """Write the files of the sample with this number.

    Returns:
        The attributes and the label of each sensor, by its name. The track 7 is in the labels of all sensors.
    """
    write = write_files(folder)
    pose = {"position": xyz(number, 1.5, 0), "heading": quaternion(0, 0, 0.6, 0.8)}
    clouds, images = [], []
    for frame in range(FRAME_COUNT):
        url = write(f"{number}-{frame}.bin", kitti_file(first_x=10 * number + frame))
        picture = write(f"{number}-{frame}.jpg", with_comment(jpeg(), f"{number}-{frame}"))
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


def scene(
    number: int, sensors: dict[str, tuple[Any, Any]], *, as_object: bool = False, **fields: Any
) -> dict[str, Any]:
    """Return a sample of several sensors.

    Args:
        number: The number of the sample.
        sensors: The attributes and the label of each sensor, by its name.
        as_object: Whether the sensors are an object keyed by name, as in files of 2023.
        **fields: Other fields of the sample.
    """

    def entries(index: int) -> Any:
        by_name = {name: {"task_type": TASK_TYPES[name], "attributes": pair[index]} for name, pair in sensors.items()}
        return by_name if as_object else [{"name": name, **entry} for name, entry in by_name.items()]

    label = cloud_label(sensors=entries(1), links=LINKS)
    return _sample(number, {"sensors": entries(0)}, label, **fields)


def single_sensor_sample(number: int, sensor: tuple[Any, Any]) -> dict[str, Any]:
    """Return a sample of a release that has only one sensor, from the attributes and the label of the sensor."""
    attributes, content = sensor
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
    """Write a release that has only the data of one sensor of `sensor_release`, and return its path."""
    samples = [single_sensor_sample(number, sensor_data(folder, number)[sensor]) for number in range(count)]
    return write_release(folder, samples, TASK_TYPES[sensor], sensor)
