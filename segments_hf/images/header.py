"""What the header of a picture says, without decoding its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.images.file_structure import Content, picture_format, png_chunks
from segments_hf.images.opening import inspect_image, orientation_of
from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size

if TYPE_CHECKING:
    from PIL.Image import Image

    from segments_hf.io.file_content import FileContent

_TURNED = {5, 6, 7, 8}  # the orientations in which width and height change places
_PNG_TEXT_CHUNKS = {b"iTXt", b"tEXt", b"zTXt"}
_PNG_TEXTS_WITH_ORIENTATION = (b"Raw profile type exif\0", b"Raw profile type APP1\0", b"XML:com.adobe.xmp\0")
_LONGEST_TEXT = max(map(len, _PNG_TEXTS_WITH_ORIENTATION))


class Header(NamedTuple):
    """What the header of a picture says.

    Attributes:
        size: Width and height in pixels, after EXIF rotation.
        stored_size: The same before it.
        format: The format, as Pillow calls it: ``JPEG``, ``PNG``.
    """

    size: tuple[int, int]
    stored_size: tuple[int, int]
    format: str


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
        if size and (MAX_IMAGE_PIXELS is None or size[0] * size[1] <= MAX_IMAGE_PIXELS):  # else Pillow warns of it
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
        size = (height, width) if _is_turned(picture, content) else (width, height)
        return Header(size, (width, height), picture.format or "")


def _is_turned(picture: Image, content: Content) -> bool:
    # Pillow decodes a whole PNG to look for EXIF behind its pixels, so we look whether there can be any.
    if picture.format == "PNG" and not _png_may_have_orientation(content):
        return False
    if picture.format == "TIFF":  # its size is that of the turned picture already
        return False
    return orientation_of(picture) in _TURNED


def _png_may_have_orientation(content: Content) -> bool:
    return any(
        kind == b"eXIf"
        or (kind in _PNG_TEXT_CHUNKS and content[start : start + _LONGEST_TEXT].startswith(_PNG_TEXTS_WITH_ORIENTATION))
        for kind, start, _ in png_chunks(content)
    )
