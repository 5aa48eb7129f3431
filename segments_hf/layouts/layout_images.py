"""The column `image` of layouts: convert images of all modes to 8-bit RGB or gray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
import PIL.Image

from segments_hf.errors import OptionError
from segments_hf.images.depth.eight_bit import decoded_to_eight_bit, to_eight_bit
from segments_hf.images.stored_image import stored_content
from segments_hf.labels.row import sample_name

if TYPE_CHECKING:
    from segments_hf.images.depth.eight_bit import EightBit
    from segments_hf.images.depth.scaling import ValueRange
    from segments_hf.labels.row import Row


@dataclass(frozen=True)
class LayoutImages:
    """An object that makes the column `image` of a row.

    Attributes:
        image_range: The pixel values for black and for white in gray images of more than 8 bits and images of
            floats; by default the range that the file declares, else a range for its pixel type.
    """

    image_range: ValueRange | None = None

    @property
    def name(self) -> str:
        """The name of the column."""
        return "image"

    @property
    def features(self) -> dict[str, Any]:
        """No feature, because the feature of the column does not change, or `LayoutColumns.features` has it."""
        return {}

    def of_row(self, row: Row) -> tuple[Any, dict[str, str]]:
        """Convert the image of a row to 8-bit RGB or gray.

        Returns:
            Two values. The first is the image as a dataset stores it: unchanged if it is already 8-bit RGB or gray
            without transparency, else a PNG; None if the row has no image. The second is a dict of the warnings about
            its scaling; see `AssetColumn`.

        Raises:
            AssetError: The image cannot be read.
            OptionError: `image_range` does not fit the image; the error names the sample.
        """
        image = row["image"]
        if image is None:
            return None, {}
        # In a stream after `map`, images may be Pillow images or arrays.
        if not isinstance(image, Mapping | PIL.Image.Image):
            image = datasets.Image().encode_example(image)
        if isinstance(image, PIL.Image.Image):
            return _stored(image, decoded_to_eight_bit(image, self.image_range))
        content = stored_content(image)
        try:
            converted = to_eight_bit(content, self.image_range)
        except OptionError as error:
            raise OptionError(f"{sample_name(row)}: {error}") from error
        # The path is None: if a file existed at a path, `datasets` would read this file instead of the bytes.
        unchanged = image if content.content is None else {"bytes": content.content, "path": None}
        return _stored(unchanged, converted)


def _stored(image: object, converted: EightBit) -> tuple[Any, dict[str, str]]:
    """Return the converted image as a dataset stores it, or `image` if it was not converted, and the warnings."""
    if converted.png is None:
        return image, {}
    return {"bytes": converted.png, "path": None}, converted.scaling.warnings if converted.scaling else {}
