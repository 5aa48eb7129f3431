"""The label of a row: its type, geometry and pixels, its categories and class names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.labels.bitmap_label import BITMAP, BITMAP_COLUMN, BitmapLabel, with_decoded_bitmap
from segments_hf.labels.label import Annotation, Label, LabeledObject, Objects, Raster
from segments_hf.labels.usable import UNUSABLE_STATUSES, is_labeled
from segments_hf.labels.vector_label import BOX, POINT, POLYGON, POLYLINE, Vector, VectorLabel

if TYPE_CHECKING:
    from collections.abc import Collection

    from segments_hf.labels.row import Row

__all__ = [
    "BITMAP",
    "BITMAP_COLUMN",
    "BOX",
    "LABEL_TYPES",
    "POINT",
    "POLYGON",
    "POLYLINE",
    "UNUSABLE_STATUSES",
    "Annotation",
    "BitmapLabel",
    "Label",
    "LabeledObject",
    "Objects",
    "Raster",
    "Vector",
    "VectorLabel",
    "is_labeled",
    "label_of",
    "label_type_of",
    "with_decoded_bitmap",
]

LABEL_TYPES: tuple[type[Label], ...] = (BitmapLabel, VectorLabel)  # the first one whose columns are there counts


def label_type_of(columns: Collection[str]) -> type[Label] | None:
    """Return the type of the labels of rows; None for rows without annotations.

    Args:
        columns: The names of the columns, or the features of a dataset.
    """
    return next((label_type for label_type in LABEL_TYPES if label_type.has_columns(columns)), None)


def label_of(row: Row, features: Collection[str] | None = None) -> Label | None:
    """Return the label of a row, whatever its status.

    Args:
        row: A row of a release; its bitmap may be decoded or not.
        features: The features of its dataset; by default the columns of the row tell the type of the label.

    Returns:
        The label; None if the row has no annotations, or null ones: they could not be read when it was loaded.
    """
    label_type = label_type_of(row if features is None else features)
    return None if label_type is None or row["annotations"] is None else label_type(row)
