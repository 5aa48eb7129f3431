"""The base of formats for detectors that read boxes with a yaw in the frame of the sensor."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudNumbers, LabeledCloudRow
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.detection.class_sizes import ClassSizes
from segments_hf.export.point_clouds.detection.cloud_range import CloudRange, bounds_of
from segments_hf.export.point_clouds.detection.point_files import INTENSITY, PointFiles
from segments_hf.export.point_clouds.plain_names import plain_names, write_class_names
from segments_hf.export.point_clouds.tilts import Tilts, tilts_of
from segments_hf.export.split_names import splits_of_files
from segments_hf.labels import CUBOID, SYNCED_CUBOID, CuboidLabel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from segments_hf.export.format import Job
    from segments_hf.export.point_clouds.cloud_points import CloudPoints
    from segments_hf.points import Boxes

T = TypeVar("T")

POINTS_FOLDER = "points"


@dataclass(frozen=True)
class EncodedCloud(Generic[T]):
    """The points and the boxes of a row.

    Attributes:
        points: The points.
        boxes: The boxes in the frame of the sensor.
        bounds: The lowest and the highest x, y and z of boxes and points; see `bounds_of`.
        label: The encoded boxes, as `DetectionFormat.encode_boxes` returns them.
    """

    points: CloudPoints
    boxes: Boxes
    bounds: npt.NDArray[np.float64]
    label: T


class DetectionFormat(CloudFormat[EncodedCloud[T]]):
    """A format for detectors: a file of points per row, and boxes with a yaw.

    Attributes:
        suffix: The suffix of the files of points.
    """

    object_kinds: ClassVar[frozenset[str]] = frozenset({CUBOID, SYNCED_CUBOID})
    suffix: ClassVar[str]

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.names: list[str] = plain_names(job.names)
        self.point_files: PointFiles = PointFiles(self.encode_points)
        self.class_sizes: ClassSizes = ClassSizes(len(self.names))
        self.cloud_range: CloudRange = CloudRange()
        self._tilts = Tilts()

    @staticmethod
    @abstractmethod
    def encode_points(columns: npt.NDArray[np.float32]) -> bytes:
        """Return the content of a file of points. Its last bytes are the numbers of the array, of shape (N, C)."""

    @abstractmethod
    def encode_boxes(self, points: CloudPoints, boxes: Boxes) -> T:
        """Encode the boxes of a row. This method runs in several threads."""

    @abstractmethod
    def write_label(self, label: T, num_boxes: int, numbers: CloudNumbers) -> None:
        """Write the encoded boxes of a row, or keep them until `close`."""

    def encode_label(self, labeled_row: LabeledCloudRow) -> EncodedLabel[EncodedCloud[T]]:
        """Encode the points and the boxes of a row."""
        assert isinstance(labeled_row.label, CuboidLabel)  # noqa: S101
        boxes, left_out = labeled_row.label.usable_boxes()
        points = cloud_points(labeled_row.row, (INTENSITY,))
        content = EncodedCloud(points, boxes, bounds_of(points.columns, boxes), self.encode_boxes(points, boxes))
        return EncodedLabel(content, len(boxes), left_out, points.num_bytes)

    def write_cloud(self, labeled_row: LabeledCloudRow, content: EncodedCloud[T], numbers: CloudNumbers) -> str:
        """Write the points and the boxes of a row."""
        del labeled_row
        file = f"{POINTS_FOLDER}/{numbers.in_export:06d}{self.suffix}"
        self.point_files.write(self.job.folder / file, content.points)
        self.class_sizes.add(self.split, content.boxes.to_7dof(), content.boxes.class_indices)
        self.cloud_range.add(content.bounds)
        self._tilts.add(tilts_of(content.boxes))
        self.write_label(content.label, len(content.boxes), numbers)
        return file

    def close(self) -> None:
        """Write the names of the classes, and add notes about tilted boxes, missing intensities and missing splits."""
        super().close()
        write_class_names(self.job.folder, self.names, self.job.names)
        self.notes.extend(
            [*self._tilts.notes(), *self.point_files.notes(), *self.notes_on_missing_splits(self.job.splits)]
        )

    @property
    def splits_of_files(self) -> dict[str, str]:
        """For each split name that the files use, the split in the data; see `splits_of_files`."""
        return splits_of_files(self.job.splits)
