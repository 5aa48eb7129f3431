"""What the label of a row measures: the areas of its objects, and the pixels of its classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.bitmaps import boxes, class_of_ids
from segments_hf.labels import label_of

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
    label = label_of(row)
    if label is None:
        return Measured([], None, 0)
    areas = [(item.class_index, item.area or item.box_area) for item in label.objects().found if item.box_area]
    raster = label.rasterize()
    if raster is None:
        return Measured(areas, None, 0)
    found = boxes(raster.ids)
    classes = class_of_ids(raster.instances)
    pixels = Counter[int]()
    for number, area in zip(found.ids.tolist(), found.areas.tolist(), strict=True):
        if number in classes:
            pixels[classes[number]] += area
    return Measured(areas, pixels, raster.ids.size - pixels.total())
