"""Read the header of an image, without decoding its pixels if possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.images.exif_data.exif import ExifReading, read_exif
from segments_hf.images.file_structure import Content, image_format, png_chunks, png_keyword
from segments_hf.images.opening import inspect_image
from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

    from segments_hf.io.file_content import FileContent

_SWAPPING_ORIENTATIONS = {5, 6, 7, 8}  # they swap width and height
# The keywords of the text chunks of a PNG in which Pillow looks for an orientation.
PNG_ORIENTATION_KEYWORDS = {b"exif", b"Raw profile type exif", b"xmp", b"XML:com.adobe.xmp"}
_PNG_PIXEL_CHUNKS = {b"IDAT", b"fdAT"}


class Header(NamedTuple):
    """The header of an image.

    Attributes:
        size: Width and height in pixels, after EXIF rotation.
        stored_size: Width and height in pixels, before EXIF rotation; of a TIFF, after rotation, because Pillow reports
            this size.
        format: Pillow's name of the format, such as ``JPEG`` or ``PNG``.
        orientation: The EXIF orientation, 1 to 8; always 1 for a TIFF, because Pillow rotates a TIFF when it decodes
            its pixels.
        exif_fault: The exception that malformed EXIF data cause in Pillow, and therefore in `datasets`; None if they
            cause no exception.
        has_palette: Whether the image is a bitmap with a palette. Only `check_image` sets this, and only for bitmaps.
        max_id: The largest id that a pixel of the bitmap can store. Only `check_image` sets this, and only for bitmaps.
    """

    size: tuple[int, int]
    stored_size: tuple[int, int]
    format: str
    orientation: int = 1
    exif_fault: str | None = None
    has_palette: bool = False
    max_id: int | None = None


def read_header(image: FileContent) -> Header:
    """Read the header of an image.

    Raises:
        UnwantedError: The image has more pixels than Pillow decodes, or its format is not supported.
        AssetError: The file is not an image, or its header is damaged.
    """
    from PIL.Image import MAX_IMAGE_PIXELS

    if image.size == 0:
        raise AssetError("got an empty file, expected an image")
    with image.view() as content:
        size = _plain_size(content)
        # Pillow refuses to open an image of more than twice `MAX_IMAGE_PIXELS`.
        if size and (MAX_IMAGE_PIXELS is None or size[0] * size[1] <= 2 * MAX_IMAGE_PIXELS):
            return Header(size, size, image_format(content) or "")
        return _pillow_header(image, content)


def _plain_size(content: Content) -> tuple[int, int] | None:
    match image_format(content):
        case "PNG":
            return plain_png_size(content)
        case "JPEG":
            return plain_jpeg_size(content)
        case _:
            return None


def _pillow_header(image: FileContent, content: Content) -> Header:
    with inspect_image(image) as picture:
        width, height = picture.size
        orientation, fault = _exif(picture, content)
        size = (height, width) if orientation in _SWAPPING_ORIENTATIONS else (width, height)
        return Header(size, (width, height), picture.format or "", orientation, fault)


def _exif(picture: ImageFile, content: Content) -> ExifReading:
    if picture.format == "TIFF":  # Pillow's size of a TIFF is the size after rotation
        return ExifReading(1, None)
    if picture.format == "PNG" and png_has_orientation_after_pixels(content):
        picture.load()  # Pillow reads the chunks after the pixels only when it decodes the image
    return read_exif(picture)


def png_has_orientation_after_pixels(content: Content) -> bool:
    """Tell whether a PNG has a chunk after its pixels that may contain an EXIF orientation."""
    is_after = False
    for kind, start, end in png_chunks(content):
        is_after = is_after or kind in _PNG_PIXEL_CHUNKS
        if is_after and (kind == b"eXIf" or png_keyword(content, kind, start, end) in PNG_ORIENTATION_KEYWORDS):
            return True
    return False
