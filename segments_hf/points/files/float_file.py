"""Open files of float32 numbers without a header, such as those of KITTI and nuScenes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.array_file import ArrayLayout
from segments_hf.points.files.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Sequence

XYZI = ("x", "y", "z", "intensity")
XYZIR = (*XYZI, "ring")


def open_floats(content: bytes, fields: Sequence[str]) -> Cloud:
    """Open a file of little-endian float32 numbers: the values of the first point, then those of the second, and so on.

    Args:
        content: The bytes of the file.
        fields: The names of the fields.

    Raises:
        AssetError: The size of the file is not a multiple of the size of a point.
    """
    layout = float_layout(len(content), fields)
    return Cloud(layout.num_points, layout.dtype.newbyteorder("="), lambda: np.frombuffer(content, layout.dtype))


def float_layout(size: int, fields: Sequence[str]) -> ArrayLayout:
    """Return the layout of the points in a file of float32 numbers.

    Args:
        size: The size of the file in bytes.
        fields: The names of the fields.

    Raises:
        AssetError: The size of the file is not a multiple of the size of a point.
    """
    dtype = np.dtype([(name, "<f4") for name in fields])
    num_points, remainder = divmod(size, dtype.itemsize)
    if remainder:
        raise AssetError(
            f"got a point cloud of {size:,} bytes, expected a multiple of {dtype.itemsize}: the float32 fields "
            f"{', '.join(fields)}"
        )
    return ArrayLayout(dtype, num_points, 0)
