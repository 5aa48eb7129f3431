"""``openpcdet``: the custom dataset of OpenPCDet, with points, boxes and lists of the splits.

The format is documented at https://github.com/open-mmlab/OpenPCDet/blob/master/docs/CUSTOM_DATASET_TUTORIAL.md, and
``pcdet/datasets/custom/custom_dataset.py`` reads it. Points are in the frame of the sensor, as in the files of the
release.

| file | content |
| --- | --- |
| ``points/ID.npy`` | float32 array of shape (N, 4): x, y, z, intensity; of shape (N, 3) if no file has an intensity |
| ``labels/ID.txt`` | a line per box: center x, y, z, length, width, height, yaw, and the name of the class |
| ``ImageSets/SPLIT.txt`` | the ids of the point clouds with boxes: OpenPCDet cannot read an empty label file |
| ``custom_dataset.yaml`` | the configuration; see `openpcdet_config` |
| ``class_names.json`` | the names of the classes in the release |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import yaml

from segments_hf.export.point_clouds.detection.detection_format import POINTS_FOLDER, DetectionFormat
from segments_hf.export.point_clouds.detection.openpcdet_config import dataset_config, kitti_class
from segments_hf.export.point_clouds.npy_file import encode_npy
from segments_hf.export.point_clouds.plain_names import CLASS_NAMES
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from segments_hf.export.format import Job
    from segments_hf.export.point_clouds.cloud_format import CloudNumbers
    from segments_hf.export.point_clouds.cloud_points import CloudPoints
    from segments_hf.export.point_clouds.detection.class_sizes import ClassSize
    from segments_hf.points import Boxes

_LABELS, _LISTS, _CONFIG = "labels", "ImageSets", "custom_dataset.yaml"
_CONFIG_HELP = """\
# The configuration of the exported dataset for OpenPCDet. Copy this file to tools/cfgs/dataset_configs, and the folders
# of the export to data/custom. Copy CLASS_NAMES and ANCHOR_GENERATOR_CONFIG to the configuration of the model.
"""


class OpenPcdet(DetectionFormat[str]):
    """The format ``openpcdet``, which the module describes."""

    name = "openpcdet"
    help = "OpenPCDet custom dataset: points as .npy, boxes with a yaw as text"
    suffix: ClassVar[str] = ".npy"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        # For each split, the ids of its point clouds with boxes.
        self._ids: dict[str, list[str]] = {split: [] for split in job.splits}
        self._num_empty = 0

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del splits, images
        return [POINTS_FOLDER, _LABELS, _LISTS, _CONFIG, CLASS_NAMES]

    @staticmethod
    def encode_points(columns: npt.NDArray[np.float32]) -> bytes:
        """Return points as an .npy file."""
        return encode_npy(columns)

    def encode_boxes(self, points: CloudPoints, boxes: Boxes) -> str:
        """Return the lines of a label file."""
        del points
        numbers = boxes.to_7dof().tolist()
        names = (self.names[index] for index in boxes.class_indices.tolist())
        return "".join(f"{' '.join(map(repr, box))} {name}\n" for box, name in zip(numbers, names, strict=True))

    def write_label(self, label: str, num_boxes: int, numbers: CloudNumbers) -> None:
        """Write a label file. If it has boxes, keep the id of the point cloud for the list of the split."""
        cloud_id = f"{numbers.in_export:06d}"
        write_file(self.job.folder / _LABELS / f"{cloud_id}.txt", label.encode())
        if num_boxes:
            self._ids[self.split].append(cloud_id)
        else:
            self._num_empty += 1

    def close(self) -> None:
        """Write the lists of the splits and the configuration."""
        super().close()
        for name, split in self.splits_of_files.items():
            text = "".join(f"{cloud_id}\n" for cloud_id in self._ids[split])
            write_file(self.job.folder / _LISTS / f"{name}.txt", text.encode())
        if self._num_empty:
            self.notes.append(
                f"{counted(self._num_empty, 'point cloud')} without a box: the files are written, but {_LISTS} does "
                "not list them, because OpenPCDet cannot read an empty label file"
            )
        self._write_config()

    def _write_config(self) -> None:
        training_sizes = self._sizes_by_name([self.splits_of_files["train"]])
        all_sizes = self._sizes_by_name(self.job.splits)
        kitti = {name: kitti_class(name, size) for name, size in all_sizes.items()}
        config = dataset_config(training_sizes, kitti, self.point_files.columns, self.cloud_range.rounded())
        text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None)
        write_file(self.job.folder / _CONFIG, (_CONFIG_HELP + text).encode())
        if unseen := [name for name in self.names if name not in training_sizes]:
            self.notes.append(
                f"{counted(len(unseen), 'class')} without a box in the training split, such as {unseen[0]!r}: "
                f"CLASS_NAMES of {_CONFIG} does not contain such classes"
            )
        if shorter_names := [name for name in kitti if len(name) < len(kitti[name])]:
            name = shorter_names[0]
            self.notes.append(
                f"the KITTI evaluation of OpenPCDet may miss boxes of the class {name!r}: it cuts the name of the "
                f"KITTI class {kitti[name]!r} to the length of the longest class name in a point cloud. Rename the "
                f"class, or change MAP_CLASS_TO_KITTI in {_CONFIG}"
            )

    def _sizes_by_name(self, splits: Iterable[str]) -> dict[str, ClassSize]:
        """Return the mean size of the boxes of each class in some splits, by the name of the class in the files."""
        return {self.names[index]: size for index, size in self.class_sizes.mean_sizes(splits).items()}


FORMAT = OpenPcdet
