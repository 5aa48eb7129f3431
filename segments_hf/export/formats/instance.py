"""``instance``: the instance id of every pixel, as a PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import encode_bitmap, encode_mask
from segments_hf.export.mask_format import MaskFormat

if TYPE_CHECKING:
    from segments_hf.labels import Raster

_LARGEST = 2**16 - 1
_SIXTEEN_BITS = {_LARGEST: (0, 0, 0)}  # a value that has a color makes the PNG hold it


class Instance(MaskFormat):
    """See the module."""

    name = "instance"
    help = "A PNG of instance ids: 16-bit grayscale, or RGBA (R + 256 G + 65536 B) where an id is over 65535"

    def png(self, raster: Raster) -> bytes:
        """The mask of a row."""
        if raster.ids.max(initial=0) > _LARGEST:
            return encode_bitmap(raster.ids)
        return encode_mask(raster.ids, _SIXTEEN_BITS, palette=False)


FORMAT = Instance
