"""Images as a page shows them: small enough to be many, and with the numbers that training code sees."""

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

    from PIL.Image import Image as Picture
    from PIL.ImageFile import ImageFile

THUMB = 320  # pixels: the longest side of a picture in the gallery

_MOST = 150_000  # bytes: so a page of 1,000 photographs stays below 250 MB; noise takes more
_QUALITIES = (80, 65, 50)
_THUMB_QUALITY = 72
_METHOD = 2  # of WebP: half the time of its default, for 2 % more bytes
_PLAIN_FORMATS = {"JPEG", "PNG", "WEBP"}
_PLAIN_MODES = {"L", "RGB"}
# Color profiles, and metadata that may be private: where and by whom a picture was taken.
_HIDDEN = {"icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "Raw profile type exif"}


class ShownImage(NamedTuple):
    """An image as a page shows it.

    Attributes:
        url: It, as a ``data:`` URL; scaled down to the size that was asked for, turned upright.
        thumb: The same for the gallery.
        full_size: The width and height of the image itself in pixels, after EXIF rotation.
    """

    url: str
    thumb: str
    full_size: tuple[int, int]


def fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """A width and height scaled down until none is longer.

    >>> fitted((4000, 3000), 1280), fitted((40, 30), 1280)
    ((1280, 960), (40, 30))
    """
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def shown_image(image: Mapping[str, Any], longest: int) -> ShownImage:
    """Make the pictures of an image.

    A small one is kept as it is. Color profiles are not applied: training code does not either.

    Args:
        image: ``{"bytes", "path"}``, as a dataset holds it.
        longest: The longest side that is shown, in pixels.

    Raises:
        AssetError: The image cannot be read.
    """
    file = stored_content(image)
    with inspect_image(file) as picture:
        return _shown(picture, file.read(), longest)


def _shown(picture: ImageFile, content: bytes, longest: int) -> ShownImage:
    full_size = read_header(FileContent(content)).size
    size = fitted(full_size, longest)
    media_type = f"image/{picture.format}".lower()
    picture.draft(None, (max(size), max(size)))  # a JPEG is scaled down while it is decoded
    shown = upright(picture)
    is_kept = (
        picture.format in _PLAIN_FORMATS
        and picture.mode in _PLAIN_MODES
        and shown is picture
        and size == full_size
        and len(content) <= _MOST
        and not _HIDDEN & picture.info.keys()
        and not _has_exif_tags(picture)
    )
    scaled = to_rgb(shown).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    thumb = scaled.resize(fitted(size, THUMB), Image.Resampling.BICUBIC, reducing_gap=2.0)
    url = _url(media_type, content) if is_kept else _url("image/webp", _small_webp(scaled))
    return ShownImage(url, _url("image/webp", _webp(thumb, _THUMB_QUALITY)), full_size)


def _has_exif_tags(picture: Picture) -> bool:
    exif = Image.Exif()
    try:
        exif.load(picture.info.get("exif", b""))
    except Exception:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        return True
    return bool(exif)


def _small_webp(picture: Picture) -> bytes:
    content = b""
    for quality in _QUALITIES:
        content = _webp(picture, quality)
        if len(content) <= _MOST:
            break
    return content


def _webp(picture: Picture, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=_METHOD)
    return file.getvalue()


def _url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
