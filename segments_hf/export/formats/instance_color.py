"""``instance-color``: every instance in a color of its own, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import palette_color, present_ids
from segments_hf.bitmaps.value_table import look_up
from segments_hf.export.mask_format import MaskFormat, color_png

if TYPE_CHECKING:
    from segments_hf.labels import Raster


class InstanceColor(MaskFormat):
    """See the module."""

    name = "instance-color"
    help = "An RGB PNG: a color for each instance id, the same in every image; unlabeled is black"

    def png(self, raster: Raster) -> bytes:
        """The mask of a row."""
        ids = present_ids(raster.ids).tolist()
        places = look_up(raster.ids, {number: place for place, number in enumerate(ids, start=1)})
        return color_png(places, [(0, 0, 0), *(palette_color(number - 1) for number in ids)])


FORMAT = InstanceColor
