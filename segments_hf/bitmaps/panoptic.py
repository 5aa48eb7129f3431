"""Compute panoptic segments: one for each instance of a thing class, and one for each stuff class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps.boxes import boxes
from segments_hf.bitmaps.codec.id_codec import ID_LIMIT, decode_bitmap
from segments_hf.bitmaps.masks import class_of_ids, ids_of
from segments_hf.bitmaps.value_table import MaskValues, look_up

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import numpy.typing as npt

    from segments_hf.bitmaps.codec.id_codec import BitmapLike


def panoptic(
    bitmap: BitmapLike, annotations: Iterable[Mapping[str, Any]], *, stuff: Collection[int] = ()
) -> tuple[npt.NDArray[np.uint32], list[dict[str, Any]]]:
    """Return the segments of an image, as in COCO's panoptic format (https://cocodataset.org/#format-data).

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W).
        annotations: The annotations of a row: `id` is an instance id, `category` a class index.
        stuff: The class indices whose instances are merged into one segment.

    Returns:
        The segment ids and `segments_info`. The segment ids are a uint32 array of shape (H, W): the id of the instance;
        for stuff, the first id of the class, preferably below 2^24; 0 where no annotation with a class has the id.
        `segments_info` has a dict for each segment with pixels, in the order of the annotations: `id`, `category_id`
        (the class index), `area` (pixels), `bbox` (left, top, width, height in pixels), `iscrowd` (0).

    >>> annotations = [{"id": 7, "category": 0}, {"id": 8, "category": 1}, {"id": 9, "category": 1}]
    >>> ids, segments = panoptic(np.array([[7, 0, 8, 9]], np.uint32), annotations, stuff=[1])
    >>> ids.tolist(), segments[1]
    ([[7, 0, 8, 8]], {'id': 8, 'category_id': 1, 'area': 2, 'bbox': [2, 0, 2, 1], 'iscrowd': 0})
    """
    items = list(annotations)
    ids = decode_bitmap(bitmap, known_ids=ids_of(items))
    values, segments = panoptic_values(ids, items, stuff=stuff)
    return look_up(ids, *values, dtype=np.uint32), segments


def panoptic_values(
    ids: npt.NDArray[np.uint32], annotations: Iterable[Mapping[str, Any]], *, stuff: Collection[int] = ()
) -> tuple[MaskValues, list[dict[str, Any]]]:
    """Return the segment id of each instance id, and `segments_info`; see `panoptic`.

    Args:
        ids: Instance ids, of shape (H, W).
        annotations: As for `panoptic`.
        stuff: As for `panoptic`.
    """
    classes = {number: index for number, index in class_of_ids(annotations).items() if 0 < number < 2**32}
    merged: dict[int, int] = {}  # the segment id of each stuff class, preferably one that fits into a PNG
    segment_of = {
        number: merged.setdefault(classes[number], number) if classes[number] in stuff else number
        for number in sorted(classes, key=lambda number: number >= ID_LIMIT)
    }
    found: dict[int, dict[str, Any]] = {}
    for number, area, xywh in zip(*(part.tolist() for part in boxes(ids)), strict=True):
        if number in segment_of:
            segment = segment_of[number]
            info = {"id": segment, "category_id": classes[segment], "area": area, "bbox": xywh, "iscrowd": 0}
            found[segment] = _joined(found[segment], info) if segment in found else info
    return MaskValues(segment_of), [found[number] for number in classes if number in found]


def _joined(segment: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Merge the segments of two instances."""
    (x, y, width, height), (left, top, wide, high) = segment["bbox"], other["bbox"]
    start_x, start_y = min(x, left), min(y, top)
    end_x, end_y = max(x + width, left + wide), max(y + height, top + high)
    bbox = [start_x, start_y, end_x - start_x, end_y - start_y]
    return {**segment, "area": segment["area"] + other["area"], "bbox": bbox}
