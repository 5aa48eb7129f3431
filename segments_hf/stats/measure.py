"""What the label of a row measures: the areas of its objects, and the pixels of its classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.bitmaps import boxes, class_of_ids
from segments_hf.labels.objects import objects_of
from segments_hf.labels.pixels import has_pixels, labelled_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.labels.row import Row


class Measured(NamedTuple):
    """What a label measures.

    Attributes:
        areas: The class index of each object that has an area, and the area in pixels.
        pixels: How many pixels each class index has in a semantic mask of the row; None where none can be made.
        unlabelled: How many pixels have no class in it.
    """

    areas: list[tuple[int, float]]
    pixels: Mapping[int, int] | None
    unlabelled: int


def measure(row: Row) -> Measured:
    """Measures a row that has a label.

    The areas are those of masks; of polygons and boxes, cut at the margins of the image; of the boxes around lines.
    Points have none.

    Args:
        row: A row of an image task; its bitmap may be decoded or not.

    Raises:
        BitmapError: The bitmap cannot be read, or a point is no place in a picture.
    """
    labelled = labelled_pixels(row) if has_pixels(row) else None
    masks: list[tuple[int, float]] = []
    if labelled is not None:
        found = boxes(labelled.bitmap)
        area_of = dict(zip(found.ids.tolist(), found.areas.tolist(), strict=True))
        classes = class_of_ids(labelled.annotations)
        masks = [(index, area_of[number]) for number, index in classes.items() if number in area_of]
    areas = masks if "segmentation_bitmap" in row else [(item.category, item.area) for item in objects_of(row)]
    if labelled is None:
        return Measured(areas, None, 0)
    pixels = Counter[int]()
    for index, area in masks:
        pixels[index] += int(area)
    return Measured(areas, pixels, labelled.bitmap.size - pixels.total())
