"""The label of a row as a typed object: its geometry, its pixels, and the categories of its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels.bitmap_label import BITMAP, BITMAP_COLUMN, BitmapLabel, with_decoded_bitmap
from segments_hf.labels.cloud_label import CloudLabel, has_point_cloud, is_point_cloud
from segments_hf.labels.cuboid_label import CUBOID, SYNCED_CUBOID, CuboidLabel, SpaceVector
from segments_hf.labels.image_label import ImageLabel, LabeledObject, Objects, Raster
from segments_hf.labels.json_label import JSON_LABEL_COLUMN, has_json_label, require_image_task, require_known_task
from segments_hf.labels.label import Annotation, Label
from segments_hf.labels.point_label import POINT_LABELS_COLUMN, POINTS, PointLabel
from segments_hf.labels.usable import UNUSABLE_STATUSES, is_labeled
from segments_hf.labels.vector_label import BOX, POINT, POLYGON, POLYLINE, Vector, VectorLabel

if TYPE_CHECKING:
    from collections.abc import Collection

    from segments_hf.labels.row import Row

__all__ = [
    "BITMAP",
    "BITMAP_COLUMN",
    "BOX",
    "CUBOID",
    "JSON_LABEL_COLUMN",
    "LABEL_TYPES",
    "POINT",
    "POINTS",
    "POINT_LABELS_COLUMN",
    "POLYGON",
    "POLYLINE",
    "SYNCED_CUBOID",
    "UNUSABLE_STATUSES",
    "Annotation",
    "BitmapLabel",
    "CloudLabel",
    "CuboidLabel",
    "ImageLabel",
    "Label",
    "LabeledObject",
    "Objects",
    "PointLabel",
    "Raster",
    "SpaceVector",
    "Vector",
    "VectorLabel",
    "cloud_label_of",
    "has_json_label",
    "has_point_cloud",
    "image_label_of",
    "is_labeled",
    "is_point_cloud",
    "label_of",
    "label_type_of",
    "require_image_task",
    "require_known_task",
    "with_decoded_bitmap",
]

# The type of the label of a row is the first of these types whose columns the row has.
LABEL_TYPES: tuple[type[Label], ...] = (PointLabel, CuboidLabel, BitmapLabel, VectorLabel)


def label_type_of(columns: Collection[str]) -> type[Label] | None:
    """Return the type of the labels in rows with these columns; None for rows without annotations.

    Args:
        columns: The names of the columns, or the features of a dataset.
    """
    for label_type in LABEL_TYPES:
        if label_type.has_columns(columns):
            return label_type
    return None


def label_of(row: Row, features: Collection[str] | None = None) -> Label | None:
    """Return the label of a row, whatever its status.

    Args:
        row: A row of `load_release`. Its bitmap may be encoded or decoded.
        features: The features of the row's dataset, which determine the type of the label; by default the columns of
            the row.

    Returns:
        The label. None if the row has no annotations, or if they are null because they could not be read.
    """
    label_type = label_type_of(row if features is None else features)
    return None if label_type is None or row["annotations"] is None else label_type(row)


def image_label_of(row: Row, features: Collection[str] | None = None) -> ImageLabel | None:
    """Return the label of a row if it is the label of an image, otherwise None. See `label_of`."""
    label = label_of(row, features)
    return label if isinstance(label, ImageLabel) else None


def cloud_label_of(row: Row, features: Collection[str] | None = None) -> CloudLabel | None:
    """Return the label of a row if it is the label of a point cloud, otherwise None. See `label_of`."""
    label = label_of(row, features)
    return label if isinstance(label, CloudLabel) else None
