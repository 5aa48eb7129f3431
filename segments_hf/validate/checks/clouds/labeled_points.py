"""Check the labels of points: ids that no annotation has, annotations without points, and the number of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.io.number_text import counted
from segments_hf.labels import POINT_LABELS_COLUMN, PointLabel
from segments_hf.validate.checks.annotations import IMPOSSIBLE_ID, POINTS_WITHOUT_ANNOTATION
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.checks.unreadable import OTHER_NUMBER_OF_POINTS, UNREADABLE_LABEL
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

MISSING_POINT_LABELS = Fault("missing-point-labels", "error", "the objects have no points")
NO_POINTS = Fault("annotation-without-points", "warning", "no point belongs to the objects")
_UNREADABLE_LABEL = Fault(UNREADABLE_LABEL.name, "error", "the labels of the points cannot be read")
_IMPOSSIBLE_ID = Fault(IMPOSSIBLE_ID.name, "error", "the object has no points: in labels of points, 0 means unlabeled")


def faulty_point_labels(row: Row, label: Label, unreported: Collection[str]) -> Iterator[Finding]:
    """Find missing labels of points, the annotation id 0, points without an annotation, and annotations without points.

    Args:
        row: The row.
        label: The label of the row.
        unreported: The columns that no other check has reported.
    """
    if not isinstance(label, PointLabel) or POINT_LABELS_COLUMN not in unreported:
        return
    ids, values = set(label.annotation_ids), row[POINT_LABELS_COLUMN]
    if values is None:
        if ids:
            number = counted(len(label.annotation_ids), "annotation")
            yield MISSING_POINT_LABELS.in_row(row, f"got {number}, but no labels of points")
        return
    if None in values:
        yield _UNREADABLE_LABEL.in_row(row, f"{POINT_LABELS_COLUMN}: got null, expected a number for each point")
        return
    numbers, counts = np.unique(np.asarray(values, np.int64), return_counts=True)
    counts_by_id = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    if 0 in ids:
        yield _IMPOSSIBLE_ID.in_row(row, "got the annotation id 0, expected another number")
    if unknown := sorted(counts_by_id.keys() - ids - {0}):
        total = counted(sum(counts_by_id[number] for number in unknown), "point")
        yield POINTS_WITHOUT_ANNOTATION.in_row(row, f"got {total} with an id that no annotation has: {listed(unknown)}")
    if absent := sorted(ids - counts_by_id.keys() - {0}):
        yield NO_POINTS.in_row(row, f"no point has the annotation id {listed(absent)}")


def wrong_number_of_labels(row: Row, label: Label, num_points: int) -> Iterator[Finding]:
    """Find a label with another number of points than the file.

    Args:
        row: The row.
        label: The label of the row.
        num_points: The number of points in the file.
    """
    if isinstance(label, PointLabel) and row[POINT_LABELS_COLUMN] is not None:
        num_labels = len(row[POINT_LABELS_COLUMN])
        if num_labels != num_points:
            message = (
                f"got a label of {counted(num_labels, 'point')} for a point cloud of {counted(num_points, 'point')}"
            )
            yield OTHER_NUMBER_OF_POINTS.in_row(row, message)
