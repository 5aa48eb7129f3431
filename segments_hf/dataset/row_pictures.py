"""The pictures of a row: fetched, compared, and put into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments_hf.assets import Asset, check_picture
from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.assets import Fetcher, Header, SegmentsDir
    from segments_hf.dataset.drafts import Draft

_IMAGE, _BITMAP = "image", "segmentation_bitmap"


@dataclass(frozen=True)
class Pictures:
    """Where a row's pictures come from, and how it holds them.

    Attributes:
        fetcher: What gets them.
        segments_dir: Where they are looked for first.
        labelset: The labelset whose bitmaps are wanted.
        in_memory: Whether a row holds their bytes; else the path of a file.
    """

    fetcher: Fetcher
    segments_dir: SegmentsDir | None
    labelset: str | None
    in_memory: bool


def add_pictures(draft: Draft, pictures: Pictures) -> int:
    """Adds its pictures to a draft, or what is wrong with them.

    Returns:
        How many bytes it took to make.

    Raises:
        StorageError: The disk does not take a picture.
    """
    size = 0
    image_header = None
    for column, reference, found in _wanted(draft, pictures):
        is_bitmap = column == _BITMAP
        try:
            asset, header = _picture(reference, found, pictures.fetcher, is_bitmap=is_bitmap)
            if is_bitmap and image_header:
                _check_sizes(image_header, header)
        except AssetError as error:
            draft.errors.append((column, error))
            continue
        if not found:
            asset = pictures.fetcher.keep(reference or "", asset)
        if not is_bitmap:
            image_header = header
            draft.row["width"], draft.row["height"] = header.size
        # No path beside bytes: `datasets` would prefer a file of that name in the working directory.
        draft.row[column] = {"bytes": asset.read(), "path": None} if pictures.in_memory else str(asset.path)
        size += asset.size if pictures.in_memory or asset.content else 0
    return size


def _wanted(draft: Draft, pictures: Pictures) -> Iterator[tuple[str, str | None, Path | None]]:
    """The pictures of a row: the column, what the release says of where it is, and the file if we have it."""
    folder = pictures.segments_dir
    yield _IMAGE, draft.image, folder.image(draft.name, draft.image or "") if folder else None
    if draft.bitmap:
        found = folder.bitmap(draft.name, pictures.labelset or "") if folder else None
        yield _BITMAP, draft.bitmap, found


def _picture(reference: str | None, found: Path | None, fetcher: Fetcher, *, is_bitmap: bool) -> tuple[Asset, Header]:
    if found:
        asset = Asset(path=found)
        try:
            return asset, check_picture(asset, fetcher.options, is_bitmap=is_bitmap)
        except AssetError as error:
            raise AssetError(f"{found}: {error}") from error
    if not reference:
        raise AssetError("the release has no URL for it")
    return fetcher.fetch(reference, is_bitmap=is_bitmap)


def _check_sizes(image: Header, bitmap: Header) -> None:
    if bitmap.size == image.size:
        return
    (width, height), (wanted_width, wanted_height) = bitmap.size, image.size
    hint = " (it fits the image before EXIF rotation)" if bitmap.size == image.stored_size else ""
    raise AssetError(
        f"got a bitmap of {width} x {height} pixels for an image of {wanted_width} x {wanted_height}{hint}; "
        "wanted the same size"
    )
