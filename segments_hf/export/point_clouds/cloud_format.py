"""The interface of export formats of point clouds."""

from __future__ import annotations

import csv
import io
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from segments_hf.export.format import Format
from segments_hf.export.split_names import notes_on_missing_splits
from segments_hf.io.disk.atomic import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.export.format import Job
    from segments_hf.export.point_clouds.scenes import Scene
    from segments_hf.labels import CloudLabel
    from segments_hf.labels.row import Row

T = TypeVar("T")

SAMPLES = "samples.csv"
_COLUMNS = ("file", "split", "name", "uuid", "sensor", "frame_index")


@dataclass(frozen=True)
class LabeledCloudRow:
    """The row of a point cloud that is exported, with its label.

    Attributes:
        row: The row. The images of its cameras are not decoded.
        label: The label of the row.
        scene: The scene of the row.
    """

    row: Row
    label: CloudLabel
    scene: Scene


class CloudNumbers(NamedTuple):
    """The numbers of a point cloud that is written. Rows that are left out do not count.

    Attributes:
        in_export: The number of the point cloud in the export, from 0 on.
        in_scene: The number of the point cloud in its scene, from 0 on.
    """

    in_export: int
    in_scene: int


class CloudFormat(Format[LabeledCloudRow, T]):
    """An export format of point clouds.

    The base class writes ``samples.csv``: for each point cloud, the path of its file or folder, its split, name, uuid,
    sensor and frame index.

    Attributes:
        in_order: Whether the frames of each sequence must follow each other in the order of time.
    """

    in_order: ClassVar[bool] = False

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        # The number of written point clouds of each scene, by the number of the scene.
        self._scene_sizes: dict[int, int] = {}
        self._written: list[Sequence[object]] = []  # the lines of samples.csv

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        return [SAMPLES, *cls.format_output_names(splits, images=images)]

    @classmethod
    @abstractmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""

    @classmethod
    def reads_camera_images(cls, *, images: bool) -> bool:
        """Tell whether the export reads the images of cameras.

        Args:
            images: Whether images are exported.
        """
        del images
        return False

    @abstractmethod
    def write_cloud(self, labeled_row: LabeledCloudRow, content: T, numbers: CloudNumbers) -> str:
        """Write an encoded label and its points.

        Args:
            labeled_row: The row and its label.
            content: The encoded label and the points.
            numbers: The numbers of the point cloud, for the names of files.

        Returns:
            The path of the file or folder of the points, relative to the export folder.
        """

    def write(self, labeled_row: LabeledCloudRow, content: T) -> None:
        """Write an encoded label and its points, and keep the line for ``samples.csv`` until `close`."""
        number_in_scene = self._scene_sizes.get(labeled_row.scene.number, 0)
        self._scene_sizes[labeled_row.scene.number] = number_in_scene + 1
        file = self.write_cloud(labeled_row, content, CloudNumbers(len(self._written), number_in_scene))
        self._written.append((file, self.split, *(labeled_row.row.get(name) for name in _COLUMNS[2:])))

    def notes_on_missing_splits(self, splits: Sequence[str]) -> list[str]:
        """Return a sentence for each of ``train`` and ``val`` that is missing.

        Args:
            splits: The names of the splits in the data whose point clouds are listed for training or validation.
        """
        return notes_on_missing_splits(splits, "point clouds", can_split=len(self._scene_sizes) > 1)

    def close(self) -> None:
        """Write ``samples.csv``. A subclass that overrides this method must also call it."""
        text = io.StringIO()
        # All texts are in quotes: some versions of Python write a carriage return in a text without quotes, and readers
        # take it for the end of the line.
        table = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        table.writerow(_COLUMNS)
        table.writerows(self._written)
        write_file(self.job.folder / SAMPLES, text.getvalue().encode())
