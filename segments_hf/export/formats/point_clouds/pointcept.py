"""``pointcept``: a folder of arrays for each point cloud, as the `DefaultDataset` of Pointcept reads them.

The arrays are among the `VALID_ASSETS` in
https://github.com/Pointcept/Pointcept/blob/main/pointcept/datasets/defaults.py. Their rows are in the order of the
points in the file of the point cloud:

- ``coord.npy``: x, y and z in the frame of the sensor, float32 of shape (N, 3). Points with NaN are not removed.
- ``color.npy``: red, green and blue, uint8 of shape (N, 3), if all files have colors; see `point_colors`.
- ``strength.npy``: the intensity as in the files, float32 of shape (N, 1), if all files have an intensity.
- ``segment.npy``: the class index, int32 of shape (N,); -1 is unlabeled.
- ``instance.npy``: the number of the annotation in this point cloud, from 0 on, int32 of shape (N,); -1 is unlabeled.

``pointcept_dataset.py`` is a part of a configuration: the classes, and `segment_ignore_index`, the class indices that
instance segmentation ignores: -1 and those of the classes whose `has_instances` is false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from segments_hf.export.format import EncodedLabel
from segments_hf.export.point_clouds.cloud_format import CloudFormat, CloudNumbers, LabeledCloudRow
from segments_hf.export.point_clouds.cloud_points import columns_of, open_cloud
from segments_hf.export.point_clouds.npy_file import encode_npy
from segments_hf.export.point_clouds.segmentation.point_colors import has_color_fields, point_colors
from segments_hf.io.disk.atomic import remove_file, write_file
from segments_hf.io.number_text import counted
from segments_hf.labels import POINTS, PointLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from segments_hf.export.format import Job

_CONFIG = "pointcept_dataset.py"
_COLOR, _STRENGTH = "color", "strength"
_IGNORED = -1  # the class index of unlabeled points


class _Arrays(NamedTuple):
    """The arrays of a point cloud by name, and whether the file has colors of a type without a known range."""

    arrays: dict[str, npt.NDArray[Any]]
    has_other_colors: bool


class Pointcept(CloudFormat[_Arrays]):
    """The format ``pointcept``, which the module describes."""

    name = "pointcept"
    help = "Pointcept: a folder of .npy arrays for each point cloud, with a class and an instance for each point"
    object_kinds: ClassVar[frozenset[str]] = frozenset({POINTS})

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._folders: set[str] = set()  # the folders of all point clouds
        self._optional: dict[str, list[str]] = {_COLOR: [], _STRENGTH: []}  # the folders that have these arrays
        self._num_other_colors = 0

    @classmethod
    def format_output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes besides ``samples.csv``."""
        del images
        return [*splits, _CONFIG]

    def encode_label(self, labeled_row: LabeledCloudRow) -> EncodedLabel[_Arrays]:
        """Encode the points of a row and their labels as arrays."""
        assert isinstance(labeled_row.label, PointLabel)  # noqa: S101
        cloud = open_cloud(labeled_row.row)
        points, colors = columns_of(cloud, ("intensity",)), point_colors(cloud)
        classes, instances = labeled_row.label.classes_and_instances(len(points.columns))
        left_out = labeled_row.label.count_without_points()
        arrays: dict[str, npt.NDArray[Any]] = {
            "coord": points.columns[:, :3],
            "segment": (classes - 1).astype(np.int32),
            "instance": (instances - 1).astype(np.int32),
        }
        if colors is not None:
            arrays[_COLOR] = colors
        if not points.missing:
            arrays[_STRENGTH] = points.columns[:, 3:]
        content = _Arrays(arrays, has_color_fields(cloud) and colors is None)
        num_bytes = sum(array.nbytes for array in arrays.values())
        return EncodedLabel(content, len(labeled_row.label.annotations) - left_out.total(), left_out, num_bytes)

    def write_cloud(self, labeled_row: LabeledCloudRow, content: _Arrays, numbers: CloudNumbers) -> str:
        """Write the arrays of a row."""
        scene = labeled_row.scene
        folder = f"{self.split}/{scene.name}" + (f"_{numbers.in_scene:06d}" if scene.is_sequence else "")
        while folder in self._folders:  # a single point cloud may have the name of the folder of a frame
            folder += "_"
        for name, array in content.arrays.items():
            write_file(self.job.folder / folder / f"{name}.npy", encode_npy(array))
        for name in self._optional.keys() & content.arrays.keys():
            self._optional[name].append(folder)
        self._folders.add(folder)
        self._num_other_colors += content.has_other_colors
        return folder

    def close(self) -> None:
        """Remove the colors or intensities if some point clouds lack them, and write the part of a configuration."""
        super().close()
        for name, folders in self._optional.items():
            num_without = len(self._folders) - len(folders)
            if folders and num_without:
                for folder in folders:
                    remove_file(self.job.folder / folder / f"{name}.npy")
                self.notes.append(
                    f"{counted(num_without, 'point cloud')} without the values of {name}.npy: this array is left out "
                    "for all point clouds, because a network reads the same arrays for all"
                )
        if self._num_other_colors:
            self.notes.append(
                f"{counted(self._num_other_colors, 'point cloud')} with colors of an unsupported type: these colors "
                "are left out, because their range is unknown"
            )
        write_file(self.job.folder / _CONFIG, self._config().encode())

    def _config(self) -> str:
        """Return the part of a configuration. Pointcept reads configurations in Python only."""
        stuff = [index for index, item in enumerate(self.job.categories) if item.has_instances is False]
        lines = [
            "# The classes of this dataset. To use them, add the path of this file to `_base_` in the configuration of",
            "# an experiment.",
            f"num_classes = {len(self.job.names)}",
            f"segment_ignore_index = {(_IGNORED, *stuff)!r}",
            "data = dict(",
            "    num_classes=num_classes,",
            f"    ignore_index={_IGNORED},",
            "    names=[",
            *(f"        {literal}," for literal in _literals(self.job.names)),
            "    ],",
            ")",
        ]
        return "".join(f"{line}\n" for line in lines)


def _literals(names: Iterable[str]) -> list[str]:
    """Return names as literals of Python without opening braces: Pointcept replaces variables in double braces."""
    return [ascii(name).replace("{", "\\x7b") for name in names]


FORMAT = Pointcept
