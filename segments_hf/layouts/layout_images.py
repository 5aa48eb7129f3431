"""The column `image` of layouts: pictures of all modes as 8-bit RGB or gray."""

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
    """Makes the column `image` of a row.

    Attributes:
        image_range: The values of deep images that become black and white; by default those that the file declares.
    """

    image_range: ValueRange | None = None

    def of_row(self, row: Row) -> tuple[Any, dict[str, str]]:
        """Make the image of a row, and what a user should know of how it was scaled.

        Returns:
            The image as a dataset stores it: as it is in the row if it is 8-bit RGB or gray already, else as a PNG.
            And for each warning, what such images do, and what this one does.

        Raises:
            AssetError: The image cannot be read.
            OptionError: `image_range` does not fit the image; the error names the sample.
        """
        image = row["image"]
        if image is None:
            return None, {}
        # A function that was mapped over a stream may have made pictures of Pillow, or arrays.
        if not isinstance(image, Mapping | PIL.Image.Image):
            image = datasets.Image().encode_example(image)
        if isinstance(image, PIL.Image.Image):
            return _stored(image, decoded_to_eight_bit(image, self.image_range))
        content = stored_content(image)
        try:
            converted = to_eight_bit(content, self.image_range)
        except OptionError as error:
            raise OptionError(f"{sample_name(row)}: {error}") from error
        # `datasets` would prefer a file at `path`, so there is none beside the bytes.
        same = image if content.content is None else {"bytes": content.content, "path": None}
        return _stored(same, converted)


def _stored(image: Any, converted: EightBit) -> tuple[Any, dict[str, str]]:
    """Return the converted image as a dataset stores it, or the same image, and the warnings."""
    if converted.png is None:
        return image, {}
    return {"bytes": converted.png, "path": None}, converted.scaling.warnings if converted.scaling else {}
