"""The records of one scene: samples, files, poses, annotations and instances, linked to their neighbors."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.export.point_clouds.nuscenes_tables.sensor_records import wxyz
from segments_hf.export.point_clouds.nuscenes_tables.shared_records import UNKNOWN_VISIBILITY
from segments_hf.export.point_clouds.nuscenes_tables.table_files import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.export.point_clouds.nuscenes_tables.sensor_records import SensorFile
    from segments_hf.points import Boxes
    from segments_hf.points.poses import Transform

Records = list[dict[str, Any]]


class SceneFrame(NamedTuple):
    """A frame of a scene.

    Attributes:
        frame_index: The index of the frame in the sequence; 0 for a single point cloud.
        timestamp: The timestamp as text.
        pose: The pose of the sensor in the world.
        boxes: The N cuboids in the world.
        num_points: The number of points in each cuboid.
        attribute_tokens: The tokens of the attributes of each cuboid.
        files: The files of the lidar and of the cameras.
    """

    frame_index: int
    timestamp: str | None
    pose: Transform
    boxes: Boxes
    num_points: list[int]
    attribute_tokens: list[list[str]]
    files: list[SensorFile]


def scene_records(
    name: str, description: str, frames: Sequence[SceneFrame], times: Sequence[int], log_token: str
) -> Iterator[tuple[str, Records]]:
    """Yield the name of a table and the records of a scene in it, for each table with records that belong to a scene.

    Args:
        name: The name of the scene, unique in the export.
        description: The description, which the devkit prints.
        frames: The frames, in the order of time.
        times: The time of each frame in microseconds.
        log_token: The token of the record of the log.
    """
    scene_token = token_of("scene", name)
    sample_tokens = [token_of("sample", scene_token, frame.frame_index) for frame in frames]
    pose_tokens = [token_of("ego_pose", sample_token) for sample_token in sample_tokens]
    record = {
        "token": scene_token,
        "log_token": log_token,
        "nbr_samples": len(frames),
        "first_sample_token": sample_tokens[0],
        "last_sample_token": sample_tokens[-1],
        "name": name,
        "description": description,
    }
    yield "scene", [record]
    yield (
        "sample",
        [
            {"token": sample_token, "timestamp": time, **neighbors, "scene_token": scene_token}
            for sample_token, time, neighbors in zip(sample_tokens, times, _chain(sample_tokens), strict=True)
        ],
    )
    yield (
        "ego_pose",
        [
            {
                "token": pose_token,
                "timestamp": time,
                "rotation": wxyz(frame.pose.rotation),
                "translation": frame.pose.translation.tolist(),
            }
            for pose_token, time, frame in zip(pose_tokens, times, frames, strict=True)
        ],
    )
    yield "sample_data", _sample_data(frames, sample_tokens, pose_tokens, times)
    annotations = _annotations(frames, sample_tokens)
    yield "instance", _join_instances(scene_token, frames, annotations)
    yield "sample_annotation", [annotation for frame_annotations in annotations for annotation in frame_annotations]


def _sample_data(
    frames: Sequence[SceneFrame], sample_tokens: Sequence[str], pose_tokens: Sequence[str], times: Sequence[int]
) -> Records:
    """Return the records of files. The records of one sensor are linked to each other."""
    records_of_channels: dict[str, Records] = defaultdict(list)
    for frame, sample_token, pose_token, time in zip(frames, sample_tokens, pose_tokens, times, strict=True):
        for item in frame.files:
            record = {
                "token": token_of("sample_data", sample_token, item.channel),
                "sample_token": sample_token,
                "ego_pose_token": pose_token,
                "calibrated_sensor_token": item.calibration_token,
                "timestamp": time,
                "fileformat": item.file_format,
                "is_key_frame": True,
                "height": item.height,
                "width": item.width,
                "filename": item.path,
            }
            records_of_channels[item.channel].append(record)
    for records in records_of_channels.values():
        _link(records)
    return [record for records in records_of_channels.values() for record in records]


def _annotations(frames: Sequence[SceneFrame], sample_tokens: Sequence[str]) -> list[Records]:
    """Return the records of the cuboids of each frame, without their instance and their neighbors."""
    return [
        [
            {
                "token": token_of("sample_annotation", sample_token, annotation_id),
                "sample_token": sample_token,
                "instance_token": "",
                "visibility_token": UNKNOWN_VISIBILITY,
                "attribute_tokens": attribute_tokens,
                "translation": center,
                "size": [width, length, height],
                "rotation": rotation,
                "num_lidar_pts": count,
                "num_radar_pts": 0,
            }
            for annotation_id, center, (length, width, height), rotation, count, attribute_tokens in zip(
                frame.boxes.ids.tolist(),
                frame.boxes.center.tolist(),
                frame.boxes.dimensions.tolist(),
                wxyz(frame.boxes.rotation),
                frame.num_points,
                frame.attribute_tokens,
                strict=True,
            )
        ]
        for frame, sample_token in zip(frames, sample_tokens, strict=True)
    ]


def _join_instances(scene_token: str, frames: Sequence[SceneFrame], annotations: Sequence[Records]) -> Records:
    """Return the instances of a scene, and add the instance and the neighbors to the annotations.

    The annotations of a track are one instance. An instance has one class, so a track whose class changes becomes
    several instances. If a track occurs several times in a frame, each of these annotations is an instance of its own.
    """
    instances: dict[tuple[object, ...], Records] = defaultdict(list)
    for frame, records in zip(frames, annotations, strict=True):
        tracks, classes = frame.boxes.track_ids.tolist(), frame.boxes.class_indices.tolist()
        counts = Counter(tracks)
        for record, track, class_index in zip(records, tracks, classes, strict=True):
            own_token = record["token"] if counts[track] > 1 else ""
            instances[class_index, track, own_token].append(record)
    instance_records = []
    for (class_index, *key), records in instances.items():
        token = token_of("instance", scene_token, class_index, *key)
        for record in records:
            record["instance_token"] = token
        _link(records)
        instance_records.append(
            {
                "token": token,
                "category_token": token_of("category", class_index),
                "nbr_annotations": len(records),
                "first_annotation_token": records[0]["token"],
                "last_annotation_token": records[-1]["token"],
            }
        )
    return instance_records


def _link(records: Records) -> None:
    """Add the tokens of the previous and of the next record to each record."""
    for record, neighbors in zip(records, _chain([record["token"] for record in records]), strict=True):
        record.update(neighbors)


def _chain(tokens: Sequence[str]) -> list[dict[str, str]]:
    """Return `prev` and `next` for each token: the previous and the next token, or an empty text at an end.

    >>> _chain(["a", "b"])
    [{'prev': '', 'next': 'b'}, {'prev': 'a', 'next': ''}]
    """
    padded = ["", *tokens, ""]
    return [{"prev": padded[index], "next": padded[index + 2]} for index in range(len(tokens))]
