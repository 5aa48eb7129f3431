"""Count the points of pushed point clouds, for the card of a dataset."""

from __future__ import annotations

import sys
from collections import Counter

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segments_hf.labels import POINT_LABELS_COLUMN, is_point_cloud
from segments_hf.labels.cloud_label import POINT_CLOUD_COLUMN, POINT_CLOUD_TYPE_COLUMN
from segments_hf.points.files import check_cloud

_LAYOUT_COLUMN = "points"  # the column of the points in a layout


class PointCounts(msgspec.Struct):
    """The numbers of points of some point clouds.

    Attributes:
        clouds: The number of point clouds, without rows whose point cloud is null.
        points: The number of their points.
        types: The number of files of each type, such as ``pcd``; empty for a layout.
        labeled: The number of points of each class index; None for a layout, and if the points have no labels.
    """

    clouds: int = 0
    points: int = 0
    types: dict[str, int] = {}
    labeled: dict[int, int] | None = None

    def __add__(self, other: PointCounts) -> PointCounts:
        """Return the counts of both sets of point clouds."""
        labeled = None
        if self.labeled is not None or other.labeled is not None:
            labeled = dict(Counter(self.labeled or {}) + Counter(other.labeled or {}))
        types = dict(Counter(self.types) + Counter(other.types))
        return PointCounts(self.clouds + other.clouds, self.points + other.points, types, labeled)


def point_counts(table: pa.Table) -> PointCounts | None:
    """Count the points in a table; return None if its rows are not point clouds.

    Args:
        table: The rows, in the form of a release with the bytes of the point clouds, or in a layout of point clouds.
    """
    names = table.column_names
    if is_point_cloud(names) and pa.types.is_struct(table.schema.field(POINT_CLOUD_COLUMN).type):
        counts = _counts_of_files(table) if POINT_CLOUD_TYPE_COLUMN in names else PointCounts()
        if POINT_LABELS_COLUMN in names and "annotations" in names:
            counts.labeled = _labeled_points(table)
        return counts
    if _LAYOUT_COLUMN in names and isinstance(table.schema.field(_LAYOUT_COLUMN).type, pa.BaseExtensionType):
        lengths = [len(value) for value in _storage(table[_LAYOUT_COLUMN]) if value.is_valid]
        return PointCounts(len(lengths), sum(lengths))
    return None


def _storage(column: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)


def _counts_of_files(table: pa.Table) -> PointCounts:
    counts = PointCounts()
    types: Counter[str] = Counter()
    for cloud, file_type in zip(table[POINT_CLOUD_COLUMN], table[POINT_CLOUD_TYPE_COLUMN].to_pylist(), strict=True):
        if not cloud.is_valid or not cloud["bytes"].is_valid:
            continue
        counts.clouds += 1
        # `max_points` limited the number of points when the release was loaded.
        counts.points += check_cloud(cloud["bytes"].as_py(), file_type, max_points=sys.maxsize).num_points
        types[file_type] += 1
    counts.types = dict(types)
    return counts


def _labeled_points(table: pa.Table) -> dict[int, int]:
    """Count the points of each class index.

    If several annotations of a row have the same id, the points with this id have the class of the last annotation.
    """
    counts: Counter[int] = Counter()
    for labels, objects in zip(table[POINT_LABELS_COLUMN], table["annotations"], strict=True):
        if not labels.is_valid or not objects.is_valid:
            continue
        ids = pc.struct_field(objects.values, "id").to_pylist()
        classes = pc.struct_field(objects.values, "category").to_pylist()
        class_of_id = dict(zip(ids, classes, strict=True))
        point_ids, numbers = np.unique(labels.values.to_numpy(zero_copy_only=False), return_counts=True)
        for point_id, number in zip(point_ids.tolist(), numbers.tolist(), strict=True):
            index = class_of_id.get(point_id)
            if point_id and index is not None:  # the id 0 is unlabeled
                counts[index] += number
    return dict(counts)
