"""``openpcdet``: the custom dataset of OpenPCDet, with points, boxes and lists of the splits.

The format is documented at https://github.com/open-mmlab/OpenPCDet/blob/master/docs/CUSTOM_DATASET_TUTORIAL.md.
Points are in the frame of the sensor, as in the files of the release. A line of a label file has the center x, y, z,
length, width, height and yaw of a box in this frame, and the name of its class.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudSample, Place
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.plain_names import CLASS_NAMES, plain_names
from segments_hf.io.disk.atomic import write_file
from segments_hf.labels import CUBOID, SYNCED_CUBOID, CuboidLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.export.format import Job

_POINTS, _LABELS, _LISTS = "points", "labels", "ImageSets"


class _Files(NamedTuple):
    """The content of the files of a point cloud."""

    points: bytes
    lines: str


class OpenPcdet(CloudFormat[_Files]):
    """The format ``openpcdet``, which the module describes."""

    name = "openpcdet"
    help = "custom dataset of OpenPCDet: points as .npy, boxes with a yaw as text"
    takes: ClassVar[frozenset[str]] = frozenset({CUBOID, SYNCED_CUBOID})

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._names = plain_names(job.names)

    @classmethod
    def format_entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del splits, images
        return [_POINTS, _LABELS, _LISTS, CLASS_NAMES]

    def label(self, sample: CloudSample) -> EncodedLabel[_Files]:
        """Encode the points and the boxes of a row."""
        assert isinstance(sample.label, CuboidLabel)  # noqa: S101
        boxes, left_out = sample.label.usable_boxes()
        points = cloud_points(sample.row, ("intensity",))
        lines = [
            " ".join([*(repr(number) for number in box), self._names[index]])
            for box, index in zip(boxes.to_7dof().tolist(), boxes.class_indices.tolist(), strict=True)
        ]
        file = io.BytesIO()
        np.save(file, points.columns)
        content = _Files(file.getvalue(), "".join(f"{line}\n" for line in lines))
        return EncodedLabel(content, len(lines), left_out, points.num_bytes)

    def write_cloud(self, sample: CloudSample, content: _Files, place: Place) -> str:
        """Write the points and the boxes of a row."""
        del sample
        file = f"{_POINTS}/{place.number:06d}.npy"
        write_file(self.job.folder / file, content.points)
        write_file(self.job.folder / _LABELS / f"{place.number:06d}.txt", content.lines.encode())
        return file


FORMAT = OpenPcdet
