"""Write the images of an export: copies, links or PNGs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from segments_hf.errors import AssetError, OptionError
from segments_hf.images import open_image, read_header
from segments_hf.images.encoding import png_bytes
from segments_hf.images.stored_image import stored_content
from segments_hf.images.viewing import to_rgb
from segments_hf.io.choices import unknown_choice
from segments_hf.io.disk.atomic import copy_file, link_to_file, write_file
from segments_hf.io.redaction import public_name
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Images = Literal["copy", "convert", "link", "none"]

_PNG_MODES = {"1", "L", "LA", "I;16", "P", "RGB", "RGBA"}


def check_images(images: str) -> None:
    """Check the option `images`.

    Raises:
        OptionError: The value is not one of the policies.
    """
    if images not in get_args(Images):
        raise unknown_choice("images", images, get_args(Images))


def is_supported(image: Mapping[str, Any], suffixes: Collection[str] | None) -> bool:
    """Return whether the readers of an export format open an image without conversion.

    Args:
        image: ``{"bytes", "path"}``, as a dataset holds it.
        suffixes: The suffixes that they open, as in `Format.image_suffixes`.

    Raises:
        AssetError: The image is not a picture.
    """
    return suffixes is None or f".{read_header(stored_content(image)).format.lower()}" in suffixes


def put_converted_image(image: Mapping[str, Any], target: Path) -> None:
    """Write the image of a row as a PNG, upright by its EXIF orientation.

    Raises:
        AssetError: The image cannot be decoded.
        StorageError: The disk is full or read-only.
    """
    picture = open_image(stored_content(image))
    write_file(target, png_bytes(picture if picture.mode in _PNG_MODES else to_rgb(picture)))


def put_image(image: Mapping[str, Any] | None, target: Path, images: str) -> None:
    """Copy the image of a row, or link to it.

    Args:
        image: ``{"bytes", "path"}``, as a dataset holds it.
        target: The file to write.
        images: ``copy``, ``convert`` (the same here), ``link`` or ``none``.

    Raises:
        AssetError: The row has no image, or its file cannot be read.
        OptionError: `images` is ``link``, but the bytes of the image are in the dataset.
        StorageError: The disk is full or read-only.
    """
    if images == "none":
        return
    if image is None:
        raise AssetError(f"got a row without an image; {option('images', 'none')} exports the labels alone")
    if image["bytes"] is not None and images != "link":
        write_file(target, image["bytes"])
        return
    if image["bytes"] is not None:
        raise OptionError(
            f"got an image whose bytes are in the dataset, wanted a file; pass {option('images', 'copy')}",
            option="images",
        )
    if "://" in image["path"]:
        raise AssetError(
            f"image: got the URL {public_name(image['path'])}, wanted a local file or the bytes of the image"
        )
    try:
        if images == "link":
            link_to_file(image["path"], target)
        else:
            copy_file(image["path"], target)
    except FileNotFoundError as error:
        raise AssetError(f"the file of the image is missing: {error}; load the release again") from None
