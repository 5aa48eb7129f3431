"""The column `points` of layouts of point clouds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import Array2D

from segments_hf.errors import AssetError, OptionError, SizeMismatchError
from segments_hf.io.number_text import counted
from segments_hf.labels import POINT_LABELS_COLUMN, has_point_cloud
from segments_hf.points.read_points import read_points

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from segments_hf.labels.row import Row

POINTS_ENCODING = (
    "`points` is float32, one row per point, in the frame of the sensor and in the order of the file. "
    "`dataset.with_format('numpy')` or `with_format('torch')` returns arrays."
)
_DEFAULT_FIELDS = ("x", "y", "z", "intensity")


def checked_fields(fields: Iterable[str] | None) -> tuple[str, ...]:
    """Check the option `fields`, and return the names of the fields.

    Raises:
        OptionError: The value is not a list of different names.

    >>> checked_fields(None), checked_fields(["x", "y", "z"])
    (('x', 'y', 'z', 'intensity'), ('x', 'y', 'z'))
    """
    if fields is None:
        return _DEFAULT_FIELDS
    names = [] if isinstance(fields, str) or not isinstance(fields, Iterable) else list(fields)
    if not names or not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        raise OptionError(
            f"got {fields!r}, expected a list of different names, such as ['x', 'y', 'z']", option="fields"
        )
    return tuple(names)


@dataclass(frozen=True)
class LayoutPoints:
    """An object that makes the column `points` of a row.

    Attributes:
        fields: The names of the fields of the file to read, one for each column of the array.
        feature_id: The categories of the dataset, which the feature of the points stores in its `id`.
    """

    fields: tuple[str, ...]
    feature_id: str

    @property
    def name(self) -> str:
        """The name of the column."""
        return "points"

    @property
    def features(self) -> dict[str, Any]:
        """The column and its feature."""
        return {self.name: Array2D((None, len(self.fields)), "float32", id=self.feature_id)}

    def of_row(self, row: Row) -> tuple[npt.NDArray[np.float32] | None, dict[str, str]]:
        """Read the points of a row.

        Returns:
            Two values. The first is a float32 array of N points and C fields, of shape (N, C), in the frame of the
            sensor; None for a row without a file. The second is an empty dict, because points cause no warnings.

        Raises:
            AssetError: The file cannot be read, its type is null, or a field does not exist.
            SizeMismatchError: The label has another number of points than the file.
            MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
        """
        if not has_point_cloud(row):
            return None, {}
        if row["point_cloud_type"] is None:
            raise AssetError("got a row whose point_cloud_type is null, expected the type of its file")
        points = read_points(row, self.fields)
        labels = row.get(POINT_LABELS_COLUMN)
        if labels is not None and len(labels) != len(points):
            raise SizeMismatchError(
                f"got a label of {counted(len(labels), 'point')} for a point cloud of "
                f"{counted(len(points), 'point')}, expected the same number"
            )
        return points, {}
