"""Open images with Pillow. No other module calls `PIL.Image.open`."""

from __future__ import annotations

import contextlib
from functools import cache
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError, SegmentsHFError
from segments_hf.images.content_kind import damaged_format, text_kind, unsupported_format
from segments_hf.images.exif_data.exif import orientation_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from segments_hf.io.file_content import FileContent

# The supported formats. Pillow's other decoders are rarely used and less robust, and its EPS decoder starts a program.
# An MPO is a JPEG file that contains several images.
FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")

_EXPECTED = "a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, JPEG 2000 or PPM image"
_TILE_WIDTH, _TILE_HEIGHT = 322, 323  # TIFF tags (TIFF 6.0, section 15)
_LARGEST_TILE = 4096 * 4096  # pixels; a larger tile is accepted only if the image has at least as many pixels


class UnwantedError(AssetError):
    """The error for a complete image or point cloud that is not accepted. The file is not downloaded again."""


@contextlib.contextmanager
def inspect_image(file: FileContent) -> Iterator[ImageFile]:
    """Open an image without decoding its pixels.

    Decoders raise many kinds of exceptions for damaged images, such as TypeError, AssertionError and RuntimeError.
    Every exception within the block therefore becomes an `AssetError`, unless it is a `SegmentsHFError`. The block
    should only use the image.

    Args:
        file: The content of the file.

    Yields:
        A Pillow image. Its `size` is the size before EXIF rotation; of a TIFF, after rotation.

    Raises:
        UnwantedError: The image has more pixels than Pillow decodes, or its format is not one of `FORMATS`.
        AssetError: The file is not an image, is damaged, or cannot be read.
    """
    from PIL import Image, UnidentifiedImageError

    with file.open() as stream, decoder_errors():
        try:
            picture = Image.open(stream, formats=_installed_formats())  # noqa: TID251  (the only call)
        except UnidentifiedImageError:
            stream.seek(0)
            raise _unreadable(stream.read(512)) from None
        with picture:
            _check_tiles(picture)
            yield picture


@contextlib.contextmanager
def decoder_errors() -> Iterator[None]:
    """Convert every exception within the block to an `AssetError`, unless it is a `SegmentsHFError`."""
    from PIL import Image

    try:
        yield
    except SegmentsHFError:
        raise
    except Image.DecompressionBombError as error:
        raise UnwantedError(
            f"got an image over Pillow's pixel limit ({error}); raise PIL.Image.MAX_IMAGE_PIXELS and "
            f"{option('max_pixels')}"
        ) from error
    except Exception as error:
        raise AssetError(f"got a damaged image, which cannot be decoded ({_described(error)})") from error


def open_image(file: FileContent) -> Image:
    """Decode an image, and rotate or mirror it by its EXIF orientation.

    Args:
        file: The content of the file.

    Returns:
        The image in its original mode. If it was rotated or mirrored, it has no EXIF data.

    Raises:
        UnwantedError: The image has more pixels than Pillow decodes, or its format is not one of `FORMATS`.
        AssetError: The file is not an image, is damaged, or cannot be read.
    """
    with inspect_image(file) as picture:
        return upright(picture)


def upright(picture: Image) -> Image:
    """Rotate or mirror an image by its EXIF orientation.

    `PIL.ImageOps.exif_transpose` is not used, because it also writes the EXIF data, which fails if they are malformed.

    Args:
        picture: An image. It is decoded in place.

    Returns:
        The image itself if its orientation is 1; otherwise a rotated or mirrored copy without EXIF data.

    Raises:
        AssetError: The image has no palette although its mode requires one.
    """
    from PIL.Image import Transpose

    decode(picture)
    method = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation_of(picture))
    if method is None:
        return picture
    copy = picture.transpose(method)
    for name in ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"):
        copy.info.pop(name, None)
    return copy


def decode(picture: Image) -> None:
    """Decode the pixels of an image, in place.

    Raises:
        AssetError: The image has no palette although its mode requires one, so it cannot be converted.
    """
    picture.load()
    if picture.mode in {"P", "PA"} and picture.palette is None:
        raise AssetError("got a damaged image: its pixels are colors of a palette, but it has no palette")


def check_format(picture: Image) -> None:
    """Check that an image opened by other code has a supported format, because decoding EPS starts a program.

    Args:
        picture: A Pillow image. If it was not read from a file, it has no format and is accepted.

    Raises:
        UnwantedError: The format is not one of `FORMATS`.
    """
    if picture.format is not None and picture.format not in FORMATS:
        raise UnwantedError(f"got an image of the format {picture.format}; expected {_EXPECTED}")


def _check_tiles(picture: ImageFile) -> None:
    """Check that the tiles of a TIFF are not much larger than the image, because whole tiles are decoded.

    Raises:
        AssetError: The tiles are larger than the image and than 4096 x 4096 pixels.
    """
    if picture.format != "TIFF":
        return
    tags = getattr(picture, "tag_v2", {})
    width, height = tags.get(_TILE_WIDTH, 0), tags.get(_TILE_HEIGHT, 0)
    if width * height > max(picture.width * picture.height, _LARGEST_TILE):
        raise AssetError(
            f"got a TIFF image of {picture.width} x {picture.height} pixels whose tiles have {width} x {height}; "
            "expected tiles that are not larger than the image"
        )


@cache
def _installed_formats() -> list[str]:
    """Return the formats of `FORMATS` for which the installed Pillow has a decoder."""
    from PIL import Image

    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _unreadable(beginning: bytes) -> AssetError:
    """Return the error for a file that Pillow cannot open, from the first bytes of the file."""
    if not beginning:
        return AssetError("got an empty file, expected an image")
    if unsupported := unsupported_format(beginning):
        return UnwantedError(f"got {unsupported}; expected {_EXPECTED}")
    if damaged := damaged_format(beginning):
        return AssetError(
            f"got an image of the format {damaged} that cannot be opened: it is damaged, or Pillow does not support "
            "this variant of the format"
        )
    return AssetError(f"got {text_kind(beginning)} that is not an image; it begins with {beginning[:16]!r}")


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
