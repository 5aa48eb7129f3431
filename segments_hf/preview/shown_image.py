"""Scale and encode images for a page, without color management, so that pixels look as training code reads them."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image

from segments_hf.images import inspect_image, read_header, upright
from segments_hf.images.stored_image import stored_content
from segments_hf.images.viewing import to_rgb
from segments_hf.io.file_content import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image as PILImage
    from PIL.ImageFile import ImageFile

THUMB = 320  # pixels: the longest side of a thumbnail in the gallery

_QUALITY = 80  # of WebP, for images that do not exceed the limit of bytes at this quality
_LOW_QUALITY = 45  # of WebP, for other images
_LOW_SHARE = 0.57  # the bytes of a photograph at `_LOW_QUALITY`, relative to its bytes at `_QUALITY`
_ENOUGH_SHARE = 0.8  # an image that uses this share of the limit of bytes is large enough
_MAX_TRIES = 5  # the largest number of sizes that are tried for an image
_EXPONENT = 0.645  # the bytes of a photograph are about proportional to its side to the power of 1 / 0.645
# The smallest longest sides in pixels to which an image and a thumbnail are scaled down. They may still have too many
# bytes at these sizes.
_MIN_SIDE, _MIN_THUMB = 240, 160
_THUMB_DIVISOR = 4  # a thumbnail gets 1 / 4 of `max_bytes`
_METHOD = 2  # of WebP: half the time of the default method, 2 % more bytes
# A small image without metadata keeps its bytes if it has one of these formats and one of these modes.
_KEPT_FORMATS = {"JPEG", "PNG", "WEBP"}
_KEPT_MODES = {"L", "RGB"}
# The keys of color profiles, and of metadata that may be private, such as the location and the author of a photograph.
# An image that has any of these keys is encoded again without them.
_REMOVED_METADATA = {"icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "Raw profile type exif"}


class ShownImage(NamedTuple):
    """An image encoded for a page.

    Attributes:
        url: The image as a ``data:`` URL, scaled down and rotated upright.
        size: The width and height of the scaled image in pixels.
        thumb: The thumbnail as a ``data:`` URL; None if `show_image` was called without `with_thumb`.
        full_size: The width and height of the original image in pixels, after EXIF rotation.
    """

    url: str
    size: tuple[int, int]
    thumb: str | None
    full_size: tuple[int, int]


def scaled_size(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Scale a width and height down, so that both are at most `longest_side`, and at least 1.

    >>> scaled_size((4000, 3000), 1280), scaled_size((40, 30), 1280)
    ((1280, 960), (40, 30))
    """
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def show_image(image: Mapping[str, Any], longest_side: int, max_bytes: int, *, with_thumb: bool = True) -> ShownImage:
    """Encode an image, and optionally its thumbnail, for a page.

    An image with too many bytes is encoded at a lower quality and, if necessary, scaled down to a longest side of 240
    pixels at least. A small grayscale or RGB image without metadata keeps its bytes if it is a JPEG, PNG or WebP file.
    Color profiles are not applied, because training code does not apply them.

    Args:
        image: ``{"bytes", "path"}``, as in a dataset.
        longest_side: The limit of the longest side of the shown image in pixels. Smaller images are not enlarged.
        max_bytes: The limit of the bytes of the image and its thumbnail together.
        with_thumb: Whether to make a thumbnail.

    Raises:
        AssetError: The image cannot be read.
    """
    file = stored_content(image)
    with inspect_image(file) as opened:
        return _encode(opened, file.read(), longest_side, max_bytes, with_thumb=with_thumb)


def _encode(image: ImageFile, content: bytes, longest_side: int, max_bytes: int, *, with_thumb: bool) -> ShownImage:
    full_size = read_header(FileContent(content)).size
    size = scaled_size(full_size, longest_side)
    media_type = f"image/{image.format}".lower()
    image.draft(None, (max(size), max(size)))  # scales a JPEG down while it is decoded
    rotated = upright(image)
    scaled = to_rgb(rotated).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    thumb_url = None
    if with_thumb:
        thumb, _ = _small_webp(_resized(scaled, scaled_size(size, THUMB)), max_bytes // _THUMB_DIVISOR, _MIN_THUMB)
        max_bytes = max(max_bytes - len(thumb), 1)
        thumb_url = _data_url("image/webp", thumb)
    is_kept = (
        image.format in _KEPT_FORMATS
        and image.mode in _KEPT_MODES
        and rotated is image
        and size == full_size
        and len(content) <= max_bytes
        and not _REMOVED_METADATA & image.info.keys()
        and not _has_exif_tags(image)
    )
    if is_kept:
        return ShownImage(_data_url(media_type, content), size, thumb_url, full_size)
    small, shown_size = _small_webp(scaled, max_bytes, _MIN_SIDE)
    return ShownImage(_data_url("image/webp", small), shown_size, thumb_url, full_size)


def _has_exif_tags(image: PILImage) -> bool:
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
    except Exception:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        return True
    return bool(exif)


def _small_webp(image: PILImage, max_bytes: int, min_side: int) -> tuple[bytes, tuple[int, int]]:
    """Encode an image with at most `max_bytes` bytes, unless this needs an image smaller than `min_side`.

    Args:
        image: The image.
        max_bytes: The limit of bytes.
        min_side: The smallest allowed longest side in pixels. A smaller image keeps its size.

    Returns:
        The bytes, and the width and height in pixels.
    """
    content, size = _webp(image, _QUALITY), image.size
    if len(content) <= max_bytes:
        return content, size
    expected_bytes = _LOW_SHARE * len(content)
    smallest, largest = min(min_side, max(size)), max(size)
    best = None
    for _ in range(_MAX_TRIES):
        side = max(size) * (0.97 * max_bytes / expected_bytes) ** _EXPONENT
        size = scaled_size(image.size, max(smallest, min(largest, int(side))))
        content = _webp(_resized(image, size), _LOW_QUALITY)
        expected_bytes = len(content)
        if len(content) <= max_bytes and (best is None or size > best[1]):
            best = content, size
        is_large_enough = _ENOUGH_SHARE * max_bytes <= len(content) <= max_bytes
        if is_large_enough or max(size) == (largest if len(content) <= max_bytes else smallest):
            break
    smallest_size = scaled_size(image.size, smallest)
    return best or (_webp(_resized(image, smallest_size), _LOW_QUALITY), smallest_size)


def _resized(image: PILImage, size: tuple[int, int]) -> PILImage:
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _webp(image: PILImage, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=_METHOD)
    return file.getvalue()


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
