"""Decode the images of rows, and convert images to RGB for display."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from segments_hf.errors import SegmentsHFError
from segments_hf.images.depth.pixel_format import is_deep_mode
from segments_hf.images.opening import check_format, decoder_errors, open_image, upright
from segments_hf.images.stored_image import stored_content

if TYPE_CHECKING:
    import numpy.typing as npt

_WHITE = (255, 255, 255)
_INTERPOLATED_MODES = {"RGB", "L", "CMYK", "YCbCr"}  # 8-bit modes without alpha in which Pillow can resize smoothly


def decode_image(value: object) -> Image.Image | None:
    """Decode the image in a row, unless it is already decoded, and rotate or mirror it by its EXIF orientation.

    Args:
        value: The image as a dict with ``bytes`` and ``path`` or as a Pillow image; or None.

    Returns:
        The image; None if `value` is None.

    Raises:
        AssetError: The image is damaged, its format is not supported, or its file cannot be read.
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
        picture: An image of any mode that Pillow can convert to RGB.
        size: The largest width and height in pixels. The image is enlarged or reduced until it fits, with its aspect
            ratio. By default, its size does not change.

    Raises:
        AssetError: The image is damaged, or has a mode that Pillow cannot convert.

    >>> to_rgb(Image.fromarray(np.array([[1000, 3000]], np.uint16))).getpixel((1, 0))
    (255, 255, 255)
    """
    is_opaque = not picture.has_transparency_data
    if size and is_opaque and picture.mode in _INTERPOLATED_MODES:  # resizing first is faster for a large photograph
        return ImageOps.contain(picture, size, Image.Resampling.LANCZOS).convert("RGB")
    if is_deep_mode(picture.mode):
        shown = Image.fromarray(_stretched(np.asarray(picture, np.float64))).convert("RGB")
    elif not is_opaque:
        with_alpha = picture.convert("RGBA")
        shown = Image.new("RGB", picture.size, _WHITE)
        shown.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        shown = picture.convert("RGB")
    return ImageOps.contain(shown, size, Image.Resampling.LANCZOS) if size else shown


def _stretched(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Scale values so that the lowest finite value becomes 0 and the highest 255. Infinite values and NaN become 0."""
    finite = np.isfinite(values)
    darkest, brightest = values.min(initial=np.inf, where=finite), values.max(initial=-np.inf, where=finite)
    if not darkest < brightest:
        return np.zeros(values.shape, np.uint8)
    shares = np.where(finite, (values - darkest) / (brightest - darkest), 0)
    stretched: npt.NDArray[np.uint8] = np.rint(255 * shares.clip(0, 1)).astype(np.uint8)
    return stretched
