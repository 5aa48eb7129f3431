"""The base of formats with a PNG mask for each image.

Images are in the folder ``images/<split>``. Each mask is in ``masks/<split>``, and its file has the stem of the image.
"""

from __future__ import annotations

import io
import zlib
from abc import abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PIL import Image

from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.image_format import ImageFormat
from segments_hf.export.images.required_parts import required_raster
from segments_hf.io.disk.atomic import write_file
from segments_hf.labels import BITMAP, POLYGON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.export.images.image_format import LabeledImageRow
    from segments_hf.labels import Raster

_IMAGES, _MASKS = "images", "masks"


class MaskFormat(ImageFormat[bytes]):
    """A format with a PNG mask for each image."""

    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, POLYGON})
    unique_stems = True

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        del splits
        return [_MASKS, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images of a split, relative to the export folder."""
        return PurePosixPath(_IMAGES, split)

    @abstractmethod
    def png(self, raster: Raster) -> bytes:
        """Encode the mask of a row as a PNG."""

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[bytes]:
        """Encode the label of a row as a PNG."""
        label, left_out = labeled_row.label.only(self.object_kinds)
        raster = required_raster(label)
        without_pixels = label.count_without_pixels(raster)
        num_objects = len(label.annotations) - without_pixels.total()
        return EncodedLabel(self.png(raster), num_objects, left_out + without_pixels)

    def write(self, labeled_row: LabeledImageRow, content: bytes) -> None:
        """Write the mask of a row."""
        write_file(self.job.folder / _MASKS / self.split / labeled_row.file.with_suffix(".png"), content)


def color_png(mask: npt.NDArray[np.unsignedinteger[Any]], colors: Sequence[Color]) -> bytes:
    """Encode a mask as an RGB PNG.

    Args:
        mask: An array of unsigned integers of shape (H, W).
        colors: The color of each value of the mask.
    """
    file = io.BytesIO()
    rgb = Image.fromarray(np.array(colors, np.uint8).take(mask, axis=0))
    rgb.save(file, "PNG", compress_type=zlib.Z_RLE)
    return file.getvalue()
