"""Read files on disk that store one point after the other, directly into an array.

Reading the bytes first and copying them into an array would take several times as long, because the operating system
would clear twice as much new memory.
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
    """The dtype, number and position of the points in a file.

    Attributes:
        dtype: The structured dtype of a point, as in the file.
        num_points: The number of points.
        start: The number of bytes before the first point.
    """

    dtype: np.dtype[np.void]
    num_points: int
    start: int


def open_array(file: FileContent, layout: ArrayLayout) -> Cloud:
    """Open a file on disk, whose size must fit the layout. The points are read when they are needed."""
    return Cloud(layout.num_points, layout.dtype.newbyteorder("="), partial(_read, file, layout))


def _read(file: FileContent, layout: ArrayLayout) -> npt.NDArray[np.void]:
    points = np.empty(layout.num_points, layout.dtype)
    with file.open() as stream:
        stream.seek(layout.start)
        num_bytes = stream.readinto(points.view(np.uint8)) if points.size else 0  # type: ignore[attr-defined]
    if num_bytes != points.nbytes:
        raise AssetError(
            f"{file.path}: got {num_bytes:,} bytes of points, expected {points.nbytes:,}: the file has changed"
        )
    return points
