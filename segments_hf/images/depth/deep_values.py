"""Read the values of deep images, which have more than 8 bits per channel, and the ranges that their files declare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.images.depth.pixel_format import PixelFormat, depth_of_jpeg_2000, is_deep_mode, ppm_maximum
from segments_hf.images.depth.scaling import ValueRange
from segments_hf.images.file_structure import png_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from PIL.Image import Image

    from segments_hf.io.file_content import FileContent

_SAMPLE_FORMAT, _SIGNED = 339, 2  # a TIFF tag and its value for signed integers
# The TIFF tags of the smallest and the largest value: SMinSampleValue and SMaxSampleValue, which allow any type, and
# MinSampleValue and MaxSampleValue, which allow only integers.
_EXTREME_TAGS = ((340, 341), (280, 281))
_INT32 = ValueRange(-(2**31), 2**31 - 1)
_UINT16 = ValueRange(0, 2**16 - 1)
_FLOAT_RANGES = (ValueRange(0, 1), ValueRange(0, 2**8 - 1), _UINT16)  # the common ranges of floats
# Sharpening and resampling can move some values out of a range. The range is still assumed if the part of the values'
# interval outside the range is at most this fraction of the part inside the range.
_OVERSHOOT = 0.5
_LEAST_USE = 0.1  # a range larger than 0..1 is assumed only if the values use at least this share of it
_BAND_PIXELS = 2**22  # the largest number of pixels in a band, unless the band is a single row


class DeclaredValues(NamedTuple):
    """The type and the range of the values of a deep image, as its file declares them.

    Attributes:
        type_range: The range of the type or of the declared number of bits, or from 0 to the declared maximum of a PPM;
            None for floats.
        extremes: The smallest and the largest value according to the tags of a TIFF; None without valid tags.
        png_bits: The number of significant bits of a PNG, which its chunk sBIT declares; 16 without this chunk.
        step: The factor by which Pillow multiplies the values of the file.
        is_unsigned: Whether the integers of mode ``I`` are unsigned.
    """

    type_range: ValueRange | None
    extremes: ValueRange | None = None
    png_bits: int = 16
    step: float = 1
    is_unsigned: bool = False


class Extremes(NamedTuple):
    """The extreme values of an image.

    Attributes:
        used_range: The lowest and the highest finite value; both 0 if no value is finite.
        has_unscaled: Whether a PNG contains values that were not scaled from its significant bits to 16 bits. It is
            only valid if all values fit into the significant bits.
    """

    used_range: ValueRange
    has_unscaled: bool


def declared_values(picture: Image, file: FileContent, pixels: PixelFormat) -> DeclaredValues:
    """Read the type and the range of the values of a deep image from its file.

    Args:
        picture: The image, opened but not decoded.
        file: The content of the file.
        pixels: The pixel format of the image.
    """
    if picture.format == "TIFF":
        return _declared_by_tiff(picture, pixels)
    if pixels.mode == "F":
        return DeclaredValues(None)
    if picture.format == "PNG":
        return DeclaredValues(_UINT16, png_bits=_significant_bits(file))
    if picture.format == "PPM":
        maximum = ppm_maximum(picture)
        return DeclaredValues(ValueRange(0, maximum), step=_UINT16.high / maximum)
    if picture.format == "JPEG2000":
        bits = depth_of_jpeg_2000(file)  # Pillow shifts the values to the left
        return DeclaredValues(ValueRange(0, 2**bits - 1), step=2 ** (16 - bits))
    return DeclaredValues(_UINT16)


def declared_by_mode(mode: str) -> DeclaredValues | None:
    """Return the type and the range of the values in a Pillow mode; None for a mode of at most 8 bits per channel."""
    if not is_deep_mode(mode):
        return None
    return DeclaredValues({"F": None, "I": _INT32}.get(mode, _UINT16))


def bands(picture: Image, declared: DeclaredValues) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield the values of a decoded deep image in bands of rows, so that no copy of all values is made.

    Args:
        picture: The image.
        declared: The type and the range that its file declares.

    Yields:
        The index of the first row of each band, and the values of the band as in the file, of shape (rows, W).
    """
    width, height = picture.size
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        values = np.asarray(picture.crop((0, top, width, min(top + rows, height))))
        if declared.is_unsigned:
            values = values.view(np.uint32)
        yield top, values if declared.step == 1 else np.rint(values / declared.step)


