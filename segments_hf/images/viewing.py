"""Decode the images of rows, and convert images of all modes to RGB for display."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from segments_hf.errors import SegmentsHFError
from segments_hf.images.opening import check_format, decoder_errors, open_image, upright
from segments_hf.images.stored_image import stored_content

if TYPE_CHECKING:
    import numpy.typing as npt

_WHITE = (255, 255, 255)
_DEEP = {"I", "F"}  # modes of more than 8 bits, besides `I;16` and its variants
_RESIZED_FIRST = {"RGB", "L", "CMYK", "YCbCr"}  # modes whose pixel values can be interpolated


def decode_image(value: object) -> Image.Image | None:
    """Decode the image of a column, unless it is already decoded, and rotate or mirror it by its EXIF orientation.

    Args:
        value: A dict with ``bytes`` and ``path``, a Pillow image, or None.

    Raises:
        AssetError: The image is damaged, its format is not supported, or the file does not exist.
        SegmentsHFError: The value has another type.
    """
    if isinstance(value, Mapping):
        return open_image(stored_content(value))
    if not isinstance(value, Image.Image | None):
        raise SegmentsHFError(
            f"got {type(value).__name__} as an image, expected a Pillow image, a dict with bytes and path, or None"
        )
    if value is None:
        return None
    check_format(value)
    with decoder_errors():
        return upright(value)


@decoder_errors()
def to_rgb(picture: Image.Image, size: tuple[int, int] | None = None) -> Image.Image:
    """Convert an image to RGB for display. For training, see `segments_hf.images.depth.eight_bit`.

    Values of more than 8 bits are scaled so that the darkest pixel becomes 0 and the brightest 255. Transparent pixels
    become white.

    Args:
        picture: An image of any mode.
        size: The width and height in pixels to which the image is enlarged or reduced, with its aspect ratio; by
            default, its size does not change.

    Raises:
        AssetError: The image is damaged, or has a mode that Pillow cannot convert.

    >>> to_rgb(Image.fromarray(np.array([[1000, 3000]], np.uint16))).getpixel((1, 0))
    (255, 255, 255)
    """
    if size and picture.mode in _RESIZED_FIRST:  # faster than converting all pixels of a large photograph
        return ImageOps.contain(picture, size, Image.Resampling.LANCZOS).convert("RGB")
    if picture.mode in _DEEP or picture.mode.startswith("I;16"):
        shown = Image.fromarray(_stretched(np.asarray(picture, np.float64))).convert("RGB")
    elif picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        shown = Image.new("RGB", picture.size, _WHITE)
        shown.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        shown = picture.convert("RGB")
    return ImageOps.contain(shown, size, Image.Resampling.LANCZOS) if size else shown


def _stretched(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    known = np.isfinite(values)
    darkest, brightest = values.min(initial=np.inf, where=known), values.max(initial=-np.inf, where=known)
    if not darkest < brightest:
        return np.zeros(values.shape, np.uint8)
    shares = np.where(known, (values - darkest) / (brightest - darkest), 0)
    stretched: npt.NDArray[np.uint8] = np.rint(255 * shares.clip(0, 1)).astype(np.uint8)
    return stretched
