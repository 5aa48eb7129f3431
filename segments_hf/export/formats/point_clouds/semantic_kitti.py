"""``semantic-kitti``: the folders of SemanticKITTI, with a class and an instance for each point.

The format is documented at https://github.com/PRBonn/semantic-kitti-api. ``sequences/00/velodyne/000000.bin`` has x, y,
z and the intensity of each point as float32, in the frame of the sensor. ``sequences/00/labels/000000.label`` has a
uint32 for each point: the lower 16 bits are class index + 1, or 0 if unlabeled, and the upper 16 bits are the instance
number.

- The frames of one sequence and one sensor in one split are a sequence of the export. The single point clouds of a
  split are the frames of one sequence.
- An object has the same instance number in all frames of its sequence. Points without a label, and points of classes
  whose `has_instances` is false, have the instance number 0, as in SemanticKITTI: its panoptic evaluation treats the
  points of such a class as one segment.
- ``poses.txt`` has the pose of the sensor in the world for each frame. In KITTI, poses are in the frame of the camera,
  and programs convert them with the matrix ``Tr`` of ``calib.txt``. Here, ``Tr`` is the identity.
- ``times.txt`` has the seconds since the first frame. A sequence has no such file if its frames are single point
  clouds, or if its timestamps do not increase or one of them is missing or invalid.
- ``semantic-kitti.yaml`` has the names and colors of the classes, and the numbers of the sequences of each split.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from segments_hf.errors import OptionError, PointCloudError
from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudNumbers, LabeledCloudRow
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.frame_times import FrameTimes
from segments_hf.export.point_clouds.missing_fields import MissingFields
from segments_hf.export.point_clouds.segmentation.semantic_kitti_config import CONFIG, semantic_kitti_config
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.number_text import counted
from segments_hf.labels import POINTS, PointLabel
from segments_hf.labels.row import sample_name
from segments_hf.points import pose_matrix

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy.typing as npt

    from segments_hf.export.format import Job

_SEQUENCES = "sequences"
_LARGEST = 2**16 - 1  # the largest class value and instance number: each has 16 bits of a label
_IDENTITY = "1 0 0 0 0 1 0 0 0 0 1 0"
_CALIBRATION = "".join(f"{name}: {_IDENTITY}\n" for name in ("P0", "P1", "P2", "P3", "Tr"))


class _Scan(NamedTuple):
    """The content of the files of a point cloud.

    Attributes:
        points: float32 array of shape (N, 4): x, y, z and the intensity.
        classes: The class index + 1 of each point, or 0 if it is unlabeled: uint16 array of shape (N,).
        annotations: The number of the annotation of each point, from 1 on, or 0 if the point is unlabeled: int32 array
            of shape (N,).
        objects: For each annotation number, a value that identifies the object in its sequence; None for 0, and for
            annotations whose points have the instance number 0.
        pose: The line of ``poses.txt``.
        missing: The fields that the file does not have.
    """

    points: npt.NDArray[np.float32]
    classes: npt.NDArray[np.uint16]
    annotations: npt.NDArray[np.int32]
    objects: list[Hashable]
    pose: str
    missing: tuple[str, ...]


@dataclass
class _Sequence:
    """A sequence that is being written.

    Attributes:
        number: The number of the sequence, from 0 on.
        split: The name of the split.
        poses: The lines of ``poses.txt``.
        timestamps: The timestamp of each frame.
        instances: The instance number of each object, by the value in `_Scan.objects`.
    """

    number: int
    split: str
    poses: list[str] = field(default_factory=list)
    timestamps: list[str | None] = field(default_factory=list)
    instances: dict[Hashable, int] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of the sequence, relative to the export folder."""
        return f"{_SEQUENCES}/{self.number:02d}"


