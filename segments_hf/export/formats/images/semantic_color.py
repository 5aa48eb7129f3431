"""``semantic-color``: every pixel in the color of its class, for visual inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.bitmaps import semantic_mask
from segments_hf.export.images.labelmap import LABELMAP, UNLABELED_COLOR, labelmap
from segments_hf.export.images.mask_format import MaskFormat, color_png
from segments_hf.io.disk.atomic import write_file
from segments_hf.labels.mask_values import UNLABELED_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels import Raster


class SemanticColor(MaskFormat):
    """The format ``semantic-color``, which the module describes."""

    name = "semantic-color"
    help = "An RGB PNG in the colors of the classes, which labelmap.txt lists; unlabeled pixels are black"

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        return [*super().output_names(splits, images=images), LABELMAP]

    def png(self, raster: Raster) -> bytes:
        """Encode the class colors of a row as a PNG."""
        return color_png(semantic_mask(*raster), [UNLABELED_COLOR, *self.job.colors])

    def close(self) -> None:
        """Write ``labelmap.txt`` with the colors of the classes."""
        write_file(self.job.folder / LABELMAP, labelmap(UNLABELED_NAME, self.job.categories, self.job.colors))


FORMAT = SemanticColor
