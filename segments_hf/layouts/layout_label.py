"""The label of a row in a layout, read from the columns of the layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.bitmaps import boxes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from segments_hf.labels.geometry import Box, ImageSize


class MaskClasses(NamedTuple):
    """How the values of a semantic mask relate to class indices.

    Attributes:
        first_value: The value of class 0; None if it is unknown.
        num_classes: The number of classes; None if it is unknown.
    """

    first_value: int | None = None
    num_classes: int | None = None


class LayoutObject(NamedTuple):
    """An object in a layout. In a semantic mask, all pixels of one class are one object.

    Attributes:
        id: The value of the object's pixels in `LayoutLabel.ids`. In a layout without masks, the id in its columns, or
            0 if the row has no ids.
        class_index: The class index.
        area: The area in pixels.
        bbox: The bounding box if the layout has no mask: left, top, width and height in pixels; else None.
    """

    id: int
    class_index: int
    area: float
    bbox: Box | None = None


class LayoutLabel(NamedTuple):
    """The label of a row in a layout.

    Attributes:
        size: The width and height of the image in pixels; None if they are unknown.
        ids: A uint32 array of shape (H, W): the `id` of the object of each pixel. Pixels with other values are
            unlabeled. None if the layout has no mask.
        objects: The objects.
        is_by_class: Whether each object consists of all pixels of one class, as in a semantic mask.
    """

    size: ImageSize | None
    ids: npt.NDArray[np.uint32] | None
    objects: list[LayoutObject]
    is_by_class: bool = False


def mask_label(
    ids: npt.NDArray[np.uint32], class_of_id: Mapping[int, int] | None = None, *, is_by_class: bool = False
) -> LayoutLabel:
    """Make a label from a mask.

    Args:
        ids: A uint32 array of shape (H, W): the value of each pixel.
        class_of_id: The class index of each value that is the id of an object; pixels with other values are unlabeled.
            By default, all values above 0 are ids of objects, and the class index is the value minus 1.
        is_by_class: Whether each object consists of all pixels of one class, as in a semantic mask.
    """
    found = boxes(ids)
    objects = [
        LayoutObject(id_, id_ - 1 if class_of_id is None else class_of_id[id_], float(area))
        for id_, area in zip(found.ids.tolist(), found.areas.tolist(), strict=True)
        if class_of_id is None or id_ in class_of_id
    ]
    return LayoutLabel((ids.shape[1], ids.shape[0]), ids, objects, is_by_class)
