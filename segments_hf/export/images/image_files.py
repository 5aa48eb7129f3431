"""Write the image files of an export: copies, upright copies, links or PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from segments_hf.errors import AssetError, OptionError
from segments_hf.images import open_image, read_header, stored_orientation, upright_copy, upright_suffix
from segments_hf.images.encoding import png_bytes
from segments_hf.images.stored_image import stored_content
from segments_hf.images.viewing import to_rgb
from segments_hf.io.choices import unknown_choice
from segments_hf.io.disk.atomic import copy_file, link_to_file, write_file
from segments_hf.io.redaction import public_name
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from segments_hf.labels.row import Row

Images = Literal["copy", "convert", "upright", "link", "none"]

_PNG_MODES = {"1", "L", "LA", "I;16", "P", "RGB", "RGBA"}


def check_images(images: str) -> None:
    """Check the option `images`.

    Raises:
        OptionError: The value is unknown.
    """
    if images not in get_args(Images):
        raise unknown_choice("images", images, get_args(Images))


def check_image_format(image: Mapping[str, Any] | None) -> None:
    """Check the file format of an image. If the image or its file is missing, `put_image` raises the error later.

    Args:
        image: ``{"bytes", "path"}``, as in a dataset; None if the row has no image.

    Raises:
        AssetError: The file format is not supported, or the header is damaged.
    """
    if image is not None and (image["bytes"] is not None or Path(image["path"]).is_file()):
        read_header(stored_content(image))


def is_readable(image: Mapping[str, Any], suffixes: Collection[str] | None) -> bool:
    """Tell whether programs for an export format can read an image without conversion.

    Args:
        image: ``{"bytes", "path"}``, as in a dataset.
        suffixes: The suffixes of the images that these programs can read; see `ImageFormat.image_suffixes`.

    Raises:
        AssetError: The content is not an image.
    """
    return suffixes is None or f".{read_header(stored_content(image)).format.lower()}" in suffixes


def is_stored_rotated(image: Mapping[str, Any] | None) -> bool:
    """Tell whether an image has an EXIF orientation that rotates or mirrors it; False if the row has no image.

    Raises:
        AssetError: The content is not an image.
    """
    if image is None:
        return False
    content = stored_content(image)
    return stored_orientation(content, read_header(content)) != 1


def suffix_of_upright_image(image: Mapping[str, Any]) -> str | None:
    """Return the suffix for an upright copy of an image; None if the copy can keep the suffix of the image."""
    return upright_suffix(read_header(stored_content(image)))


def with_upright_image(row: Row) -> Row:
    """Return a row whose image is replaced by an upright copy.

    Raises:
        AssetError: The image is damaged, or cannot be made upright without loss of depth.
    """
    content = stored_content(row["image"])
    return {**row, "image": {"bytes": upright_copy(content, read_header(content)), "path": None}}


def put_converted_image(image: Mapping[str, Any], target: Path) -> None:
    """Write the image of a row as an upright PNG file.

    Raises:
        AssetError: The image cannot be decoded.
        StorageError: The disk is full or read-only.
    """
    decoded = open_image(stored_content(image))
    write_file(target, png_bytes(decoded if decoded.mode in _PNG_MODES else to_rgb(decoded)))


def put_image(image: Mapping[str, Any] | None, target: Path, images: str) -> None:
    """Write the image of a row to a file, or make a link to its file; with ``none``, do nothing.

    Args:
        image: ``{"bytes", "path"}``, as in a dataset; None if the row has no image.
        target: The file to write.
        images: ``copy``, ``convert``, ``upright``, ``link`` or ``none``. For this function, ``convert`` and ``upright``
            mean ``copy``.

    Raises:
        AssetError: The row has no image; or the image is a URL, or a file that cannot be read.
        OptionError: `images` is ``link``, but the bytes of the image are in the dataset.
        StorageError: The disk is full or read-only.
    """
    if images == "none":
        return
    if image is None:
        raise AssetError(f"got a row without an image; {option('images', 'none')} exports only the labels")
    if image["bytes"] is not None and images != "link":
        write_file(target, image["bytes"])
        return
    if image["bytes"] is not None:
        raise OptionError(
            f"got an image whose bytes are in the dataset, expected a file; pass {option('images', 'copy')}",
            option="images",
        )
    if "://" in image["path"]:
        raise AssetError(
            f"image: got the URL {public_name(image['path'])}, expected a local file or the bytes of the image"
        )
    try:
        if images == "link":
            link_to_file(image["path"], target)
        else:
            copy_file(image["path"], target)
    except FileNotFoundError as error:
        raise AssetError(f"the image file does not exist: {error}; load the release again to download it") from None
