"""Make upright copies of images that have an EXIF orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.depth.pixel_format import pixel_format
from segments_hf.images.encoding import jpeg_bytes, png_bytes, tiff_bytes
from segments_hf.images.exif_data.exif import ORIENTATION_TAG
from segments_hf.images.opening import inspect_image, open_image

if TYPE_CHECKING:
    from segments_hf.images.header import Header
    from segments_hf.io.file_content import FileContent

_ENCODERS = {"JPEG": jpeg_bytes, "MPO": jpeg_bytes, "TIFF": tiff_bytes}
_KEPT_FORMATS = {*_ENCODERS, "PNG"}
_UPRIGHT = 1


def stored_orientation(image: FileContent, header: Header) -> int:
    """Return the EXIF orientation of an image, 1 to 8; 1 if the image is stored upright.

    `Header.orientation` is always 1 for a TIFF. This function also returns the orientation of a TIFF.

    Args:
        image: The content of the file.
        header: The header of the image.

    Raises:
        AssetError: The file cannot be read.
    """
    if header.format != "TIFF":
        return header.orientation
    with inspect_image(image) as picture:
        orientation = getattr(picture, "tag_v2", {}).get(ORIENTATION_TAG, _UPRIGHT)
    return orientation if orientation in range(1, 9) else _UPRIGHT


def upright_suffix(header: Header) -> str | None:
    """Return the file name suffix of an upright copy; None if the copy can keep the suffix of the image.

    The copy of a JPEG or an MPO is a JPEG, and the copy of a TIFF is a TIFF. The copy of any other image is a PNG,
    because this format is lossless.
    """
    return None if header.format in _KEPT_FORMATS else ".png"


def upright_copy(image: FileContent, header: Header) -> bytes:
    """Return a file with the pixels of an image, rotated or mirrored by its EXIF orientation, and without EXIF data.

    The copy is lossless, except that a JPEG or an MPO is encoded again, at quality 95.

    Args:
        image: The content of the file.
        header: The header of the image.

    Raises:
        AssetError: The image is damaged, or has several channels of more than 8 bits, which Pillow reduces to 8 bits.
    """
    pixels = pixel_format(image)
    if pixels.bits > 8 and not pixels.is_deep:  # noqa: PLR2004
        raise AssetError(
            f"got a rotated or mirrored image of {pixels.name}, which cannot be made upright without loss of depth"
        )
    return _ENCODERS.get(header.format, png_bytes)(open_image(image))