def extremes_of(picture: Image, declared: DeclaredValues) -> Extremes:
    """Return the extreme values of a decoded deep image."""
    low, high, has_unscaled = math.inf, -math.inf, False
    step = 2 ** (16 - declared.png_bits)
    for _, values in bands(picture, declared):
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        # A value that was scaled to 16 bits and fits into the significant bits is a multiple of the step, or a multiple
        # plus 1. `range_of` uses the result only if all values fit into the significant bits.
        has_unscaled = has_unscaled or (step > 1 and bool((values % step > 1).any()))
    return Extremes(ValueRange(low, high) if low <= high else ValueRange(0, 0), has_unscaled)


def range_of(declared: DeclaredValues, extremes: Extremes) -> tuple[ValueRange, bool]:
    """Return the values for black and for white, and whether they are a guess.

    A declared range that does not contain all values is ignored, because it would clip them.

    Args:
        declared: The type and the range that the file declares.
        extremes: The extreme values of the image.
    """
    used = extremes.used_range
    if declared.extremes and _contains(declared.extremes, used):
        return declared.extremes, False
    if declared.type_range is None:
        return _float_range(used)
    significant = ValueRange(0, 2**declared.png_bits - 1)
    # The PNG specification requires that values of fewer bits are scaled to 16 bits. Some programs do not scale them.
    if extremes.has_unscaled and _contains(significant, used):
        return significant, False
    if declared.type_range.high > _UINT16.high and _contains(_UINT16, used):  # 16-bit values in a 32-bit type
        return _UINT16, False
    return declared.type_range, False


def _float_range(used: ValueRange) -> tuple[ValueRange, bool]:
    """Return the likely range of floats, and whether it is a guess. Only the range from 0 to 1 is not a guess.

    Args:
        used: The lowest and the highest finite value.
    """
    common, *larger = _FLOAT_RANGES
    if _is_likely_range(common, used):
        return common, False
    for limits in larger:
        if _is_likely_range(limits, used) and used.high - used.low >= _LEAST_USE * limits.high:
            return limits, True
    return (used if used.low < used.high else ValueRange(used.low, used.low + max(1, abs(used.low)))), True


def _is_likely_range(limits: ValueRange, used: ValueRange) -> bool:
    """Tell whether a range contains all or most of the interval of the values. `_OVERSHOOT` limits the part outside."""
    inside = min(used.high, limits.high) - max(used.low, limits.low)
    return inside >= 0 and (used.high - used.low) - inside <= _OVERSHOOT * inside


def _contains(outer: ValueRange, inner: ValueRange) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def _declared_by_tiff(picture: Image, pixels: PixelFormat) -> DeclaredValues:
    tags = picture.tag_v2  # type: ignore[attr-defined]
    extremes = next(filter(None, (_tagged_range(tags.get(low), tags.get(high)) for low, high in _EXTREME_TAGS)), None)
    if pixels.mode == "F":
        return DeclaredValues(None, extremes)
    half = 2 ** (pixels.bits - 1)
    if _number(tags.get(_SAMPLE_FORMAT)) == _SIGNED:
        return DeclaredValues(ValueRange(-half, half - 1), extremes)
    return DeclaredValues(ValueRange(0, 2 * half - 1), extremes, is_unsigned=pixels.mode == "I")


def _tagged_range(low: object, high: object) -> ValueRange | None:
    """Return the range from one tag value to another; None if they are invalid. A missing `low` is 0."""
    lowest, highest = _number(0 if low is None else low), _number(high)
    if lowest is None or highest is None or lowest >= highest:
        return None
    return ValueRange(lowest, highest)


def _number(value: object) -> float | None:
    """Return the first number of a tag value; None if it is not a finite number."""
    first = value[0] if isinstance(value, tuple) and value else value
    try:
        number = float(first)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _significant_bits(file: FileContent) -> int:
    """Return the number of significant bits that the chunk sBIT of a gray PNG declares; 16 without a valid chunk."""
    with file.view() as content:
        declared = [content[start] for kind, start, end in png_chunks(content) if kind == b"sBIT" and end > start]
    return declared[0] if declared and 0 < declared[0] <= 16 else 16  # noqa: PLR2004
