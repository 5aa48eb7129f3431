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
        stuff: The indices of the stuff classes. All instances of a stuff class in an image are one segment.

    Returns:
        The segment ids and `segments_info`. The segment ids are a uint32 array of shape (H, W): the id of the instance;
        for an instance of a stuff class, the first id of the class in the annotations that is below 2^24, or the first
        id of the class if none is; 0 where no annotation with a class has the pixel's id. `segments_info` has a dict
        for each segment with pixels, in the order of the annotations: `id`, `category_id` (the class index), `area`
        (pixels), `bbox` (left, top, width, height in pixels), `iscrowd` (0).

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
    classes = {id_: index for id_, index in class_of_ids(annotations).items() if 0 < id_ < 2**32}
    stuff_ids: dict[int, int] = {}  # the segment id of each stuff class; if possible, one that fits into a PNG
    segment_of = {
        id_: stuff_ids.setdefault(classes[id_], id_) if classes[id_] in stuff else id_
        for id_ in sorted(classes, key=lambda id_: id_ >= ID_LIMIT)
    }
    found: dict[int, dict[str, Any]] = {}
    for id_, area, xywh in zip(*(values.tolist() for values in boxes(ids)), strict=True):
        if id_ in segment_of:
            segment = segment_of[id_]
            info = {"id": segment, "category_id": classes[segment], "area": area, "bbox": xywh, "iscrowd": 0}
            found[segment] = _joined(found[segment], info) if segment in found else info
    return MaskValues(segment_of), [found[id_] for id_ in classes if id_ in found]


def _joined(segment: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the segment with the pixels of two segments."""
    (left_1, top_1, width_1, height_1), (left_2, top_2, width_2, height_2) = segment["bbox"], other["bbox"]
    left, top = min(left_1, left_2), min(top_1, top_2)
    right, bottom = max(left_1 + width_1, left_2 + width_2), max(top_1 + height_1, top_2 + height_2)
    return {**segment, "area": segment["area"] + other["area"], "bbox": [left, top, right - left, bottom - top]}
