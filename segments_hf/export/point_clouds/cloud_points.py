"""Read the points of a row as float32 columns, for the files of export formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.labels import has_point_cloud
from segments_hf.option_names import option
from segments_hf.points.read_points import open_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.labels.row import Row
    from segments_hf.points.files.cloud import Cloud

_AXES = ("x", "y", "z")
_LARGEST_COORDINATE = 2.0**16  # rounding to float32 changes a coordinate below 65,536 m by at most 2 mm


class CloudPoints(NamedTuple):
    """The points of a row.

    Attributes:
        columns: float32 array of shape (N, C), in the frame of the sensor and in the order of the file. The first three
            columns are x, y and z.
        missing: The requested fields that the file does not have, or of which it has several values per point. Their
            columns are 0.
    """

    columns: npt.NDArray[np.float32]
    missing: tuple[str, ...]

    @property
    def num_bytes(self) -> int:
        """The memory of the columns in bytes."""
        return int(self.columns.nbytes)


def cloud_points(row: Row, fields: Sequence[str] = ()) -> CloudPoints:
    """Read the points of a row.

    Args:
        row: The row of a point cloud.
        fields: The names of the columns after x, y and z.

    Raises:
        AssetError: The row has no file, or does not say the type of the file; the file cannot be read; or coordinates
            that are not stored as float32 have absolute values of 65,536 m or more, which rounding to float32 could
            change by more than 2 mm.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    return columns_of(open_cloud(row), fields)


def open_cloud(row: Row) -> Cloud:
    """Open the file of a row and check its structure, without decoding its values.

    Raises:
        AssetError: The row has no file, or does not say the type of the file; or the file cannot be read.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    if not has_point_cloud(row) or row["point_cloud_type"] is None:
        raise AssetError(
            "got a row without the file of its point cloud, or without the type of this file; load the release with "
            f"its point clouds ({option('load_assets', True)})"
        )
    return open_row(row)


def columns_of(cloud: Cloud, fields: Sequence[str] = ()) -> CloudPoints:
    """Return the points of an opened file; see `cloud_points`.

    Raises:
        AssetError: The file cannot be decoded; or a coordinate does not exist, has several values per point, or is too
            large.
    """
    positions = cloud.positions()
    if positions.dtype != np.float32:
        largest = np.abs(positions).max(initial=0, where=np.isfinite(positions))
        if largest >= _LARGEST_COORDINATE:
            raise AssetError(
                f"got coordinates with absolute values up to {largest:,.0f}, expected less than "
                f"{_LARGEST_COORDINATE:,.0f}: the files of this format have float32 numbers, and rounding "
                "would move the points; use coordinates relative to the sensor, and put the position of "
                "the sensor into the ego_pose"
            )
    missing = tuple(name for name in fields if name not in cloud.fields or cloud.dtype[name].shape)
    present = [name for name in fields if name not in missing]
    present_columns = cloud.columns([*_AXES, *present])
    if not missing:
        return CloudPoints(present_columns, missing)
    columns = np.zeros((len(present_columns), 3 + len(fields)), np.float32)
    columns[:, :3] = present_columns[:, :3]
    for number, name in enumerate(present, start=3):
        columns[:, 3 + fields.index(name)] = present_columns[:, number]
    return CloudPoints(columns, missing)
