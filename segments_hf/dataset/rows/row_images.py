"""Fetch the pictures of a row, check them, and put them into the row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.bitmaps import decode_bitmap
from segments_hf.errors import AssetError, BitmapError, SizeMismatchError
from segments_hf.images import UnwantedError
from segments_hf.io.loop_thread import run_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.assets import Asset, Fetcher, SegmentsDir
    from segments_hf.dataset.rows.drafts import Draft
    from segments_hf.images import Header

PICTURES = _IMAGE, _BITMAP = "image", "segmentation_bitmap"  # the columns


@dataclass(frozen=True)
class Pictures:
    """The sources of a row's pictures, and how the row holds them.

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


@dataclass(frozen=True)
class _Picture:
    """A picture that was checked.

    Attributes:
        reference: The URL or path of the picture in the release.
        asset: The bytes of the picture.
        header: The header of the picture.
        is_fetched: Whether the picture was fetched; else it is a file of `segments_dir`.
    """

    reference: str = field(repr=False)
    asset: Asset
    header: Header
    is_fetched: bool


async def add_pictures(draft: Draft, pictures: Pictures, *, keeps_wrong: bool) -> int:
    """Add the pictures of a row to its draft, or their errors.

    A repaired picture is added, and its fault is added to `draft.repairs`.

    Args:
        draft: The row so far.
        pictures: The sources of the pictures.
        keeps_wrong: Whether a row with errors is kept.

    Returns:
        The number of bytes of pictures that the row holds in memory.

    Raises:
        StorageError: A picture cannot be written: the disk is full or read-only.
    """
    got: dict[str, _Picture] = {}
    for column, reference, found in _wanted(draft, pictures):
        try:
            got[column] = await _picture(column, reference, found, pictures.fetcher)
        except AssetError as error:
            draft.errors.append((column, error))
    if problem := await _palette_error(draft, got.get(_BITMAP), pictures.fetcher):
        draft.errors.append((_BITMAP, problem))
        del got[_BITMAP]
    if mismatch := _size_error(got, pictures.fetcher):
        draft.errors.append((_BITMAP, mismatch))
        del got[_BITMAP]  # without the row, the image is not cached either: it may be the wrong one
        got = got if keeps_wrong else {}
    return sum([await _put(draft, column, picture, pictures) for column, picture in got.items()])


async def _put(draft: Draft, column: str, picture: _Picture, pictures: Pictures) -> int:
    asset = await pictures.fetcher.keep(picture.asset)
    if picture.asset.fault:
        draft.repairs.append((column, f"{_name(picture, pictures.fetcher)}: {picture.asset.fault}"))
    if column == _IMAGE:
        draft.row["width"], draft.row["height"] = picture.header.size
    # No path beside bytes: `datasets` would prefer a file of that name in the working directory.
    draft.row[column] = {"bytes": asset.content, "path": None} if pictures.in_memory else str(asset.path)
    return len(asset.content or b"")


def _wanted(draft: Draft, pictures: Pictures) -> Iterator[tuple[str, str | None, Path | None]]:
    """The pictures of a row: the column, what the release says of where it is, and the file if we have it."""
    folder = pictures.segments_dir
    yield _IMAGE, draft.image, folder.image(draft.name, draft.image or "") if folder else None
    if draft.bitmap:
        found = folder.bitmap(draft.name, pictures.labelset or "") if folder else None
        yield _BITMAP, draft.bitmap, found


async def _picture(column: str, reference: str | None, found: Path | None, fetcher: Fetcher) -> _Picture:
    is_bitmap = column == _BITMAP
    if found:
        try:
            asset, header = await fetcher.read_file(found, is_bitmap=is_bitmap)
        except AssetError as error:
            raise AssetError(f"{found}: {error}") from error
        return _Picture(str(found), asset, header, is_fetched=False)
    if not reference:
        raise AssetError("the release has no URL for it")
    return _Picture(reference, *await fetcher.fetch(reference, is_bitmap=is_bitmap), is_fetched=True)


def _name(picture: _Picture, fetcher: Fetcher) -> str:
    return fetcher.name(picture.reference) if picture.is_fetched else picture.reference


async def _palette_error(draft: Draft, bitmap: _Picture | None, fetcher: Fetcher) -> AssetError | None:
    """Return an error if the colors of a palette PNG are not the ids of annotations."""
    if bitmap is None or not bitmap.header.has_palette:
        return None
    ids = {item["id"] for item in draft.row["annotations"] or ()}
    try:
        await run_blocking(partial(decode_bitmap, bitmap.asset.read(), known_ids=ids))
    except BitmapError as error:
        return UnwantedError(f"{_name(bitmap, fetcher)}: {error}")
    return None


def _size_error(got: dict[str, _Picture], fetcher: Fetcher) -> AssetError | None:
    if got.keys() != {_IMAGE, _BITMAP} or got[_IMAGE].header.size == got[_BITMAP].header.size:
        return None
    image, bitmap = got[_IMAGE].header, got[_BITMAP].header
    name = _name(got[_BITMAP], fetcher)
    hint = " (it fits the image before EXIF rotation)" if bitmap.size == image.stored_size else ""
    return SizeMismatchError(
        f"{name}: got a bitmap of {bitmap.size[0]} x {bitmap.size[1]} pixels for an image of {image.size[0]} x "
        f"{image.size[1]}{hint}; wanted the same size"
    )