class SemanticKitti(CloudFormat[_Scan]):
    """The format ``semantic-kitti``, which the module describes."""

    name = "semantic-kitti"
    help = "SemanticKITTI: points as .bin, a class and an instance for each point, poses, and a YAML file"
    object_kinds: ClassVar[frozenset[str]] = frozenset({POINTS})
    in_order = True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        if len(job.categories) > _LARGEST:
            raise OptionError(
                f"got {len(job.categories):,} classes, expected {_LARGEST:,} at most: labels of SemanticKITTI have 16 "
                "bits for the class",
                option="export_format",
            )
        self._stuff = {index for index, item in enumerate(job.categories) if item.has_instances is False}
        self._sequences: dict[int | str, _Sequence] = {}  # by the number of the scene; by the split for single clouds
        self._num_points: dict[str, npt.NDArray[np.int64]] = {}  # the number of points of each class, by the split
        self._missing = MissingFields()
        self._num_single = 0
        self._num_without_pose = 0

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del splits, images
        return [_SEQUENCES, CONFIG]

    def encode_label(self, labeled_row: LabeledCloudRow) -> EncodedLabel[_Scan]:
        """Encode the points of a row and their labels."""
        assert isinstance(labeled_row.label, PointLabel)  # noqa: S101
        points = cloud_points(labeled_row.row, ("intensity",))
        classes, annotations = labeled_row.label.classes_and_instances(len(points.columns))
        left_out = labeled_row.label.count_without_points()
        pose = " ".join(map(repr, pose_matrix(labeled_row.row["ego_pose"])[:3].ravel().tolist()))
        content = _Scan(
            points.columns,
            classes.astype(np.uint16),
            annotations.astype(np.int32),
            [None, *self._objects(labeled_row.label)],
            pose,
            points.missing,
        )
        num_bytes = points.num_bytes + content.classes.nbytes + content.annotations.nbytes
        return EncodedLabel(content, len(labeled_row.label.annotations) - left_out.total(), left_out, num_bytes)

    def _objects(self, label: PointLabel) -> list[Hashable]:
        """Return, for each annotation, a value that identifies its object in all frames of a sequence.

        The value is the id of the track; without a track, the id of the annotation. If several annotations in a frame
        have the same track, the value also contains the id of the annotation. It is None for classes whose
        `has_instances` is false.
        """
        tracks = [item.id if item.track_id is None else item.track_id for item in label.annotations]
        counts = Counter(tracks[index] for index in label.last_indices)
        return [
            None if item.class_index in self._stuff else track if counts[track] == 1 else (track, item.id)
            for item, track in zip(label.annotations, tracks, strict=True)
        ]

    def write_cloud(self, labeled_row: LabeledCloudRow, content: _Scan, numbers: CloudNumbers) -> str:
        """Write the points and the labels of a row."""
        del numbers
        scene = labeled_row.scene
        key = scene.number if scene.is_sequence else self.split
        sequence = self._sequences.setdefault(key, _Sequence(len(self._sequences), self.split))
        known_objects = sequence.instances if scene.is_sequence else {}
        instances = _instances(content, known_objects)
        if len(known_objects) > _LARGEST:
            raise PointCloudError(
                f"{sample_name(labeled_row.row)}: got more than {_LARGEST:,} objects in one sequence, expected "
                f"{_LARGEST:,} at most: labels of SemanticKITTI have 16 bits for the instance; export parts of the "
                "sequence, or use pointcept"
            )
        name = f"{len(sequence.poses):06d}"
        sequence.poses.append(content.pose)
        sequence.timestamps.append(labeled_row.row.get("timestamp"))
        labels = content.classes.astype("<u4") | (instances << 16)
        file = f"{sequence.folder}/velodyne/{name}.bin"
        write_file(self.job.folder / file, content.points.astype("<f4", copy=False).tobytes())
        write_file(self.job.folder / sequence.folder / "labels" / f"{name}.label", labels.astype("<u4").tobytes())
        self._count(labeled_row, content)
        return file

    def _count(self, labeled_row: LabeledCloudRow, content: _Scan) -> None:
        counts = np.bincount(content.classes, minlength=len(self.job.names) + 1)
        self._num_points[self.split] = self._num_points.get(self.split, 0) + counts
        self._missing.add(content.missing)
        self._num_single += not labeled_row.scene.is_sequence
        self._num_without_pose += labeled_row.row["ego_pose"] is None

    def close(self) -> None:
        """Write the poses, calibrations and times of all sequences, and ``semantic-kitti.yaml``."""
        super().close()
        splits: dict[str, list[int]] = {name: [] for name in self.job.splits}
        frame_times, num_without_times = FrameTimes(), 0
        for key, sequence in self._sequences.items():
            folder = self.job.folder / sequence.folder
            write_file(folder / "poses.txt", _lines(sequence.poses))
            write_file(folder / "calib.txt", _CALIBRATION.encode())
            splits[sequence.split].append(sequence.number)
            if isinstance(key, str):  # single point clouds
                continue
            times = frame_times.of_timestamps(sequence.timestamps)
            if times:
                write_file(folder / "times.txt", _lines([f"{(time - times[0]) / 1e6:.6f}" for time in times]))
            num_without_times += times is None
        write_file(self.job.folder / CONFIG, semantic_kitti_config(self.job, splits, self._num_points))
        self.notes.extend([*self._notes(num_without_times), *frame_times.notes()])

    def _notes(self, num_without_times: int) -> list[str]:
        notes = self._missing.notes()
        if self._num_single:
            notes.append(
                f"{counted(self._num_single, 'single point cloud')}: the single point clouds of a split are the frames "
                "of one sequence, in which equal instance numbers in different frames are different objects"
            )
        if self._num_without_pose:
            clouds = counted(self._num_without_pose, "point cloud")
            notes.append(f"{clouds} without an ego_pose: the pose in poses.txt is the identity")
        if num_without_times:
            sequences = counted(num_without_times, "sequence")
            notes.append(
                f"{sequences} without times.txt, because timestamps are missing or invalid, or do not increase"
            )
        return notes


def _instances(content: _Scan, known_objects: dict[Hashable, int]) -> npt.NDArray[np.uint32]:
    """Return the instance number of each point. Objects that are not known yet get new numbers.

    Args:
        content: The point cloud.
        known_objects: The instance number of each object of the sequence. New objects are added.
    """
    instances = np.zeros(len(content.objects), np.uint32)
    for annotation in np.unique(content.annotations).tolist():
        object_key = content.objects[annotation]
        if object_key is not None:
            instances[annotation] = known_objects.setdefault(object_key, len(known_objects) + 1)
    return instances[content.annotations]


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


FORMAT = SemanticKitti
