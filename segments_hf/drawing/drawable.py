"""The label of a row in one form, whatever the row's: that of a release, or of a layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.labels import BitmapLabel, VectorLabel, label_of
from segments_hf.layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from segments_hf.drawing.classes import Classes
    from segments_hf.layouts.layout_label import LayoutLabel, LayoutObject

MASK = "mask"


class Shape(NamedTuple):
    """One object of a label, as it is drawn.

    Attributes:
        kind: ``mask``, ``polygon``, ``bbox``, ``polyline``; any other is points.
        category: Its class index; None where it has no class.
        points: The points of a vector, x and y in pixels.
        id: The value of the pixels of a mask.
    """

    kind: str
    category: int | None
    points: Sequence[tuple[float, float]] = ()
    id: int = 0


class RowLabel(NamedTuple):
    """The label of a row, for drawing.

    Attributes:
        size: Width and height in pixels of the picture that it is about; None where they are not known.
        ids: The bitmap, uint32 of shape (H, W), where there are masks: each pixel has the `id` of a shape, or another
            number where it is unlabeled.
        shapes: The objects, in their order.
        is_by_class: Whether each shape is all pixels of one class, because the label does not tell objects apart.
    """

    size: tuple[int, int] | None
    ids: npt.NDArray[np.uint32] | None
    shapes: list[Shape]
    is_by_class: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to draw, not even a bitmap in which nothing is labeled."""
        return self.ids is None and not self.shapes


def row_label(row: Mapping[str, Any], classes: Classes) -> RowLabel | None:
    """The label of a row, whatever its status.

    Args:
        row: A row of a release or in a layout; its pictures may be decoded or not.
        classes: The classes, which tell how semantic masks are numbered.

    Returns:
        The label; None if the row has no label.

    Raises:
        BitmapError: A bitmap cannot be read, or a point is no place in a picture.
    """
    if "annotations" in row:
        return None if row["annotations"] is None else _of_release(row)
    fitting = [layout for layout in LAYOUTS.values() if {*layout.label_columns} <= row.keys()]
    layout = max(fitting, key=lambda layout: len(layout.label_columns), default=None)
    label = layout.read(row, classes.in_masks) if layout else None
    return None if label is None else _of_layout(label)


def _of_release(row: Mapping[str, Any]) -> RowLabel:
    label = label_of(row)
    if isinstance(label, BitmapLabel) and label.ids is not None:
        counted = (label.annotations[index] for index in label.last_of_ids)
        return _of_masks(label.ids, [Shape(MASK, item.class_index, id=item.id) for item in counted if item.id])
    vectors = [label.vectors[index] for index in label.last_of_ids] if isinstance(label, VectorLabel) else []
    shapes = [
        Shape(vector.kind or "", vector.annotation.class_index, points, vector.annotation.id)
        for vector in vectors
        if (points := vector.points)
    ]
    return RowLabel(_size(row), None, shapes)


def _of_layout(label: LayoutLabel) -> RowLabel:
    shapes = [_layout_shape(item) for item in label.objects]
    return RowLabel(label.size, label.ids, shapes, label.is_by_class)


def _layout_shape(item: LayoutObject) -> Shape:
    if item.bbox is None:
        return Shape(MASK, item.class_index, id=item.id)
    left, top, width, height = item.bbox
    return Shape("bbox", item.class_index, [(left, top), (left + width, top + height)])


def _of_masks(ids: npt.NDArray[np.uint32], shapes: list[Shape]) -> RowLabel:
    return RowLabel((ids.shape[1], ids.shape[0]), ids, shapes)


def _size(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return (row["width"], row["height"]) if row.get("width") and row.get("height") else None
