"""What the header of a picture says, without decoding its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.images.exif_data.exif import ExifReading, read_exif
from segments_hf.images.file_structure import Content, picture_format, png_chunks, png_keyword
from segments_hf.images.opening import inspect_image
from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

    from segments_hf.io.file_content import FileContent

_TURNED = {5, 6, 7, 8}  # the orientations in which width and height change places
PNG_TEXTS_WITH_ORIENTATION = {b"exif", b"Raw profile type exif", b"xmp", b"XML:com.adobe.xmp"}  # for Pillow
_PNG_PIXELS = {b"IDAT", b"fdAT"}


class Header(NamedTuple):
    """What the header of a picture says.

    Attributes:
        size: Width and height in pixels, after EXIF rotation.
        stored_size: The same before it.
        format: The format, as Pillow calls it: ``JPEG``, ``PNG``.
        orientation: The EXIF orientation, 1 to 8; always 1 for a TIFF, which Pillow turns when it decodes it.
        exif_fault: The exception with which Pillow, and so `datasets`, fails on malformed EXIF data; else None.
        has_palette: Whether it is a bitmap with a palette; only `check_image` looks for it, and only in bitmaps.
    """

    size: tuple[int, int]
    stored_size: tuple[int, int]
    format: str
    orientation: int = 1
    exif_fault: str | None = None
    has_palette: bool = False


def read_header(image: FileContent) -> Header:
    """Reads the header of a picture.

    Raises:
        UnwantedError: It has more pixels than Pillow decodes, or its format is not supported.
        AssetError: It is not a picture, or its header is damaged.
    """
    from PIL.Image import MAX_IMAGE_PIXELS

    if image.size == 0:
        raise AssetError("got an empty file, wanted a picture")
    with image.view() as content:
        size = _plain_size(content)
        if size and (MAX_IMAGE_PIXELS is None or size[0] * size[1] <= 2 * MAX_IMAGE_PIXELS):  # Pillow refuses more
            return Header(size, size, picture_format(content) or "")
        return _pillow_header(image, content)


def _plain_size(content: Content) -> tuple[int, int] | None:
    match picture_format(content):
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
        size = (height, width) if orientation in _TURNED else (width, height)
        return Header(size, (width, height), picture.format or "", orientation, fault)


def _exif(picture: ImageFile, content: Content) -> ExifReading:
    if picture.format == "TIFF":  # its size is that of the turned picture already
        return ExifReading(1, None)
    if picture.format == "PNG" and _png_has_orientation_behind_pixels(content):
        picture.load()  # only then Pillow reads them
    return read_exif(picture)


def _png_has_orientation_behind_pixels(content: Content) -> bool:
    is_behind = False
    for kind, start, end in png_chunks(content):
        is_behind = is_behind or kind in _PNG_PIXELS
        if is_behind and (kind == b"eXIf" or png_keyword(content, kind, start, end) in PNG_TEXTS_WITH_ORIENTATION):
            return True
    return False
