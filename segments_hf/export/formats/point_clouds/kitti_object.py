"""``kitti-object``: the object benchmark of KITTI, with points, images of a forward camera, calibration and labels.

The format is that of the development kit at https://www.cvlibs.net/datasets/kitti/eval_object.php. Points are in the
frame of the sensor, as in the files of the release. Boxes are in the frame of the camera, with the center of their
bottom and one angle.

- The camera is the one that looks along the x axis of the sensor, within 10 degrees; a row without it is an error.
- OpenPCDet and mmdet3d transform the center of a box back with ``Tr_velo_to_cam``, and compute its yaw in the frame of
  the sensor as ``-rotation_y - pi/2``. Their boxes are therefore those of the release, even if the camera does not look
  exactly forward. In a program that uses the boxes in the frame of the camera, they are rotated by the deviation of the
  camera from an upright camera that looks forward.
- Images have no lens distortion.
- The label files have only the objects that are in the image, as in KITTI.
- ``truncated`` is the share of the area of the projected box that is outside of the image. ``occluded`` is 0.
- The split ``test`` is in the folder ``testing``, where programs look for it, unless it is the only split. All other
  splits are in ``training``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.camera_files import image_file, image_size
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudNumbers, LabeledCloudRow
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.kitti.forward_camera import forward_camera
from segments_hf.export.point_clouds.kitti.image_boxes import image_box
from segments_hf.export.point_clouds.kitti.kitti_text import DONT_CARE, calibration_text, label_text
from segments_hf.export.point_clouds.missing_fields import MissingFields
from segments_hf.export.point_clouds.plain_names import CLASS_NAMES, plain_names, write_class_names
from segments_hf.export.point_clouds.tilts import NEGLIGIBLE_ANGLE, Tilts, tilts_of
from segments_hf.export.split_names import splits_of_files
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.number_text import counted
from segments_hf.labels import CUBOID, SYNCED_CUBOID, CuboidLabel
from segments_hf.labels.label import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.export.format import Job

_TRAINING, _TESTING, _LISTS, _TEST = "training", "testing", "ImageSets", "test"


class _Files(NamedTuple):
    """The content of the files of a point cloud, and the values for the notes.

    Attributes:
        points: The content of the file of points.
        calibration: The content of the calibration file.
        label: The content of the label file.
        image: The content of the image file; None if images are not exported.
        tilts: The tilt of each box in degrees.
        deviation: The deviation of the camera in degrees.
        missing: The fields that the points do not have.
    """

    points: bytes
    calibration: str
    label: str
    image: bytes | None
    tilts: npt.NDArray[np.float64]
    deviation: float
    missing: tuple[str, ...]


class KittiObject(CloudFormat[_Files]):
    """The format ``kitti-object``, which the module describes."""

    name = "kitti-object"
    help = "KITTI object benchmark: points, boxes in the frame of a forward camera, its images and calibration"
    object_kinds: ClassVar[frozenset[str]] = frozenset({CUBOID, SYNCED_CUBOID})

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._names = plain_names([_not_dont_care(name) for name in job.names])
        self._ids: dict[str, list[str]] = {split: [] for split in job.splits}  # the ids of the files of each split
        self._tilts = Tilts()
        self._largest_deviation = 0.0
        self._num_objects = 0
        self._num_empty = 0
        self._missing = MissingFields()

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del images
        return [*dict.fromkeys(_folder(split, splits) for split in splits), _LISTS, CLASS_NAMES]

    @classmethod
    def reads_camera_images(cls, *, images: bool) -> bool:
        """Return True: the labels depend on the sizes of the images."""
        del images
        return True

    def encode_label(self, labeled_row: LabeledCloudRow) -> EncodedLabel[_Files]:
        """Encode the points, the boxes in the image, the calibration and the image of a row.

        Raises:
            PointCloudError: A box or a calibration is invalid, or no camera looks forward.
            AssetError: The points or the image cannot be read.
        """
        assert isinstance(labeled_row.label, CuboidLabel)  # noqa: S101
        forward = forward_camera(labeled_row.row)
        boxes, left_out = labeled_row.label.usable_boxes()
        size = image_size(forward.entry)
        corners = forward.camera.pose.apply_inverse(boxes.corners().reshape(-1, 3)).reshape(-1, 8, 3)
        image_boxes = [image_box(box_corners, forward.camera.intrinsics, size) for box_corners in corners]
        visible = boxes[np.array([box is not None for box in image_boxes], bool)]
        if len(visible) < len(boxes):
            left_out[OUTSIDE] += len(boxes) - len(visible)
        points = cloud_points(labeled_row.row, ("intensity",))
        image = image_file(forward.entry, "PNG") if self.job.images else None
        content = _Files(
            np.ascontiguousarray(points.columns, "<f4").tobytes(),
            calibration_text(forward.camera),
            label_text(visible, [box for box in image_boxes if box is not None], forward.camera, self._names),
            image,
            tilts_of(visible),
            forward.deviation,
            points.missing,
        )
        return EncodedLabel(content, len(visible), left_out, points.num_bytes + len(image or b""))

    def write_cloud(self, labeled_row: LabeledCloudRow, content: _Files, numbers: CloudNumbers) -> str:
        """Write the files of a row."""
        del labeled_row
        folder, name = _folder(self.split, self.job.splits), f"{numbers.in_export:06d}"
        files = {
            (points := f"{folder}/velodyne/{name}.bin"): content.points,
            f"{folder}/calib/{name}.txt": content.calibration.encode(),
            f"{folder}/label_2/{name}.txt": content.label.encode(),
        }
        if content.image is not None:
            files[f"{folder}/image_2/{name}.png"] = content.image
        for path, file_content in files.items():
            write_file(self.job.folder / path, file_content)
        self._ids[self.split].append(name)
        self._tilts.add(content.tilts)
        self._largest_deviation = max(self._largest_deviation, content.deviation)
        self._num_objects += len(content.tilts)
        self._num_empty += not len(content.tilts)
        self._missing.add(content.missing)
        return points

    def close(self) -> None:
        """Write the lists of the splits and the names of the classes, and add the notes."""
        super().close()
        for name, ids in self._split_files().items():
            text = "".join(f"{cloud_id}\n" for cloud_id in ids)
            write_file(self.job.folder / _LISTS / f"{name}.txt", text.encode())
        write_class_names(self.job.folder, self._names, self.job.names)
        self.notes.extend([*self._tilts.notes(), *self._notes()])

    def _split_files(self) -> dict[str, list[str]]:
        """Return the ids of the point clouds in each list. Programs require the lists train, val and test."""
        training = _training_splits(self.job.splits)
        lists = {name: self._ids[split] for name, split in splits_of_files(training).items()}
        testing = [split for split in self.job.splits if split not in training]
        return lists | {_TEST: [cloud_id for split in testing for cloud_id in self._ids[split]]}

    def _notes(self) -> list[str]:
        notes = self._missing.notes()
        if self._num_objects:
            notes.append(
                "`occluded` is 0 for all objects: the release does not contain this value, and programs leave out "
                "objects with the value 3 (unknown)"
            )
        if self._largest_deviation > NEGLIGIBLE_ANGLE:
            notes.append(
                f"the camera is rotated by up to {self._largest_deviation:.1f} degrees from an upright camera that "
                "looks along the x axis of the sensor: boxes in the frame of the camera are rotated by this angle, but "
                "boxes that a program transforms to the frame of the sensor are not"
            )
        if self._num_empty:
            notes.append(
                f"{counted(self._num_empty, 'point cloud')} without an object in the image: the label file has a line "
                f"of the type {DONT_CARE}, because OpenPCDet cannot read an empty file"
            )
        return notes + self.notes_on_missing_splits(_training_splits(self.job.splits))


def _not_dont_care(name: str) -> str:
    """Return the name of a class, with an underscore at the end if it is ``DontCare`` in upper or lower case.

    ``DontCare`` is the type of regions in which the benchmark ignores detections. Its development kit compares types
    without regard to case.
    """
    return f"{name.strip()}_" if name.strip().lower() == DONT_CARE.lower() else name


def _training_splits(splits: Sequence[str]) -> list[str]:
    """Return the splits in the folder ``training``: all except ``test``, unless it is the only split."""
    return [split for split in splits if split != _TEST] or list(splits)


def _folder(split: str, splits: Sequence[str]) -> str:
    return _TRAINING if split in _training_splits(splits) else _TESTING


FORMAT = KittiObject
