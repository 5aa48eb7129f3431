"""Formats that are a PNG for each image: ``images/<split>`` and ``masks/<split>``, under the same names."""

from __future__ import annotations

import io
import zlib
from abc import abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from segments_hf.export.format import EncodedLabel, Format
from segments_hf.export.needs import raster_of
from segments_hf.io.disk.atomic import write_file
from segments_hf.labels import BITMAP, POLYGON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.export.format import Sample
    from segments_hf.labels import Raster

_IMAGES, _MASKS = "images", "masks"


class MaskFormat(Format[bytes]):
    """A format that is a PNG for each image."""

    takes = frozenset({BITMAP, POLYGON})
    by_stem = True

    @classmethod
    def entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """The names of the files and folders that it makes in the folder of the export."""
        del splits
        return [_MASKS, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """The folder of a split's images, from that of the export."""
        return PurePosixPath(_IMAGES, split)

    @abstractmethod
    def png(self, raster: Raster) -> bytes:
        """The mask of a row."""

    def label(self, sample: Sample) -> EncodedLabel[bytes]:
        """The mask of a row."""
        label, left_out = sample.label.only(self.takes)
        raster = raster_of(label)
        lost = label.without_pixels(raster)
        return EncodedLabel(self.png(raster), len(label.annotations) - lost.total(), left_out + lost)

    def write(self, sample: Sample, content: bytes) -> None:
        """Write the mask of a row."""
        write_file(self.job.folder / _MASKS / self.split / sample.file.with_suffix(".png"), content)


def color_png(mask: npt.NDArray[np.unsignedinteger[Any]], colors: Sequence[Color]) -> bytes:
    """A mask as an RGB PNG.

    Args:
        mask: Array of shape (H, W) of numbers.
        colors: The color of each number.
    """
    file = io.BytesIO()
    picture = Image.fromarray(np.array(colors, np.uint8).take(mask, axis=0))
    picture.save(file, "PNG", compress_type=zlib.Z_RLE)
    return file.getvalue()
