"""``nuscenes``: the tables, point clouds and images of nuScenes, which its devkit loads.

The tables are described at https://github.com/nutonomy/nuscenes-devkit/blob/master/docs/schema_nuscenes.md. Cuboids are
in the world, with the width before the length. Points are in the frame of the lidar, as in the files of the release.
This frame is also that of the vehicle, so the calibration of the lidar is the identity. Cameras have the axes of
OpenCV, and their images have no lens distortion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from segments_hf.bitmaps import encode_mask
from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.camera_files import usable_cameras
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudNumbers, LabeledCloudRow
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.frame_times import FrameTimes
from segments_hf.export.point_clouds.missing_fields import MissingFields
from segments_hf.export.point_clouds.nuscenes_tables.scene_records import SceneFrame, scene_records
from segments_hf.export.point_clouds.nuscenes_tables.sensor_records import (
    LIDAR,
    CameraImage,
    Channels,
    SensorFile,
    calibration_record,
    camera_image,
    sensor_record,
)
from segments_hf.export.point_clouds.nuscenes_tables.shared_records import custom_splits, shared_records
from segments_hf.export.point_clouds.nuscenes_tables.table_files import TableFiles, token_of
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.io.json_codec.named_values import named_values
from segments_hf.io.number_text import counted
from segments_hf.labels import CUBOID, SYNCED_CUBOID, CuboidLabel
from segments_hf.option_names import option
from segments_hf.points.points_in_boxes import num_points_in_boxes
from segments_hf.points.poses import transform_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.export.format import Job
    from segments_hf.export.point_clouds.scenes import Scene
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes
    from segments_hf.points.pinhole import PinholeCamera

# The version of the training data of nuScenes. Programs such as mmdet3d and OpenPCDet accept only this version,
# v1.0-test and v1.0-mini.
VERSION: Final = "v1.0-trainval"
_SAMPLES, _MAPS = "samples", "maps"
_MASK = f"{_MAPS}/empty.png"
_FIELDS = ("intensity", "ring")


class _Frame(NamedTuple):
    """The content of the files and tables of a row.

    Attributes:
        points: The file of the points.
        missing: The fields that the points do not have.
        boxes: The cuboids in the world.
        num_points: The number of points in each cuboid.
        attributes: The names and values of the attributes of each cuboid.
        images: The images of the cameras.
        num_unusable_cameras: The number of cameras without an image or without a calibration.
    """

    points: bytes
    missing: tuple[str, ...]
    boxes: Boxes
    num_points: list[int]
    attributes: list[list[tuple[str, str]]]
    images: list[CameraImage]
    num_unusable_cameras: int


class NuScenes(CloudFormat[_Frame]):
    """The format ``nuscenes``, which the module describes."""

    name = "nuscenes"
    help = "nuScenes: tables of cuboids with tracks, points as .pcd.bin, images of cameras"
    object_kinds: ClassVar[frozenset[str]] = frozenset({CUBOID, SYNCED_CUBOID})
    in_order = True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._tables = TableFiles(job.folder / VERSION)
        self._shared = shared_records(job.origin.title or "", job.names, _MASK)
        self._splits: dict[str, list[str]] = {split: [] for split in job.splits}
        self._channels = Channels()
        self._times = FrameTimes()
        self._missing = MissingFields()
        self._num_unusable_cameras = 0
        self._num_with_several_attributes = 0
        # The scene whose records are not written yet, the name of its sample, and its frames.
        self._scene: tuple[Scene, str] | None = None
        self._scene_frames: list[SceneFrame] = []

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del splits, images
        return [VERSION, _SAMPLES, _MAPS]

    @classmethod
    def reads_camera_images(cls, *, images: bool) -> bool:
        """Tell whether the export reads the images of cameras."""
        return images

    def encode_label(self, labeled_row: LabeledCloudRow) -> EncodedLabel[_Frame]:
        """Encode the points, the cuboids and the images of a row."""
        assert isinstance(labeled_row.label, CuboidLabel)  # noqa: S101
        boxes, left_out = labeled_row.label.usable_boxes()
        points = cloud_points(labeled_row.row, _FIELDS)
        in_world = labeled_row.label.boxes("world")  # equal to the release; `usable_boxes` returns transformed boxes
        attributes = {annotation.id: annotation.attributes for annotation in labeled_row.label.annotations}
        cameras = (labeled_row.row.get("cameras") or ()) if self.job.images else ()
        images = [camera_image(camera) for camera in usable_cameras(labeled_row.row)] if self.job.images else []
        content = _Frame(
            points.columns.tobytes(),
            points.missing,
            in_world[np.isin(in_world.ids, boxes.ids)],
            num_points_in_boxes(points.columns, boxes).tolist(),
            [named_values(attributes[annotation_id]) for annotation_id in boxes.ids.tolist()],
            images,
            len(cameras) - len(images),
        )
        num_bytes = points.num_bytes + sum(len(image.content) for image in images)
        return EncodedLabel(content, len(boxes), left_out, num_bytes)

    def write_cloud(self, labeled_row: LabeledCloudRow, content: _Frame, numbers: CloudNumbers) -> str:
        """Write the points and the images of a row, and keep its records until the scene is complete."""
        row = labeled_row.row
        if self._scene is None or self._scene[0].number != labeled_row.scene.number:
            self._write_scene()
            self._scene = labeled_row.scene, row["name"]
            self._splits[self.split].append(labeled_row.scene.name)
        self._missing.add(content.missing)
        self._num_unusable_cameras += content.num_unusable_cameras
        path = f"{_SAMPLES}/{LIDAR}/{numbers.in_export:06d}.pcd.bin"
        write_file(self.job.folder / path, content.points)
        frame = SceneFrame(
            row.get("frame_index") or 0,
            _timestamp_of(row),
            transform_of(row["ego_pose"]),
            content.boxes,
            content.num_points,
            [self._attribute_tokens(attributes) for attributes in content.attributes],
            [
                SensorFile(LIDAR, self._calibration_token(LIDAR), path, "pcd"),
                *self._write_images(content.images, numbers),
            ],
        )
        self._scene_frames.append(frame)
        return path

    def close(self) -> None:
        """Write the last scene, the tables that belong to no scene, and the lists of the splits; add the notes."""
        super().close()
        self._write_scene()
        for table, records in self._shared.items():
            self._tables.add(table, records)
        self._tables.close()
        write_file(self.job.folder / _MASK, encode_mask(np.zeros((1, 1), np.uint8), palette=False))
        splits, second_names = custom_splits(self._splits)
        write_file(self.job.folder / VERSION / "splits.json", indented_json(splits))
        self.notes.extend([*self._notes(second_names), *self._times.notes()])

    def _write_scene(self) -> None:
        """Write the records of the scene whose rows are complete."""
        if self._scene is None:
            return
        (scene, description), frames = self._scene, self._scene_frames
        times = self._times.of_scene([frame.timestamp for frame in frames], [frame.frame_index for frame in frames])
        log_token = self._shared["log"][0]["token"]
        for table, records in scene_records(scene.name, description, frames, times, log_token):
            self._tables.add(table, records)
        self._scene, self._scene_frames = None, []

    def _write_images(self, images: Sequence[CameraImage], numbers: CloudNumbers) -> list[SensorFile]:
        files = []
        channels = self._channels.of_cameras([image.name for image in images])
        for channel, image in zip(channels, images, strict=True):
            path = f"{_SAMPLES}/{channel}/{numbers.in_export:06d}.{image.file_format}"
            write_file(self.job.folder / path, image.content)
            token = self._calibration_token(channel, image.camera)
            files.append(SensorFile(channel, token, path, image.file_format, image.width, image.height))
        return files

    def _calibration_token(self, channel: str, camera: PinholeCamera | None = None) -> str:
        """Write the records of a sensor, and return the token of its calibration."""
        record = calibration_record(channel, camera)
        self._tables.add_once("sensor", sensor_record(channel))
        self._tables.add_once("calibrated_sensor", record)
        token: str = record["token"]
        return token

    def _attribute_tokens(self, attributes: Sequence[tuple[str, str]]) -> list[str]:
        """Return the tokens of the attributes of a cuboid, and write the attributes that have no record yet.

        The name of an attribute of nuScenes contains its value, as in ``parked.true``.
        """
        self._num_with_several_attributes += len(attributes) > 1
        tokens = []
        for name, value in attributes:
            token = token_of("attribute", name, value)
            record: dict[str, Any] = {"token": token, "name": f"{name}.{value}" if name else value, "description": ""}
            self._tables.add_once("attribute", record)
            tokens.append(token)
        return tokens

    def _notes(self, second_names: dict[str, str]) -> list[str]:
        notes = self._missing.notes()
        if self._num_unusable_cameras:
            notes.append(
                f"{counted(self._num_unusable_cameras, 'camera image')} left out, because the image or the calibration "
                f"is missing; load the release with {option('load_assets', True)} and {option('cameras', True)} to "
                "fetch the images"
            )
        if self._num_with_several_attributes:
            cuboids = counted(self._num_with_several_attributes, "cuboid")
            notes.append(
                f"{cuboids} with several attributes: the detection benchmark of the devkit refuses them if their class "
                "is one of nuScenes"
            )
        if second_names:
            notes.append(
                f"splits.json also has the scenes of {', '.join(second_names)} as {', '.join(second_names.values())}, "
                f"because the devkit has its own lists of scenes for {', '.join(second_names)}"
            )
        return notes


def _timestamp_of(row: Row) -> str | None:
    """Return the timestamp of a row. The timestamp of a single point cloud is in the column `other`."""
    if "timestamp" in row:
        timestamp: str | None = row["timestamp"]
        return timestamp
    return dict(named_values(row.get("other"))).get("timestamp")


FORMAT = NuScenes
