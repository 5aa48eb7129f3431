"""Count the pushed rows, and the rows and objects that were left out, for the card and the result of a push."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from segments_hf.hub.card.point_counts import PointCounts, point_counts
from segments_hf.layouts.row_report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The columns that contain objects, and the field of each column with the class index. The columns of layouts come
# first, because a row of a layout may also have the annotations from which its objects were made.
_CLASS_FIELDS = (("objects", "category"), ("segments_info", "category_id"), ("annotations", "category"))


class Tally(msgspec.Struct):
    """The counts of some rows.

    Attributes:
        rows: The number of rows.
        num_bytes: The size of the rows in memory, in bytes.
        statuses: The number of rows with each label status.
        objects: The number of objects of each class index; None if the columns have no objects. Annotations with the
            same id in a row are one object, with the class of the last of these annotations.
        left_out: The numbers of rows and objects that were left out.
        points: The numbers of points; None if the rows are not point clouds.
    """

    rows: int = 0
    num_bytes: int = 0
    statuses: dict[str, int] = {}
    objects: dict[int, int] | None = None
    left_out: LeftOut = msgspec.field(default_factory=LeftOut)
    points: PointCounts | None = None

    def add(self, other: Tally) -> None:
        """Add the counts of other rows."""
        self.rows += other.rows
        self.num_bytes += other.num_bytes
        self.statuses = dict(Counter(self.statuses) + Counter(other.statuses))
        if other.objects is not None:
            self.objects = dict(Counter(self.objects or {}) + Counter(other.objects))
        self.left_out.add(other.left_out)
        if other.points is not None:
            self.points = (self.points or PointCounts()) + other.points


def tally(table: pa.Table, columns: Sequence[str]) -> Tally:
    """Count the rows of a table.

    Args:
        table: The rows, in the form of a release or of a layout.
        columns: The columns whose size is counted.
    """
    statuses = _counts(table["status"]) if "status" in table.column_names else {}
    num_bytes = table.select(columns).nbytes
    return Tally(table.num_rows, num_bytes, statuses, _objects(table), points=point_counts(table))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several counts."""
    sums = Tally()
    for counts in tallies:
        sums.add(counts)
    return sums


def _objects(table: pa.Table) -> dict[int, int] | None:
    for column, field in _CLASS_FIELDS:
        if column in table.column_names:
            objects = table[column].combine_chunks()
            if pa.types.is_struct(objects.type):  # a struct of lists
                return _counts(pc.list_flatten(pc.struct_field(objects, field)))
            if column == "annotations":
                return _counts(_values_of_last_annotations(objects, field))
            return _counts(pc.struct_field(pc.list_flatten(objects), field))
    return None


def _values_of_last_annotations(annotations: pa.ListArray, field: str) -> pa.Array:
    """Return the values of a field of the annotations.

    If several annotations of a row have the same id, only the value of the last annotation is returned.
    """
    flat = pc.list_flatten(annotations)
    values = pc.struct_field(flat, field)
    table = pa.table(
        {
            "row": pc.list_parent_indices(annotations),
            "id": pc.struct_field(flat, "id"),
            "position": pa.array(range(len(flat)), pa.int64()),
        }
    )
    return values.take(table.group_by(["row", "id"]).aggregate([("position", "max")])["position_max"])


def _counts(values: pa.Array | pa.ChunkedArray) -> dict[Any, int]:
    return {item["values"]: item["counts"] for item in pc.value_counts(values.drop_null()).to_pylist()}
