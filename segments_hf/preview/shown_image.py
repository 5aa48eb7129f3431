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

# A page of 1,000 photographs stays below 250 MB. An image with much noise may exceed this limit even at the lowest
# quality.
_MAX_BYTES = 150_000
_QUALITIES = (80, 65, 50)  # of WebP, in the order in which they are tried
_THUMB_QUALITY = 72
_METHOD = 2  # of WebP: half the time of the default method, 2 % more bytes
# A small image of these formats and modes is shown from its own bytes.
_KEPT_FORMATS = {"JPEG", "PNG", "WEBP"}
_KEPT_MODES = {"L", "RGB"}
# Color profiles, and metadata that may be private, such as the location and the author of a photograph. An image that
# has any of these keys is encoded again without them.
_REMOVED_METADATA = {"icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "Raw profile type exif"}


class ShownImage(NamedTuple):
    """An image encoded for a page.

    Attributes:
        url: The image as a ``data:`` URL, scaled down and rotated upright.
        thumb: The thumbnail as a ``data:`` URL.
        full_size: The width and height of the original image in pixels, after EXIF rotation.
    """

    url: str
    thumb: str
    full_size: tuple[int, int]


def scaled_size(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return a width and height scaled down so that neither is larger than `longest_side`.

    >>> scaled_size((4000, 3000), 1280), scaled_size((40, 30), 1280)
    ((1280, 960), (40, 30))
    """
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def show_image(image: Mapping[str, Any], longest_side: int) -> ShownImage:
    """Encode an image and its thumbnail for a page.

    The bytes of a small image are kept. Color profiles are not applied, because training code does not apply them.

    Args:
        image: ``{"bytes", "path"}``, as in a dataset.
        longest_side: The longest side of the shown image in pixels.

    Raises:
        AssetError: The image cannot be read.
    """
    file = stored_content(image)
    with inspect_image(file) as opened:
        return _encode(opened, file.read(), longest_side)


def _encode(image: ImageFile, content: bytes, longest_side: int) -> ShownImage:
    full_size = read_header(FileContent(content)).size
    size = scaled_size(full_size, longest_side)
    media_type = f"image/{image.format}".lower()
    image.draft(None, (max(size), max(size)))  # scales a JPEG down while it is decoded
    rotated = upright(image)
    is_kept = (
        image.format in _KEPT_FORMATS
        and image.mode in _KEPT_MODES
        and rotated is image
        and size == full_size
        and len(content) <= _MAX_BYTES
        and not _REMOVED_METADATA & image.info.keys()
        and not _has_exif_tags(image)
    )
    scaled = to_rgb(rotated).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    thumb = scaled.resize(scaled_size(size, THUMB), Image.Resampling.BICUBIC, reducing_gap=2.0)
    url = _url(media_type, content) if is_kept else _url("image/webp", _small_webp(scaled))
    return ShownImage(url, _url("image/webp", _webp(thumb, _THUMB_QUALITY)), full_size)


def _has_exif_tags(image: PILImage) -> bool:
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
    except Exception:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        return True
    return bool(exif)


def _small_webp(image: PILImage) -> bytes:
    content = b""
    for quality in _QUALITIES:
        content = _webp(image, quality)
        if len(content) <= _MAX_BYTES:
            break
    return content


def _webp(image: PILImage, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=_METHOD)
    return file.getvalue()


def _url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
