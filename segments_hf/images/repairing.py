"""Check an image, and repair malformed EXIF data that prevent `datasets` from reading the image."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.images.checking import check_image
from segments_hf.images.exif_data.exif_repair import with_orientation_only
from segments_hf.images.file_structure import structure_fault
from segments_hf.images.opening import UnwantedError
from segments_hf.io.file_content import FileContent

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.images.header import Header
    from segments_hf.io.fetch_options import ImageLimits


class Repair(NamedTuple):
    """A copy of an image. The EXIF data of the copy contain only the orientation.

    Attributes:
        content: The copy. Its encoded pixel data are identical to those of the image.
        fault: A message that names the fault of the image and describes the copy.
    """

    content: bytes
    fault: str


def check_and_repair(
    image: FileContent, limits: ImageLimits, *, is_new: bool = True, is_bitmap: bool = False
) -> tuple[Header, Repair | None]:
    """Check that a file is a complete image, and repair malformed EXIF data.

    Args:
        image: The content of the file.
        limits: The limits of the image, and whether all pixels are decoded.
        is_new: False for a file that was checked before. The structure of such a file is not checked again.
        is_bitmap: Whether the pixels are instance ids.

    Returns:
        The header of the image and None; or, if `datasets` cannot read the image, the header of a repaired copy and the
        copy.

    Raises:
        UnwantedError: The image is too large, its format is not supported, its pixels cannot be ids although it is a
            bitmap, or its malformed EXIF data cannot be replaced.
        AssetError: The file is not a complete image.
    """
    check = partial(check_image, limits=limits, is_new=is_new, is_bitmap=is_bitmap)
    try:
        header = check(image)
    except UnwantedError:
        raise
    except AssetError:
        # Some malformed EXIF data prevent Pillow from opening an image.
        repaired = _repaired(image, None, "Pillow cannot open it", check) if _has_valid_structure(image) else None
        if repaired is None:
            raise
        return repaired
    if header.exif_fault is None:
        return header, None
    repaired = _repaired(image, header.orientation, header.exif_fault, check)
    if repaired is None:
        raise UnwantedError(
            f"got malformed EXIF data, which prevent `datasets` from reading the image ({header.exif_fault}) and "
            "cannot be replaced in this file; remove the EXIF data"
        )
    return repaired


def _repaired(
    image: FileContent, orientation: int | None, fault: str, check: Callable[[FileContent], Header]
) -> tuple[Header, Repair] | None:
    """Return the header of a repaired copy and the copy; None if the copy cannot be made or has a fault itself."""
    content = with_orientation_only(image.read(), orientation)
    if content is None:
        return None
    try:
        header = check(FileContent(content))
    except AssetError:
        return None
    return None if header.exif_fault else (header, Repair(content, _message(fault, header.orientation)))


def _has_valid_structure(image: FileContent) -> bool:
    if image.size == 0:
        return False
    with image.view() as content:
        return structure_fault(content) is None


def _message(fault: str, orientation: int) -> str:
    return (
        f"got malformed EXIF data, which prevent `datasets` from reading the image ({fault}); "
        f"the row has a copy whose EXIF data contain only the orientation, {orientation}"
    )
