"""The label of a row in one form, whatever the row's: that of a release, or of a layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.bitmaps import decode_bitmap
from segments_hf.images.viewing import opened
from segments_hf.labels import BitmapLabel, VectorLabel, label_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from PIL.Image import Image

    from segments_hf.drawing.classes import Classes

MASK = "mask"

_CHANNEL = 255


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
    """What was labelled.

    Attributes:
        size: Width and height in pixels of the picture that it is about; None where they are not known.
        ids: The bitmap, uint32 of shape (H, W), where there are masks: each pixel has the `id` of a shape, or another
            number where it is unlabelled.
        shapes: The objects, in their order.
        is_by_class: Whether each shape is all that there is of a class, as nobody knows the objects.
    """

    size: tuple[int, int] | None
    ids: npt.NDArray[np.uint32] | None
    shapes: list[Shape]
    is_by_class: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw, not even a bitmap in which nothing is labelled."""
        return self.ids is None and not self.shapes


def row_label(row: Mapping[str, Any], classes: Classes) -> RowLabel | None:
    """The label of a row, whatever its status.

    Args:
        row: A row of a release or in a layout; its pictures may be decoded or not.
        classes: The classes, which tell how semantic masks are numbered.

    Returns:
        The label; None where there is none.

    Raises:
        BitmapError: A bitmap cannot be read, or a point is no place in a picture.
    """
    if "annotations" in row:
        return None if row["annotations"] is None else _of_release(row)
    if "objects" in row:
        return None if row["objects"] is None else _of_boxes(row)
    picture = opened(row.get("annotation", row.get("label")))
    if picture is None:
        return None
    if "segments_info" in row:
        return _of_masks(
            decode_bitmap(picture), [Shape(MASK, item["category_id"], id=item["id"]) for item in row["segments_info"]]
        )
    if "annotation" in row:
        ids = decode_bitmap(picture)
        values = np.unique(ids).tolist()
        return _of_masks(ids, [Shape(MASK, (value & _CHANNEL) - 1, id=value) for value in values if value & _CHANNEL])
    return _of_semantic_mask(picture, classes)


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


def _of_boxes(row: Mapping[str, Any]) -> RowLabel:
    objects = row["objects"]
    boxes = zip(objects["bbox"], objects["category"], strict=True)
    shapes = [
        Shape("bbox", index, [(left, top), (left + width, top + height)]) for (left, top, width, height), index in boxes
    ]
    return RowLabel(_size(row), None, shapes)


def _of_masks(ids: npt.NDArray[np.uint32], shapes: list[Shape]) -> RowLabel:
    return RowLabel((ids.shape[1], ids.shape[0]), ids, shapes)


def _of_semantic_mask(picture: Image, classes: Classes) -> RowLabel:
    """The classes of a semantic mask, each as one shape."""
    numbers = np.asarray(picture).astype(np.int64)
    first = _first(picture) if classes.first_in_masks is None else classes.first_in_masks
    indices = numbers - first
    unlabelled = indices < 0
    if classes.names is not None:
        unlabelled |= indices >= len(classes.names)
    elif first == 0:
        unlabelled |= np.isin(numbers, _black(picture))
    ids = np.where(unlabelled, 0, indices + 1).astype(np.uint32)
    shapes = [Shape(MASK, value - 1, id=value) for value in np.unique(ids).tolist() if value]
    return _of_masks(ids, shapes)._replace(is_by_class=True)


def _first(picture: Image) -> int:
    """The number of class 0 in a mask: masks have a palette in which what is unlabelled is black."""
    return 0 if picture.mode == "P" and 0 not in _black(picture) else 1


def _black(picture: Image) -> list[int]:
    return np.flatnonzero(~np.any(np.reshape(picture.getpalette() or [], (-1, 3)), axis=1)).tolist()


def _size(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return (row["width"], row["height"]) if row.get("width") and row.get("height") else None
