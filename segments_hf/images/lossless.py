"""Check whether an image file stores instance ids exactly, and whether Pillow reads them exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.images.depth.pixel_format import format_of
from segments_hf.images.exif_data.exif import orientation_of
from segments_hf.images.file_structure import (
    PNG_HEADER,
    PNG_SIGNATURE,
    Content,
    image_format,
    png_chunks,
    png_keyword,
    webp_chunks,
)
from segments_hf.images.header import PNG_ORIENTATION_KEYWORDS, png_has_orientation_after_pixels
from segments_hf.images.opening import UnwantedError, inspect_image
from segments_hf.io.file_content import FileContent

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_EXPECTED = "a PNG of 8-bit RGBA, RGB or gray, or of 16-bit gray"

LOSSY_FORMATS = {"JPEG", "MPO", "JPEG2000", "AVIF"}  # JPEG 2000 and AVIF may be lossless, but only decoders can tell
# By format, the raw modes (Pillow's term for the layout of the pixels in a file) that Pillow reads without changing
# values. In other raw modes, Pillow may scale the values, for example 4-bit gray and 16-bit RGB to 8 bits.
_EXACT_RAW_MODES = {
    "PNG": {"L", "I;16B", "RGB", "RGBA", "P", "P;1", "P;2", "P;4"},
    "TIFF": {"L", "I;16", "I;16B", "I;16N", "I;32", "I;32B", "I;32N", "I;32S", "I;32BS", "I;32NS", "RGB", "RGBA"},
    "BMP": {"BGR", "BGRX", "BGRA"},
    "PPM": {"L", "I;16B", "RGB"},
}
_EXACT_DECODERS = {"zip", "raw", "libtiff"}  # Pillow's decoder "ppm" is left out, because it scales values
_LOSSLESS_TIFF_COMPRESSIONS = {
    "raw", "tiff_raw_16", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "lzma", "zstd",
}  # fmt: skip
_PNG_GRAY, _PNG_RGB, _PNG_PALETTE, _PNG_RGBA = 0, 2, 3, 6
# The color types and bit depths of PNGs that Pillow reads without changing values.
_EXACT_PNG_KINDS = {(_PNG_GRAY, 8), (_PNG_GRAY, 16), (_PNG_RGB, 8), (_PNG_RGBA, 8)} | {
    (_PNG_PALETTE, depth) for depth in (1, 2, 4, 8)
}
_COLOR_BITS = 24  # an id in three 8-bit channels


class IdStorage(NamedTuple):
    """How the pixels of a bitmap store ids.

    Attributes:
        has_palette: Whether each pixel is the index of a palette color, which stores the id.
        max_id: The largest id that a pixel can store.
    """

    has_palette: bool
    max_id: int


def check_lossless(image: FileContent) -> IdStorage:
    """Check that the pixels of an image can be ids, without decoding them if possible.

    Args:
        image: The content of an image file.

    Returns:
        How the pixels store ids.

    Raises:
        UnwantedError: The pixels cannot be ids, for a reason that `bitmap_fault` lists; or the image has more pixels
            than Pillow decodes, or its format is not supported.
        AssetError: The file cannot be read.
    """
    with image.view() as content:
        if (kind := _plain_png_kind(content)) in _EXACT_PNG_KINDS:
            color, depth = kind
            return IdStorage(color == _PNG_PALETTE, 2 ** (depth if color == _PNG_GRAY else _COLOR_BITS) - 1)
        with inspect_image(image) as picture:
            if fault := bitmap_fault(picture, content):
                raise UnwantedError(fault)
            stored = format_of(picture, image)
            is_gray = stored.is_deep or stored.mode == "L"
            return IdStorage(stored.mode == "P", 2 ** (stored.bits if is_gray else _COLOR_BITS) - 1)


def bitmap_fault(picture: ImageFile, content: Content) -> str | None:
    """Return the reason why the pixels of an image cannot be ids, as a message; None if they can be ids.

    The possible reasons are a format that may change pixel values, a file of several images, and EXIF data that rotate
    or mirror the image.

    Args:
        picture: The image, not decoded yet. The function does not decode it.
        content: The content of the file.
    """
    if picture.format in LOSSY_FORMATS:
        return f"got a bitmap of the format {picture.format}, which may change the ids; expected {_EXPECTED}"
    problem = _webp_problem(content) if picture.format == "WEBP" else _raw_mode_problem(picture)
    if problem:
        return f"got {problem} for a bitmap of ids; expected {_EXPECTED}"
    if getattr(picture, "is_animated", False):
        return f"got a {picture.format} of several images for a bitmap of ids; expected {_EXPECTED}"
    if (orientation := _orientation(picture, content)) != 1:
        return (
            f"got a bitmap with the EXIF orientation {orientation}, by which viewers and `datasets` rotate or mirror "
            f"it; expected {_EXPECTED}, without EXIF data"
        )
    return None


def _orientation(picture: ImageFile, content: Content) -> int:
    """Return the EXIF orientation of an image, without decoding the image itself."""
    if picture.format != "PNG" or not png_has_orientation_after_pixels(content):
        return orientation_of(picture)
    with inspect_image(FileContent(bytes(content))) as copy:
        copy.load()  # Pillow reads EXIF data after the pixels only when it decodes the image
        return orientation_of(copy)


def _plain_png_kind(content: Content) -> tuple[int, int] | None:
    """Return the color type and bit depth of a PNG with one header, one image and no orientation; else None."""
    if image_format(content) != "PNG" or _png_may_be_rotated(content):
        return None
    sizes = [(kind, end - start) for kind, start, end in png_chunks(content)]
    kinds = [kind for kind, _ in sizes]
    if sizes[:1] != [(b"IHDR", PNG_HEADER.size)] or kinds.count(b"IHDR") > 1 or b"acTL" in kinds:
        return None
    _, _, depth, color, *_ = PNG_HEADER.unpack_from(content, len(PNG_SIGNATURE) + 8)
    return color, depth


def _png_may_be_rotated(content: Content) -> bool:
    """Tell whether a PNG has a chunk that may contain an EXIF orientation."""
    return any(
        kind == b"eXIf" or png_keyword(content, kind, start, end) in PNG_ORIENTATION_KEYWORDS
        for kind, start, end in png_chunks(content)
    )


def _webp_problem(content: Content) -> str | None:
    """Return a description of a WebP that is animated or lossy; None for any other WebP."""
    kinds = {kind for kind, _, _ in webp_chunks(content)}
    if b"ANIM" in kinds or b"ANMF" in kinds:
        return "an animated WebP"
    return None if b"VP8L" in kinds and b"VP8 " not in kinds else "a lossy WebP"


def _raw_mode_problem(picture: ImageFile) -> str | None:
    """Return a description of an image whose pixel values Pillow may not read exactly; None for any other image."""
    name = f"a {picture.format}"
    exact_raw_modes = _EXACT_RAW_MODES.get(picture.format or "")
    if exact_raw_modes is None or not picture.tile:
        return name
    compression = picture.info.get("compression")
    if picture.format == "TIFF" and compression not in _LOSSLESS_TIFF_COMPRESSIONS:
        return f"a TIFF with the compression {compression}"
    for tile in picture.tile:
        decoder, arguments = tile[0], tile[3]
        raw_mode = arguments[0] if isinstance(arguments, tuple) else arguments
        if decoder not in _EXACT_DECODERS or raw_mode not in exact_raw_modes:
            return f"{name} with pixels of the kind {raw_mode!r}, which Pillow does not read exactly,"
    return None
