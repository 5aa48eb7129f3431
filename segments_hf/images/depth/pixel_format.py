"""Read the pixel format of an image from its header."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.images.opening import inspect_image

if TYPE_CHECKING:
    from PIL.Image import Image

    from segments_hf.io.file_content import FileContent

_CODESTREAM = b"\xff\x4f\xff\x51"  # the markers SOC and SIZ of JPEG 2000 (ITU-T T.800, annex A)
_COMPONENT_DEPTH = 42  # the offset from SOC of the bit depth of the first component in SIZ
_BITS_PER_SAMPLE = 258  # a TIFF tag
_FULL_PPM = 65535  # the maximum of a PPM of more than 8 bits that Pillow reads without scaling
PLAIN_MODES = {"L", "RGB"}  # 8-bit gray and RGB
_MODE_NAMES = {"I": "gray", "F": "float", "L": "gray"}  # for images of more than 8 bits


class PixelFormat(NamedTuple):
    """The pixel format of an image.

    Attributes:
        mode: The mode in which Pillow decodes the image, such as ``RGB`` or ``I;16``.
        bits: The number of bits per channel in the file. It may be 8 for a file of fewer bits, and is always 8 for an
            AVIF.
        has_transparency: Whether the file declares a transparent color or transparent palette entries. An alpha channel
            does not count.
    """

    mode: str
    bits: int
    has_transparency: bool

    @property
    def is_deep(self) -> bool:
        """Whether Pillow decodes the image to more than 8 bits."""
        return is_deep_mode(self.mode)

    @property
    def is_eight_bit(self) -> bool:
        """Whether the image is 8-bit RGB or gray without transparency."""
        return self.mode in PLAIN_MODES and self.bits <= 8 and not self.has_transparency  # noqa: PLR2004

    @property
    def name(self) -> str:
        """The name of the pixel format in reports.

        >>> PixelFormat("RGB", 8, False).name, PixelFormat("I;16B", 16, False).name, PixelFormat("RGB", 16, False).name
        ('RGB', '16-bit gray', '16-bit RGB')
        """
        if not self.is_deep and self.bits <= 8:  # noqa: PLR2004
            return "1-bit" if self.mode == "1" else self.mode
        kind = self.mode.partition(";")[0]
        return f"{self.bits}-bit {_MODE_NAMES.get(kind, kind)}"


def is_deep_mode(mode: str) -> bool:
    """Tell whether a Pillow mode has more than 8 bits per channel."""
    return mode in {"I", "F"} or mode.startswith("I;16")


def pixel_format(file: FileContent) -> PixelFormat:
    """Read the pixel format of an image.

    Args:
        file: The content of the file. Only the header is read.

    Raises:
        UnwantedError: The image has more pixels than Pillow decodes, or its format is not supported.
        AssetError: The file is not an image, is damaged, or cannot be read.
    """
    with inspect_image(file) as picture:
        return format_of(picture, file)


def format_of(picture: Image, file: FileContent) -> PixelFormat:
    """Return the pixel format of an image that is opened, but not decoded yet.

    Args:
        picture: The image.
        file: The content of the file.
    """
    return PixelFormat(picture.mode, _bits(picture, file), "transparency" in picture.info)


def ppm_maximum(picture: Image) -> int:
    """Return the maximum value (maxval) that a PPM file declares. The image must not be decoded yet."""
    *_, options = picture.tile[0]  # type: ignore[attr-defined]
    if isinstance(options, tuple) and len(options) == 2:  # noqa: PLR2004
        return options[1]  # type: ignore[no-any-return]
    return _FULL_PPM if picture.mode == "I" else 255  # without a maximum in `options`, Pillow does not scale the values


def depth_of_jpeg_2000(file: FileContent) -> int:
    """Return the bit depth of the first channel of a JPEG 2000 image; 8 if the file declares none."""
    with file.view() as content:
        start = content.find(_CODESTREAM)
        depth = content[start + _COMPONENT_DEPTH : start + _COMPONENT_DEPTH + 1] if start >= 0 else b""
    return (depth[0] & 127) + 1 if depth else 8  # the highest bit is set for signed values


def _bits(picture: Image, file: FileContent) -> int:
    match picture.format:
        case "PNG":
            return _png_bits(picture)
        case "TIFF":
            return _tiff_bits(picture)
        case "JPEG2000":
            return depth_of_jpeg_2000(file)
        case "PPM" if picture.mode != "F":
            return ppm_maximum(picture).bit_length()
        case _:
            return 1 if picture.mode == "1" else 32 if picture.mode == "F" else 8


def _png_bits(picture: Image) -> int:
    *_, raw_mode = picture.tile[0] if picture.tile else ("",)  # type: ignore[attr-defined]
    return 16 if ";16" in str(raw_mode) else 1 if picture.mode == "1" else 8


def _tiff_bits(picture: Image) -> int:
    bits = picture.tag_v2.get(_BITS_PER_SAMPLE, 1)  # type: ignore[attr-defined]
    return max(bits) if isinstance(bits, tuple) else int(bits)
