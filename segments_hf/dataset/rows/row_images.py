"""Fetch the image and bitmap of a row, check them, and add them to the row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.assets import ImageCheck
from segments_hf.bitmaps import ID_LIMIT, decode_bitmap
from segments_hf.errors import AssetError, BitmapError, SizeMismatchError
from segments_hf.images import UnwantedError
from segments_hf.io.loop_thread import run_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.assets import Asset, Fetcher, SegmentsDir
    from segments_hf.dataset.rows.draft import Draft
    from segments_hf.images import Header

ASSET_COLUMNS = _IMAGE, _BITMAP = "image", "segmentation_bitmap"


@dataclass(frozen=True)
class AssetSources:
    """The sources of the images, bitmaps and point clouds of rows.

    Attributes:
        fetcher: The fetcher that reads the assets.
        segments_dir: The folder in the layout of the official SDK's cache. Images and bitmaps in this folder are not
            fetched, except bitmaps with too few bits per pixel for the ids of the annotations. None if it is not used.
        labelset: The labelset of the bitmaps.
        in_memory: Whether a row contains the bytes of its assets; if not, it contains the paths of their files.
        cameras: Whether the images of the cameras of point clouds are fetched.
    """

    fetcher: Fetcher
    segments_dir: SegmentsDir | None
    labelset: str | None
    in_memory: bool
    cameras: bool = False


@dataclass(frozen=True)
class _CheckedAsset:
    """A checked image or bitmap, which was fetched or read from `segments_dir`.

    Attributes:
        reference: The URL or path of the asset in the release, or the path of its file in `segments_dir`.
        asset: The bytes of the asset.
        header: The header of the image or bitmap.
        is_fetched: Whether the asset was fetched; if not, it is a file in `segments_dir`.
    """

    reference: str = field(repr=False)
    asset: Asset
    header: Header
    is_fetched: bool


async def add_image_and_bitmap(draft: Draft, sources: AssetSources, *, keeps_faulty: bool) -> int:
    """Add the image and bitmap of a row to its draft, and an error for each file that cannot be used.

    A repaired image is added, and its fault is added to `draft.repairs`. If a bitmap in `segments_dir` cannot store the
    ids of the annotations, the bitmap of the release is added instead, and the reason is added to `draft.replaced`.

    Args:
        draft: The draft of the row.
        sources: The sources of images and bitmaps.
        keeps_faulty: Whether a row with errors is kept.

    Returns:
        The number of bytes in memory of the row's image and bitmap.

    Raises:
        StorageError: An asset cannot be written: the disk is full or read-only.
    """
    checked: dict[str, _CheckedAsset] = {}
    for column, reference, local_file in _references(draft, sources):
        try:
            checked[column] = await _fetch_asset(draft, column, reference, local_file, sources.fetcher)
        except AssetError as error:
            draft.errors.append((column, error))
    if problem := await _palette_error(draft, checked.get(_BITMAP), sources.fetcher):
        draft.errors.append((_BITMAP, problem))
        del checked[_BITMAP]
    if mismatch := _size_error(checked, sources.fetcher):
        draft.errors.append((_BITMAP, mismatch))
        del checked[_BITMAP]
        # If the row is not kept, its image is not cached, because the image may belong to another sample.
        checked = checked if keeps_faulty else {}
    return sum([await _add(draft, column, asset, sources) for column, asset in checked.items()])


async def _add(draft: Draft, column: str, checked: _CheckedAsset, sources: AssetSources) -> int:
    asset = await sources.fetcher.keep(checked.asset)
    if checked.asset.fault:
        draft.repairs.append((column, f"{_name(checked, sources.fetcher)}: {checked.asset.fault}"))
    if column == _IMAGE:
        draft.row["width"], draft.row["height"] = checked.header.size
    draft.row[column] = stored_file(asset, sources)
    return len(asset.content or b"")


def stored_file(asset: Asset, sources: AssetSources) -> dict[str, Any]:
    """Return the struct in which a row stores an image, a bitmap or a point cloud."""
    if sources.in_memory:
        # Without a path, because `datasets` would read the file at this path instead of the bytes.
        return {"bytes": asset.content, "path": None}
    return {"bytes": None, "path": str(asset.path)}


def _references(draft: Draft, sources: AssetSources) -> Iterator[tuple[str, str | None, Path | None]]:
    """Yield the column, the URL or path in the release, and the file in `segments_dir`, of each asset of a row."""
    folder = sources.segments_dir
    yield _IMAGE, draft.image, folder.image(draft.name, draft.image or "") if folder else None
    if draft.bitmap:
        local_file = folder.bitmap(draft.name, sources.labelset or "") if folder else None
        yield _BITMAP, draft.bitmap, local_file


async def _fetch_asset(
    draft: Draft, column: str, reference: str | None, local_file: Path | None, fetcher: Fetcher
) -> _CheckedAsset:
    """Return the file in `segments_dir`. If it is missing or cannot store all ids, fetch the asset of the release."""
    local_problem = None
    if local_file:
        local = await _read_local(column, local_file, fetcher)
        if (local_problem := _lost_ids(draft, local)) is None:
            return local
    try:
        fetched = await _fetch(column, reference, fetcher)
        if problem := _lost_ids(draft, fetched):
            raise UnwantedError(f"{_name(fetched, fetcher)}: {problem}")
    except AssetError as error:
        if local_problem is None:
            raise
        raise AssetError(f"{error}; {local_file} is not used: {local_problem}") from error
    if local_problem:
        draft.replaced.append((column, f"{local_file}: {local_problem}"))
    return fetched


async def _read_local(column: str, local_file: Path, fetcher: Fetcher) -> _CheckedAsset:
    try:
        asset, header = await fetcher.read_file(local_file, ImageCheck(is_bitmap=column == _BITMAP))
    except AssetError as error:
        raise AssetError(f"{local_file}: {error}") from error
    return _CheckedAsset(str(local_file), asset, header, is_fetched=False)


async def _fetch(column: str, reference: str | None, fetcher: Fetcher) -> _CheckedAsset:
    is_bitmap = column == _BITMAP
    if not reference:
        raise AssetError(f"the release has no URL for the {'bitmap' if is_bitmap else 'image'}")
    return _CheckedAsset(reference, *await fetcher.fetch(reference, ImageCheck(is_bitmap=is_bitmap)), is_fetched=True)


def _lost_ids(draft: Draft, checked: _CheckedAsset) -> str | None:
    """Return a message if the pixels of a bitmap cannot store the ids of all annotations, otherwise None.

    The official SDK saves bitmaps as 16-bit gray, which changes every id above 65535 to 65535.
    """
    max_id = checked.header.max_id
    if max_id is None or max_id >= ID_LIMIT - 1:  # an image, or a bitmap that can store all ids of the platform
        return None
    ids = sorted({item["id"] for item in draft.row["annotations"] or ()})
    lost = [number for number in ids if max_id < number < ID_LIMIT]
    if not lost:
        return None
    shown = ", ".join([*map(str, lost[:5]), *["…" for _ in lost[5:6]]])
    return (
        f"got a bitmap of {max_id.bit_length()}-bit gray, which can contain ids up to {max_id}; expected a bitmap "
        f"that can contain the annotation id {shown}"
    )


def _name(checked: _CheckedAsset, fetcher: Fetcher) -> str:
    return fetcher.name(checked.reference) if checked.is_fetched else checked.reference


async def _palette_error(draft: Draft, bitmap: _CheckedAsset | None, fetcher: Fetcher) -> AssetError | None:
    """Return an error if a bitmap with a palette cannot be decoded, or its colors are not the ids of annotations."""
    if bitmap is None or not bitmap.header.has_palette:
        return None
    ids = {item["id"] for item in draft.row["annotations"] or ()}
    try:
        await run_blocking(partial(decode_bitmap, bitmap.asset.read(), known_ids=ids))
    except BitmapError as error:
        return UnwantedError(f"{_name(bitmap, fetcher)}: {error}")
    return None


def _size_error(checked: dict[str, _CheckedAsset], fetcher: Fetcher) -> AssetError | None:
    if checked.keys() != {_IMAGE, _BITMAP} or checked[_IMAGE].header.size == checked[_BITMAP].header.size:
        return None
    image, bitmap = checked[_IMAGE].header, checked[_BITMAP].header
    name = _name(checked[_BITMAP], fetcher)
    hint = " (the bitmap fits the image before EXIF rotation)" if bitmap.size == image.stored_size else ""
    return SizeMismatchError(
        f"{name}: got a bitmap of {bitmap.size[0]} x {bitmap.size[1]} pixels for an image of {image.size[0]} x "
        f"{image.size[1]} pixels, expected the same size{hint}"
    )
