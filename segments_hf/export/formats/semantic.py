"""``semantic``: the class of every pixel, as a PNG: class index + 1, and 0 where unlabeled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import encode_mask
from segments_hf.bitmaps.masks import semantic_values
from segments_hf.export.mask_format import MaskFormat
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.labels.mask_values import mask_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels import Raster

_NAMES = "id2label.json"


class Semantic(MaskFormat):
    """See the module."""

    name = "semantic"
    help = "A grayscale PNG of classes: 8-bit, 16-bit over 255 classes; id2label.json names the numbers"

    @classmethod
    def entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """The names of the files and folders that it makes in the folder of the export."""
        return [*super().entries(splits, images=images), _NAMES]

    def png(self, raster: Raster) -> bytes:
        """The mask of a row."""
        return encode_mask(raster.ids, palette=False, values=semantic_values(raster.instances))

    def close(self) -> None:
        """Write the names of the numbers."""
        names = mask_names(self.job.categories)
        write_file(self.job.folder / _NAMES, indented_json(names))


FORMAT = Semantic
