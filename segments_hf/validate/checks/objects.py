"""Check the objects of a bitmap: objects of one pixel, and objects whose parts are far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import distant_groups
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from segments_hf.labels import BitmapLabel
    from segments_hf.labels.row import Row
    from segments_hf.validate.checks.images import Instances
    from segments_hf.validate.finding import Finding

ONE_PIXEL = Fault(
    "one-pixel-object", "warning", "the object may be an accidental click, but it counts as an object of its class"
)
SCATTERED = Fault(
    "scattered-object", "warning", "several objects may have one id: instance masks and boxes count them as one object"
)


def one_pixel_objects(row: Row, label: BitmapLabel, instances: Instances) -> Iterator[Finding]:
    """Find annotations with only one pixel in the bitmap."""
    ids = {item.id for item in label.annotations}
    if ids_of_one_pixel := [number for number, area in instances.areas.items() if area == 1 and number in ids]:
        yield ONE_PIXEL.in_row(row, f"only one pixel has the annotation id {listed(ids_of_one_pixel)}")


def scattered_objects(
    row: Row, label: BitmapLabel, instances: Instances, categories_without_instances: Collection[int]
) -> Iterator[Finding]:
    """Find objects with four or more groups of pixels that are far apart. `distant_groups` defines the groups.

    Args:
        row: The row.
        label: The label of the row.
        instances: The instances of the label's bitmap.
        categories_without_instances: The ids of categories such as sky, whose pixels all have one id, even if they are
            far apart. Objects of these categories are not checked.
    """
    if label.ids is None:
        return
    ids = {item.id for item in label.annotations if item.category_id not in categories_without_instances}
    groups = distant_groups(label.ids, instances.regions)
    found = [f"{number} ({count} groups)" for number, count in groups.items() if number in ids]
    if found:
        yield SCATTERED.in_row(row, f"got ids whose pixels are in groups far apart: {listed(found)}")
