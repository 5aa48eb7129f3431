"""``semantic``: semantic masks as grayscale PNGs: class index + 1, or 0 for unlabeled pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import encode_mask
from segments_hf.bitmaps.masks import semantic_values
from segments_hf.export.images.mask_format import MaskFormat
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.labels.mask_values import mask_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels import Raster

_CLASS_NAMES = "id2label.json"


class Semantic(MaskFormat):
    """The format ``semantic``, which the module describes."""

    name = "semantic"
    help = "A grayscale PNG of classes, 16-bit for more than 255 classes; id2label.json has the name of each value"

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        return [*super().output_names(splits, images=images), _CLASS_NAMES]

    def png(self, raster: Raster) -> bytes:
        """Encode the semantic mask of a row as a PNG."""
        return encode_mask(raster.ids, palette=False, values=semantic_values(raster.instances))

    def close(self) -> None:
        """Write ``id2label.json`` with the class name of each mask value."""
        names = mask_names(self.job.categories)
        write_file(self.job.folder / _CLASS_NAMES, indented_json(names))


FORMAT = Semantic
