"""Check an image, and repair one whose EXIF data keep `datasets` from reading it."""

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
    """A copy of an image whose EXIF data hold the orientation only.

    Attributes:
        content: The copy. Its pixel data are byte for byte those of the image.
        fault: What was wrong with the image, as a sentence.
    """

    content: bytes
    fault: str


def check_and_repair(
    image: FileContent, limits: ImageLimits, *, is_new: bool = True, is_bitmap: bool = False
) -> tuple[Header, Repair | None]:
    """Check that a file is a complete image, and repair malformed EXIF data.

    Args:
        image: The content of the file.
        limits: The limits that apply.
        is_new: Whether the file was not checked before.
        is_bitmap: Whether the pixels are instance ids.

    Returns:
        The header of the image that a dataset can hold, and the repaired copy if the file itself cannot be held.

    Raises:
        UnwantedError: It is complete, but too large, its format is not accepted, or its malformed EXIF data cannot be
            replaced.
        AssetError: It is not a complete image.
    """
    check = partial(check_image, limits=limits, is_new=is_new, is_bitmap=is_bitmap)
    try:
        header = check(image)
    except UnwantedError:
        raise
    except AssetError:
        # Some malformed EXIF data keep Pillow even from opening a picture.
        repaired = _repaired(image, None, "Pillow cannot open it", check) if _is_complete(image) else None
        if repaired is None:
            raise
        return repaired
    if header.exif_fault is None:
        return header, None
    repaired = _repaired(image, header.orientation, header.exif_fault, check)
    if repaired is None:
        raise UnwantedError(
            f"got malformed EXIF data, with which `datasets` cannot read the image ({header.exif_fault}), and which "
            "cannot be replaced in this file; remove them"
        )
    return repaired


def _repaired(
    image: FileContent, orientation: int | None, fault: str, check: Callable[[FileContent], Header]
) -> tuple[Header, Repair] | None:
    content = with_orientation_only(image.read(), orientation)
    if content is None:
        return None
    try:
        header = check(FileContent(content))
    except AssetError:
        return None
    return None if header.exif_fault else (header, Repair(content, _sentence(fault, header.orientation)))


def _is_complete(image: FileContent) -> bool:
    if image.size == 0:
        return False
    with image.view() as content:
        return structure_fault(content) is None


def _sentence(fault: str, orientation: int) -> str:
    return (
        f"got malformed EXIF data, with which `datasets` cannot read the image ({fault}); "
        f"the row has a copy whose EXIF data hold only the orientation, {orientation}"
    )
