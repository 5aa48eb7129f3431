"""The release `street-sensors`: the lidar and the camera of the street as two sensors of each sample."""

from typing import Any

import numpy as np
from sensors import Camera
from solids import Array, Pose

LIDAR, CAMERA_NAME = "Lidar", "Camera"
_MIN_DEPTH = 0.1  # meters; a cuboid has no rectangle if the depth of one of its corners is smaller
_SCENES = {"street_01": range(3), "street_02": range(3, 5)}  # the frames of each sample


def rectangle(camera: Camera, at: Pose, center: Array, rotation: Array, size: Array) -> list[list[float]] | None:
    """Return the smallest rectangle around a cuboid in the picture of a camera.

    Args:
        camera: The camera.
        at: The pose of the camera, in the frame of the street or of the world.
        center: The center of the cuboid (3,), in the frame of `at`.
        rotation: The rotation matrix of the cuboid (3, 3).
        size: The length, width and height of the cuboid (3,).

    Returns:
        The upper left and the lower right corner in pixels, clipped to the picture; None if less than one pixel
        of its width or its height is in the picture, or if the cuboid is not wholly in front of the camera.
    """
    signs = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    corners = (center + (signs * size) @ rotation.T - at.position) @ at.rotation
    if (-corners[:, 2] < _MIN_DEPTH).any():
        return None
    pixels = camera.project(corners)
    limits = np.array([camera.width - 1, camera.height - 1])
    low, high = np.clip(pixels.min(axis=0), 0, limits), np.clip(pixels.max(axis=0), 0, limits)
    if (high - low < 1).any():
        return None
    return [[float(value) for value in np.round(corner, 3)] for corner in (low, high)]


def rectangle_annotation(cuboid: dict[str, Any], points: list[list[float]]) -> dict[str, Any]:
    """Return the rectangle of an object as an annotation of the camera, with the track of its cuboid."""
    shared = {name: cuboid[name] for name in ("id", "category_id", "track_id", "is_keyframe", "index", "isHidden")}
    return {**shared, "type": "bbox", "points": points, "attributes": cuboid["attributes"]}


def sensor_samples(
    clouds: list[dict[str, Any]], label: dict[str, Any], rectangles: list[list[dict[str, Any]]]
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the attributes and the label of each sample by its name.

    Args:
        clouds: The frames of the lidar.
        label: The label of the lidar.
        rectangles: The annotations of the camera in each frame.
    """
    samples = {}
    for name, frames in _SCENES.items():
        pictures = [
            {"image": {"url": clouds[frame]["images"][0]["url"]}, **_name_and_timestamp(clouds[frame])}
            for frame in frames
        ]
        cuboids = label["attributes"]["frames"][frames.start : frames.stop]
        camera_frames = [
            {"format_version": "0.2", "timestamp": clouds[frame]["timestamp"], "annotations": rectangles[frame]}
            for frame in frames
        ]
        attributes = _sensor_attributes([clouds[frame] for frame in frames], pictures)
        labels = _sensor_attributes(cuboids, camera_frames) | {"links": label["attributes"]["links"]}
        samples[name] = attributes, {"label_status": label["label_status"], "attributes": labels}
    return samples


def _name_and_timestamp(cloud: dict[str, Any]) -> dict[str, Any]:
    return {"name": cloud["name"], "timestamp": cloud["timestamp"]}


def _sensor_attributes(lidar_frames: list[dict[str, Any]], camera_frames: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "sensors": [
            {"name": LIDAR, "task_type": "pointcloud-cuboid-sequence", "attributes": {"frames": lidar_frames}},
            {"name": CAMERA_NAME, "task_type": "image-vector-sequence", "attributes": {"frames": camera_frames}},
        ]
    }
