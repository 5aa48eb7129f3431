"""Files on disk that store one point after the other. Their points are read straight into an array.

If the file were read as bytes first, the points would have to be copied, which takes several times as long as reading,
because the system clears the memory of both copies.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.cloud import Cloud

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.io.file_content import FileContent


class ArrayLayout(NamedTuple):
    """The place of the points in a file.

    Attributes:
        dtype: The structured dtype of a point, as in the file.
        num_points: The number of points.
        start: The number of bytes before the first point.
    """

    dtype: np.dtype[np.void]
    num_points: int
    start: int


def open_array(file: FileContent, layout: ArrayLayout) -> Cloud:
    """Open a file on disk whose size was compared with the layout. The points are read when they are needed."""
    return Cloud(layout.num_points, layout.dtype.newbyteorder("="), partial(_read, file, layout))


def _read(file: FileContent, layout: ArrayLayout) -> npt.NDArray[np.void]:
    points = np.empty(layout.num_points, layout.dtype)
    with file.open() as stream:
        stream.seek(layout.start)
        found = stream.readinto(points.view(np.uint8)) if points.size else 0  # type: ignore[attr-defined]
    if found != points.nbytes:
        raise AssetError(
            f"{file.path}: got {found:,} bytes of points, expected {points.nbytes:,}: the file has changed"
        )
    return points
