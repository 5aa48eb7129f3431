"""``instance-color``: every pixel in the color of its instance, for visual inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import palette_color, present_ids
from segments_hf.bitmaps.value_table import look_up
from segments_hf.export.images.mask_format import MaskFormat, color_png

if TYPE_CHECKING:
    from segments_hf.labels import Raster


class InstanceColor(MaskFormat):
    """The format ``instance-color``, which the module describes."""

    name = "instance-color"
    help = "An RGB PNG with one color per instance id, the same in all images; unlabeled pixels are black"

    def png(self, raster: Raster) -> bytes:
        """Encode the colors of the instances of a row as a PNG."""
        ids = present_ids(raster.ids).tolist()
        indices = look_up(raster.ids, {instance_id: index for index, instance_id in enumerate(ids, start=1)})
        return color_png(indices, [(0, 0, 0), *(palette_color(instance_id - 1) for instance_id in ids)])


FORMAT = InstanceColor
