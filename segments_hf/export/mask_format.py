"""Formats that are a PNG for each image: ``images/<split>`` and ``masks/<split>``, under the same names."""

from __future__ import annotations

import io
import zlib
from abc import abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from segments_hf.bitmaps import boxes
from segments_hf.export.format import BITMAP, NO_PIXELS, POLYGON, Format, Labelled, only, write_file
from segments_hf.export.row_pixels import pixels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.export.format import Sample
    from segments_hf.labels.pixels import Pixels

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
    def png(self, pixels: Pixels) -> bytes:
        """The mask of a row."""

    def label(self, sample: Sample) -> Labelled[bytes]:
        """The mask of a row."""
        row, left_out = only(sample.row, self.takes)
        pixels = pixels_of(row)
        present = set(boxes(pixels.bitmap).ids.tolist())
        objects = sum(item["id"] in present for item in pixels.annotations)
        if objects < len(pixels.annotations):
            left_out[NO_PIXELS] += len(pixels.annotations) - objects
        return Labelled(self.png(pixels), objects, left_out)

    def write(self, sample: Sample, content: bytes) -> None:
        """Writes the mask of a row."""
        write_file(self.job.folder / _MASKS / self.split / sample.file.with_suffix(".png"), content)


def color_png(mask: npt.NDArray[np.unsignedinteger[Any]], colors: Sequence[Color]) -> bytes:
    """A mask as an RGB PNG.

    Args:
        mask: Array of shape (H, W) of numbers.
        colors: The colour of each number.
    """
    file = io.BytesIO()
    picture = Image.fromarray(np.array(colors, np.uint8).take(mask, axis=0))
    picture.save(file, "PNG", compress_type=zlib.Z_RLE)
    return file.getvalue()
