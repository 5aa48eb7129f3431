"""The images of an export: their original bytes, links to their files, or PNGs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from segments_hf.errors import AssetError, OptionError
from segments_hf.images import open_image, read_header
from segments_hf.images.encoding import png_bytes
from segments_hf.images.stored_image import stored_content
from segments_hf.images.viewing import to_rgb
from segments_hf.io.disk.atomic import copy_file, link_to_file, write_file
from segments_hf.io.redaction import public_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Images = Literal["copy", "convert", "link", "none"]

_PNG_MODES = {"1", "L", "LA", "I;16", "P", "RGB", "RGBA"}


def check_images(images: str) -> None:
    """Checks what is to be done with images.

    Raises:
        OptionError: It is something else.
    """
    if images not in get_args(Images):
        raise OptionError(f"images: got {images!r}, wanted one of {', '.join(get_args(Images))}")


def is_opened(image: Mapping[str, Any], suffixes: Collection[str] | None) -> bool:
    """Whether readers open an image in the format that it has.

    Args:
        image: ``{"bytes", "path"}``, as a dataset holds it.
        suffixes: What they open, as in `Format.image_suffixes`.

    Raises:
        AssetError: It is not a picture.
    """
    return suffixes is None or f".{read_header(stored_content(image)).format.lower()}" in suffixes


def put_converted_image(image: Mapping[str, Any], target: Path) -> None:
    """Write the image of a row as a PNG, turned as its EXIF orientation says.

    Raises:
        AssetError: It cannot be decoded.
        StorageError: The disk does not take it.
    """
    picture = open_image(stored_content(image))
    write_file(target, png_bytes(picture if picture.mode in _PNG_MODES else to_rgb(picture)))


def put_image(image: Mapping[str, Any] | None, target: Path, images: str) -> None:
    """Writes the image of a row as it is, or links to it.

    Args:
        image: ``{"bytes", "path"}``, as a dataset holds it.
        target: The file to write.
        images: ``copy`` or ``convert``, which are the same here, ``link`` or ``none``.

    Raises:
        AssetError: There is no image, or it is not a file that can be read.
        OptionError: A link is wanted to an image whose bytes are in the dataset.
        StorageError: The disk does not take it.
    """
    if images == "none":
        return
    if image is None:
        raise AssetError("it has no image; images='none' exports the labels alone")
    if image["bytes"] is not None and images != "link":
        write_file(target, image["bytes"])
        return
    if image["bytes"] is not None:
        raise OptionError("images='link' wants images that are files of this machine; images='copy' writes them")
    if "://" in image["path"]:
        raise AssetError(f"its image is at {public_name(image['path'])}, wanted a file of this machine or its bytes")
    try:
        if images == "link":
            link_to_file(image["path"], target)
        else:
            copy_file(image["path"], target)
    except FileNotFoundError as error:
        raise AssetError(f"its image is not where the dataset says: {error}; load the release again") from None
