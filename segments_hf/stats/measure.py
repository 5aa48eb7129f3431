"""Measure the label of a row: the areas of its objects, and the pixels of its classes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segments_hf.bitmaps import boxes, class_of_ids
from segments_hf.labels import BitmapLabel, image_label_of
from segments_hf.labels.label import NO_CLASS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.labels.row import Row


@dataclass(slots=True)
class Measured:
    """The measures of a label.

    Attributes:
        areas: The class index and the area in pixels of each object that has an area.
        pixels: The number of pixels of each class index in the semantic mask of the row; None if the mask cannot be
            made.
        unlabeled: The number of pixels without a class in the semantic mask.
        object_ids: The ids of the annotations that have a class, and pixels or points in the image; None if these ids
            are not known: the bitmap or the size of the image is missing, or the row is in a layout.
        without_class: The number of annotations that have pixels or points in the image but no class.
        left_out: The number of annotations that do not count as objects, by reason.
    """

    areas: list[tuple[int, float]]
    pixels: Mapping[int, int] | None
    unlabeled: int
    object_ids: frozenset[int] | None = None
    without_class: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def measure(row: Row) -> Measured | None:
    """Measure a row that has a label.

    The area of an object is the number of its pixels in the bitmap, the area of its polygon or box clipped to the
    image, or the area of the bounding box of its polyline. Points have no area.

    Args:
        row: A row of an image task. Its bitmap is encoded or decoded.

    Returns:
        The measures; None if there is nothing to measure, because the bitmap and the size of the image are missing.

    Raises:
        BitmapError: The bitmap cannot be read, or a point is not a pair of coordinates within 2^31 pixels.
    """
    label = image_label_of(row)
    if label is None:
        return Measured([], None, 0)
    # If the bitmap and the size of the image are missing, there are no pixels to count; the code below is slower.
    if isinstance(label, BitmapLabel) and not label.has_bitmap and label.size is None:
        left_out = label.count_repeated_ids()
        return Measured([], None, 0, left_out=left_out) if left_out else None
    objects, left_out = label.objects()
    areas = [(item.class_index, item.area or item.box_area) for item in objects if item.box_area]
    raster = label.rasterize()
    if raster is None:
        return Measured(areas, None, 0, left_out=label.count_repeated_ids())
    without_class = left_out.pop(NO_CLASS, 0)  # annotations without a class still count as objects
    ids = frozenset(item.annotation.id for item in objects)
    instances = boxes(raster.ids)
    classes = class_of_ids(raster.instances)
    pixels = Counter[int]()
    for instance_id, area in zip(instances.ids.tolist(), instances.areas.tolist(), strict=True):
        if instance_id in classes:
            pixels[classes[instance_id]] += area
    return Measured(areas, pixels, raster.ids.size - pixels.total(), ids, without_class, left_out)
