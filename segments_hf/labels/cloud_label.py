"""The interface of labels of point clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels.label import Label
from segments_hf.labels.usable import is_labeled

if TYPE_CHECKING:
    from collections.abc import Collection

    from segments_hf.labels.row import Row

POINT_CLOUD_COLUMN = "point_cloud"
POINT_CLOUD_TYPE_COLUMN = "point_cloud_type"
CAMERAS_COLUMN = "cameras"


def is_point_cloud(columns: Collection[str]) -> bool:
    """Tell whether rows with these columns are point clouds.

    Args:
        columns: The names of the columns, a row, or the features of a dataset.
    """
    return POINT_CLOUD_COLUMN in columns


def has_point_cloud(row: Row) -> bool:
    """Tell whether the row of a point cloud has the bytes or the path of its file."""
    file = row[POINT_CLOUD_COLUMN]  # a null struct may be read as a struct of nulls
    return file is not None and (file["bytes"] is not None or file["path"] is not None)


class CloudLabel(Label):
    """The label of a point cloud.

    Args:
        row: A row whose annotations could be read.
    """

    @property
    def has_content(self) -> bool:
        """Whether the sample was labeled, perhaps without objects."""
        return bool(self._row["annotations"]) or is_labeled(self._row)
