"""The part of a card that shows how the points of a point cloud are read, with segments-hf and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels import CuboidLabel, PointLabel, label_type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_BYTES = 'row["point_cloud"]["bytes"]'
_FLOATS = "points = np.frombuffer({content}, '<f4').reshape(-1, {width})  # {fields}"
_XYZI = ["import numpy as np", "", _FLOATS.format(content=_BYTES, width=4, fields="x, y, z, intensity")]
_XYZIR = ["import numpy as np", "", _FLOATS.format(content=_BYTES, width=5, fields="x, y, z, intensity, ring")]
_PCD = [
    "import io",
    "",
    "from pypcd4 import PointCloud",
    "",
    f'points = PointCloud.from_fileobj(io.BytesIO({_BYTES})).numpy(("x", "y", "z"))',
]
_PLY = ["import io", "", "import trimesh", "", f'points = trimesh.load(io.BytesIO({_BYTES}), file_type="ply").vertices']
_LAS = ["import io", "", "import laspy", "", f"points = laspy.read(io.BytesIO({_BYTES})).xyz"]

# The code that reads the points of each type of files.
_CODE = {
    "binary-xyzi": _XYZI,
    "kitti": _XYZI,
    "binary-xyzir": _XYZIR,
    "nuscenes": _XYZIR,
    "pcd": _PCD,
    "ply": _PLY,
    "las": _LAS,
    "laz": _LAS,
}


def reading_section(features: Collection[str], types: Mapping[str, int]) -> str:
    """Return the part of a card that shows how points and labels are read as arrays; empty without files.

    Args:
        features: The columns.
        types: The number of files of each type.
    """
    if not types:
        return ""
    names = ["read_points"]
    lines = ['points = read_points(row, ("x", "y", "z"))  # float32 array of shape (N, 3)']
    label_type = label_type_of(features)
    if label_type is CuboidLabel:
        names.append("boxes")
        lines.append("cuboids = boxes(row)  # center, dimensions and rotation of each cuboid")
    if label_type is PointLabel:
        names.append("point_labels")
        lines.append("labels = point_labels(row)  # class index + 1 of each point of a labeled row; 0 is unlabeled")
    own = [f"from segments_hf.points import {', '.join(sorted(names))}", "", "row = dataset[0]", *lines]
    columns = "`point_cloud` has the file of each point cloud, and `point_cloud_type` the type of the file."
    frame = "Points and cuboids are in the frame of the sensor:" if label_type is CuboidLabel else "With segments-hf:"
    parts = ["### Read the points", f"{columns} {frame}", _block(own)]
    for kind in sorted(types, key=lambda kind: (-types[kind], kind)):
        if code := _CODE.get(kind):
            parts += [f"Without segments-hf, for files of the type `{kind}`:", _block(["row = dataset[0]", *code])]
    return "\n\n".join(parts)


def _block(lines: list[str]) -> str:
    return "```python\n" + "\n".join(lines) + "\n```"
