"""Convert the label of a row to one type for drawing, whether the row is in a layout or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.labels import BitmapLabel, VectorLabel, image_label_of
from segments_hf.layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from segments_hf.drawing.classes import Classes
    from segments_hf.layouts.layout_label import LayoutLabel, LayoutObject

MASK = "mask"


class Shape(NamedTuple):
    """One object of a label, for drawing.

    Attributes:
        kind: ``mask``, ``polygon``, ``bbox`` or ``polyline``; for any other kind, the points are drawn.
        class_index: The class index; None if the object has no class.
        points: x and y of each point of a vector, in pixels of the image; empty for a mask. A box is the bounding box
            of its points.
        id: The instance id; for a mask, the value of the object's pixels; 0 if the row has no ids.
    """

    kind: str
    class_index: int | None
    points: Sequence[tuple[float, float]] = ()
    id: int = 0


class RowLabel(NamedTuple):
    """The label of a row, for drawing.

    Attributes:
        size: The width and height of the image in pixels; None if they are unknown.
        ids: The bitmap as a uint32 array of shape (H, W): the `id` of a shape for each pixel, or another value for
            unlabeled pixels; None if the label has no masks.
        shapes: The objects, in the order of the annotations.
        is_by_class: Whether each shape stands for all pixels of one class, as in a semantic mask.
    """

    size: tuple[int, int] | None
    ids: npt.NDArray[np.uint32] | None
    shapes: list[Shape]
    is_by_class: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the label has neither shapes nor a bitmap."""
        return self.ids is None and not self.shapes


def row_label(row: Mapping[str, Any], classes: Classes) -> RowLabel | None:
    """Return the label of a row, whatever its status.

    Args:
        row: A row of a release or in a layout. Its images may be encoded or decoded.
        classes: The classes. Their `mask_classes` are used to read a semantic mask.

    Returns:
        The label; None if the row has no label, or is neither a row of a release nor in a known layout.

    Raises:
        BitmapError: A bitmap cannot be read, or a coordinate is invalid.
    """
    if "annotations" in row:
        return None if row["annotations"] is None else _release_label(row)
    # The columns of one layout may include those of another layout: choose the layout with the most label columns.
    matching = [layout for layout in LAYOUTS.values() if {*layout.label_columns} <= row.keys()]
    layout = max(matching, key=lambda layout: len(layout.label_columns), default=None)
    label = layout.read_label(row, classes.mask_classes) if layout else None
    return None if label is None else _layout_label(label)


def _release_label(row: Mapping[str, Any]) -> RowLabel:
    label = image_label_of(row)
    if isinstance(label, BitmapLabel) and label.ids is not None:
        annotations = (label.annotations[index] for index in label.last_indices)
        return _mask_label(label.ids, [Shape(MASK, item.class_index, id=item.id) for item in annotations if item.id])
    vectors = [label.vectors[index] for index in label.last_indices] if isinstance(label, VectorLabel) else []
    shapes = [
        Shape(vector.kind or "", vector.annotation.class_index, points, vector.annotation.id)
        for vector in vectors
        if (points := vector.points)
    ]
    return RowLabel(_image_size(row), None, shapes)


def _layout_label(label: LayoutLabel) -> RowLabel:
    shapes = [_layout_shape(item) for item in label.objects]
    return RowLabel(label.size, label.ids, shapes, label.is_by_class)


def _layout_shape(item: LayoutObject) -> Shape:
    if item.bbox is None:
        return Shape(MASK, item.class_index, id=item.id)
    left, top, width, height = item.bbox
    return Shape("bbox", item.class_index, [(left, top), (left + width, top + height)], item.id)


def _mask_label(ids: npt.NDArray[np.uint32], shapes: list[Shape]) -> RowLabel:
    return RowLabel((ids.shape[1], ids.shape[0]), ids, shapes)


def _image_size(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return (row["width"], row["height"]) if row.get("width") and row.get("height") else None
