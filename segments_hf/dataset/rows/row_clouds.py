"""Fetch the point cloud and the camera images of a row, check them, and add them to the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.assets import CloudCheck, ImageCheck
from segments_hf.dataset.rows.row_images import stored_file
from segments_hf.errors import AssetError, SizeMismatchError
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from segments_hf.dataset.rows.draft import Draft
    from segments_hf.dataset.rows.row_images import AssetSources

_POINT_LABELS = "point_annotations"


async def add_point_cloud(draft: Draft, sources: AssetSources, *, keeps_faulty: bool) -> int:
    """Add the point cloud and the camera images of a row to its draft, and an error for each file that cannot be used.

    If the label has another number of points than the file, the column ``point_annotations`` becomes null.

    Args:
        draft: The draft of the row.
        sources: The sources of assets.
        keeps_faulty: Whether a row with errors is kept.

    Returns:
        The number of bytes in memory of the point cloud and the images.

    Raises:
        StorageError: An asset cannot be written: the disk is full or read-only.
    """
    size = 0
    try:
        size += await _add_cloud(draft, sources, keeps_faulty=keeps_faulty)
    except AssetError as error:
        draft.errors.append(("point_cloud", error))
    cameras = draft.row["cameras"]
    if not sources.cameras or cameras is None:
        return size
    for camera, reference in zip(cameras, draft.camera_images, strict=True):
        try:
            size += await _add_image(camera, reference, sources)
        except AssetError as error:
            draft.errors.append(("cameras", error))
    return size


async def _add_cloud(draft: Draft, sources: AssetSources, *, keeps_faulty: bool) -> int:
    reference = draft.point_cloud and draft.point_cloud.url
    if not draft.point_cloud or not reference:
        raise AssetError("the release has no URL for the point cloud")
    asset, header = await sources.fetcher.fetch(reference, CloudCheck(draft.point_cloud.type))
    labels = draft.row.get(_POINT_LABELS)
    if labels is not None and len(labels) != header.num_points:
        problem = SizeMismatchError(
            f"{sources.fetcher.name(reference)}: got a label of {counted(len(labels), 'point')} for a point cloud of "
            f"{counted(header.num_points, 'point')}, expected the same number"
        )
        draft.errors.append((_POINT_LABELS, problem))
        draft.row[_POINT_LABELS] = None
        if not keeps_faulty:
            return 0  # the point cloud may belong to another sample, so it is not cached
    stored = await sources.fetcher.keep(asset)
    draft.row["point_cloud"] = stored_file(stored, sources)
    return len(stored.content or b"")


async def _add_image(camera: dict[str, Any], reference: str | None, sources: AssetSources) -> int:
    if not reference:
        raise AssetError(f"the release has no URL for the image of camera {camera['name']!r}")
    asset, _ = await sources.fetcher.fetch(reference, ImageCheck())
    stored = await sources.fetcher.keep(asset)
    camera["image"] = stored_file(stored, sources)
    return len(stored.content or b"")
