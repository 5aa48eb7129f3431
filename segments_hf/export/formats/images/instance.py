"""``instance``: the instance id of every pixel, as a PNG.

The value of a pixel in a polygon is the number of the polygon among those of the label, from 1 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import encode_bitmap, encode_mask
from segments_hf.export.images.mask_format import MaskFormat

if TYPE_CHECKING:
    from segments_hf.labels import Raster

_LARGEST_16_BIT_ID = 2**16 - 1
# A color for the value 65535 makes `encode_mask` write 16 bits, even if all ids of a row are small.
_SIXTEEN_BIT_COLORS = {_LARGEST_16_BIT_ID: (0, 0, 0)}


class Instance(MaskFormat):
    """The format ``instance``, which the module describes."""

    name = "instance"
    help = "Instance ids as a 16-bit grayscale PNG, or as RGBA (id = R + 256 G + 65536 B) if an id exceeds 65535"

    def png(self, raster: Raster) -> bytes:
        """Encode the instance ids of a row as a PNG."""
        if raster.ids.max(initial=0) > _LARGEST_16_BIT_ID:
            return encode_bitmap(raster.ids)
        return encode_mask(raster.ids, _SIXTEEN_BIT_COLORS, palette=False)


FORMAT = Instance
