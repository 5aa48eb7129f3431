"""Convert images of all modes to 8-bit RGB or gray."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from segments_hf.errors import OptionError
from segments_hf.images.depth.deep_values import (
    DeclaredValues,
    bands,
    declared_by_mode,
    declared_values,
    extremes_of,
    range_of,
)
from segments_hf.images.depth.pixel_format import PLAIN_MODES, format_of
from segments_hf.images.depth.scaling import Scaling, ValueRange, scaled
from segments_hf.images.opening import decoder_errors, inspect_image, upright

if TYPE_CHECKING:
    from segments_hf.io.file_content import FileContent

_GRAY_MODES = {"1", "L", "LA", "La"}


class EightBit(NamedTuple):
    """An image as 8-bit RGB or gray.

    Attributes:
        png: The image as a PNG; None if the image is already 8-bit RGB or gray without transparency.
        scaling: The scaling of the values of a deep image; None for other images.
    """

    png: bytes | None
    scaling: Scaling | None = None


def to_eight_bit(file: FileContent, image_range: ValueRange | None = None) -> EightBit:
    """Convert an image to 8-bit RGB or gray, upright and without metadata.

    An image that is already 8-bit RGB or gray without transparency is not converted.

    Gray values of more than 8 bits and floats are scaled by a range: `image_range`, otherwise the range that the file
    declares, otherwise the range of their type, or a likely range for floats. `PIL.Image.Image.convert` converts all
    other images. It drops the alpha channel, and transparent pixels keep their color.

    Args:
        file: The content of the file.
        image_range: The values that become 0 and 255 in a gray image of more than 8 bits or of floats; by default, the
            range is chosen as described above.

    Raises:
        OptionError: `image_range` is set for an image of several channels of more than 8 bits, which Pillow reduces to
            8 bits.
        UnwantedError: The image has more pixels than Pillow decodes, or its format is not supported.
        AssetError: The file is not an image, is damaged, or cannot be read.
    """
    with inspect_image(file) as picture:
        pixels = format_of(picture, file)
        if pixels.is_eight_bit:
            return EightBit(None)
        if image_range is not None and pixels.bits > 8 and not pixels.is_deep:  # noqa: PLR2004
            raise OptionError(
                f"got {image_range} for an image of {pixels.name}, whose values the decoder reduces to "
                "8 bits; this option applies to images of one channel: omit it, or convert this image to 8 bits first",
                option="image_range",
            )
        declared = declared_values(picture, file, pixels) if pixels.is_deep else None
        decoded = upright(picture)
    return _encoded(decoded, declared, image_range)


def decoded_to_eight_bit(picture: Image.Image, image_range: ValueRange | None = None) -> EightBit:
    """Convert a Pillow image to 8-bit RGB or gray as `to_eight_bit` does, unless its mode is ``L`` or ``RGB``.

    Args:
        picture: The image. Its pixels are decoded, but not changed.
        image_range: The values that become 0 and 255 in a gray image of more than 8 bits or of floats; by default, the
            range of the mode, or a likely range for floats.

    Raises:
        AssetError: The image cannot be decoded.
    """
    if picture.mode in PLAIN_MODES:
        return EightBit(None)
    with decoder_errors():
        copy = upright(picture).copy()
    return _encoded(copy, declared_by_mode(copy.mode), image_range)


def _encoded(picture: Image.Image, declared: DeclaredValues | None, image_range: ValueRange | None) -> EightBit:
    with decoder_errors():
        if declared is None:
            return EightBit(_as_png(_converted(picture)))
        gray, scaling = _scaled(picture, declared, image_range)
        return EightBit(_as_png(gray), scaling)


def _scaled(
    picture: Image.Image, declared: DeclaredValues, image_range: ValueRange | None
) -> tuple[Image.Image, Scaling]:
    extremes = extremes_of(picture, declared)
    limits, is_guess = (image_range, False) if image_range else range_of(declared, extremes)
    gray = Image.new("L", picture.size)
    for top, values in bands(picture, declared):
        gray.paste(Image.fromarray(scaled(values, limits)), (0, top))
    return gray, Scaling(limits, extremes.used_range, is_guess)


def _converted(picture: Image.Image) -> Image.Image:
    picture.info.pop("transparency", None)  # otherwise `convert` warns, and Pillow writes it into the PNG
    convertible = picture.convert("LA") if picture.mode == "La" else picture
    return convertible.convert("L" if picture.mode in _GRAY_MODES else "RGB")


def _as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", icc_profile=None)  # the color profile is only valid for the old mode
    return file.getvalue()
