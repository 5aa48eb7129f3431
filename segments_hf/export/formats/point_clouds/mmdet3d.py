"""``mmdet3d``: the custom dataset of mmdetection3d 1.x, with points and info files.

The format is documented at https://mmdetection3d.readthedocs.io/en/latest/advanced_guides/customize_dataset.html, and
``mmdet3d/datasets/det3d_dataset.py`` reads it. Points are in the frame of the sensor, as in the files of the release.

| file | content |
| --- | --- |
| ``points/ID.bin`` | float32 numbers: x, y, z and intensity of each point; without intensity if no file has one |
| ``custom_infos_SPLIT.pkl`` | the info file of a split |
| ``custom_dataset.yaml`` | class names, the range of coordinates and the mean sizes of boxes, for a configuration |
| ``class_names.json`` | the class name in the release for each class name in the files |

An info file is a pickle of protocol 4 that has dicts, lists, strings, integers and floats only:

- ``metainfo``: ``dataset`` (``custom``), ``info_version`` (``1.1``) and ``categories``, which maps names to labels;
- ``data_list``: a dict per point cloud, in the order of the rows:

  - ``sample_idx``: the number of the point cloud in the list;
  - ``lidar_points``: ``lidar_path``, relative to the folder ``points``, and ``num_pts_feats``, the number of columns;
  - ``instances``: a dict per box; the list of a point cloud without boxes is empty:

    - ``bbox_3d``: x, y and z of the center of the bottom, length, width, height and yaw, in meters and radians;
    - ``bbox_label_3d``: the label, which is the class index;
    - ``num_lidar_pts``: the number of points in the cuboid of the release, which may be tilted.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import yaml

from segments_hf.export.point_clouds.detection.detection_format import POINTS_FOLDER, DetectionFormat
from segments_hf.export.point_clouds.plain_names import CLASS_NAMES
from segments_hf.export.split_names import splits_of_files
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.number_text import counted
from segments_hf.points.points_in_boxes import num_points_in_boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from segments_hf.export.format import Job
    from segments_hf.export.point_clouds.cloud_format import CloudNumbers
    from segments_hf.export.point_clouds.cloud_points import CloudPoints
    from segments_hf.points import Boxes

_CONFIG = "custom_dataset.yaml"
_PROTOCOL = 4  # which Python 3.4 and newer can read
_CONFIG_HELP = """\
# Values for a configuration of mmdetection3d. A configuration with `_base_ = ['custom_dataset.yaml']` can use them, for
# example as `{{_base_.point_cloud_range}}`. The METAINFO of the dataset class must have the class names in this order.
"""


class _Instances(NamedTuple):
    """The instances of an info file for one point cloud.

    Attributes:
        file: The name of the file of points; empty before `write_label`.
        boxes: Center of the bottom, length, width, height and yaw: float64 array of shape (N, 7).
        labels: The class indices: int64 array of shape (N,).
        num_points: The number of points in each cuboid of the release: int64 array of shape (N,).
    """

    file: str
    boxes: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]
    num_points: npt.NDArray[np.int64]


class Mmdet3d(DetectionFormat[_Instances]):
    """The format ``mmdet3d``, which the module describes."""

    name = "mmdet3d"
    help = "mmdetection3d custom dataset: points as .bin, boxes with a yaw in info files"
    suffix: ClassVar[str] = ".bin"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._clouds: dict[str, list[_Instances]] = {split: [] for split in job.splits}

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del images
        return [POINTS_FOLDER, *map(_info_file, splits_of_files(splits)), _CONFIG, CLASS_NAMES]

    @staticmethod
    def encode_points(columns: npt.NDArray[np.float32]) -> bytes:
        """Return points as a .bin file."""
        return columns.tobytes()

    def encode_boxes(self, points: CloudPoints, boxes: Boxes) -> _Instances:
        """Return the boxes with the center of the bottom, and the number of points in each; the file name is empty."""
        numbers = boxes.to_7dof()
        numbers[:, 2] -= numbers[:, 5] / 2
        return _Instances("", numbers, boxes.class_indices, num_points_in_boxes(points.columns, boxes))

    def write_label(self, label: _Instances, num_boxes: int, numbers: CloudNumbers) -> None:
        """Keep the boxes, with the name of the file of points, for the info file of the split."""
        del num_boxes
        self._clouds[self.split].append(label._replace(file=f"{numbers.in_export:06d}{self.suffix}"))

    def close(self) -> None:
        """Write the info files and the configuration."""
        super().close()
        metainfo = {
            "dataset": "custom",
            "info_version": "1.1",
            "categories": {name: index for index, name in enumerate(self.names)},
        }
        for name, split in self.splits_of_files.items():
            clouds = [
                _info(number, cloud, len(self.point_files.columns)) for number, cloud in enumerate(self._clouds[split])
            ]
            content = pickle.dumps({"metainfo": metainfo, "data_list": clouds}, _PROTOCOL)
            write_file(self.job.folder / _info_file(name), content)
        if empty := sum(not len(cloud.labels) for clouds in self._clouds.values() for cloud in clouds):
            self.notes.append(
                f"{counted(empty, 'point cloud')} without a box: the list of instances is empty, which the dataset "
                "class must handle, as the example in the documentation of mmdetection3d does"
            )
        self._write_config()

    def _write_config(self) -> None:
        sizes = self.class_sizes.mean_sizes([self.splits_of_files["train"]])
        config = {
            "class_names": self.names,
            "metainfo": {"classes": list(self.names)},
            "point_cloud_range": self.cloud_range.rounded(),
            "load_dim": len(self.point_files.columns),
            "anchors": {
                self.names[index]: {"size": size.dimensions, "bottom": size.bottom} for index, size in sizes.items()
            },
        }
        text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None)
        write_file(self.job.folder / _CONFIG, (_CONFIG_HELP + text).encode())


def _info_file(split: str) -> str:
    return f"custom_infos_{split}.pkl"


def _info(number: int, cloud: _Instances, num_columns: int) -> dict[str, Any]:
    """Return the info of a point cloud.

    Args:
        number: The number of the point cloud in the info file, from 0 on.
        cloud: The instances of the point cloud.
        num_columns: The number of columns of points.
    """
    instances = [
        {"bbox_3d": box, "bbox_label_3d": label, "num_lidar_pts": num_points}
        for box, label, num_points in zip(
            cloud.boxes.tolist(), cloud.labels.tolist(), cloud.num_points.tolist(), strict=True
        )
    ]
    return {
        "sample_idx": number,
        "lidar_points": {"lidar_path": cloud.file, "num_pts_feats": num_columns},
        "instances": instances,
    }


FORMAT = Mmdet3d
