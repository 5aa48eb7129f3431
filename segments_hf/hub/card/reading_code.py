"""The section of a card with code that reads points, with segments-hf and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels import CuboidLabel, PointLabel, label_type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_BYTES = 'row["point_cloud"]["bytes"]'
_XYZI = ("import numpy as np", f'np.frombuffer({_BYTES}, "<f4").reshape(-1, 4)  # x, y, z, intensity')
_XYZIR = ("import numpy as np", f'np.frombuffer({_BYTES}, "<f4").reshape(-1, 5)  # x, y, z, intensity, ring')
_PCD = (
    "import io\n\nfrom pypcd4 import PointCloud",
    f'PointCloud.from_fileobj(io.BytesIO({_BYTES})).numpy(("x", "y", "z"))',
)
_PLY = ("import io\n\nimport trimesh", f'trimesh.load(io.BytesIO({_BYTES}), file_type="ply").vertices')
_LAS = ("import io\n\nimport laspy", f"laspy.read(io.BytesIO({_BYTES})).xyz")

# For each type of file, the imports and the expression that reads its points.
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
_FRAMES = (
    "`point_cloud` contains the file of a point cloud, and `point_cloud_type` is the type of this file. Coordinates of "
    "points are in the frame of the sensor, and positions in `annotations` are in the world frame. `ego_pose` is the "
    "pose of the sensor in the world frame: its position in meters, and its heading as a quaternion x, y, z, w. With "
    "segments-hf:"
)


def reading_section(features: Collection[str], types: Mapping[str, int]) -> str:
    """Return the section of a card with code that reads points and labels as arrays; empty without point-cloud files.

    Args:
        features: The columns.
        types: The number of point-cloud files of each type.
    """
    if not types:
        return ""
    names = ["read_points"]
    lines = ['points = read_points(row, ("x", "y", "z"))  # float32 array of shape (N, 3)']
    label_type = label_type_of(features)
    if label_type is CuboidLabel:
        names.append("boxes")
        lines.append(
            "cuboids = boxes(row)  # center, dimensions and rotation of each cuboid, in the frame of the sensor"
        )
    if label_type is PointLabel:
        names.append("point_labels")
        lines.append("labels = point_labels(row)  # class index + 1 of each point of a labeled row; 0 is unlabeled")
    own = [f"from segments_hf.points import {', '.join(sorted(names))}", "", "row = dataset[0]", *lines]
    parts = ["### Read the points", _FRAMES, _block(own)]
    for file_type in sorted(types, key=lambda file_type: (-types[file_type], file_type)):
        if file_type not in _CODE:
            continue
        imports, points = _CODE[file_type]
        row = (
            "dataset[0]"
            if len(types) == 1
            else f'next(row for row in dataset if row["point_cloud_type"] == "{file_type}")'
        )
        code = [imports, "", f"row = {row}", f"points = {points}"]
        parts += [f"Without segments-hf, for files of the type `{file_type}`:", _block(code)]
    return "\n\n".join(parts)


def _block(lines: list[str]) -> str:
    return "```python\n" + "\n".join(lines) + "\n```"
