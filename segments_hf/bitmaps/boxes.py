"""Compute the bounding boxes and areas of the instances of a bitmap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.bands import bands
from segments_hf.bitmaps.codec.id_codec import decode_bitmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps.codec.id_codec import BitmapLike


class Boxes(NamedTuple):
    """The areas and bounding boxes of k instances, in increasing order of their ids.

    Attributes:
        ids: Instance ids, a uint32 array of shape (k,).
        areas: The number of pixels of each instance, an int64 array of shape (k,).
        xywh: The bounding boxes, an int64 array of shape (k, 4): left, top, width, height in pixels.
    """

    ids: npt.NDArray[np.uint32]
    areas: npt.NDArray[np.int64]
    xywh: npt.NDArray[np.int64]


def present_ids(bitmap: BitmapLike) -> npt.NDArray[np.uint32]:
    """Return the instance ids that have pixels, in increasing order. This function is faster than `boxes`.

    Args:
        bitmap: Instance ids of shape (H, W), in any form that `decode_bitmap` reads. The id 0 is not an instance.

    >>> present_ids(np.array([[0, 7, 7], [5, 7, 0]], np.uint32)).tolist()
    [5, 7]
    """
    ids = decode_bitmap(bitmap)
    found = np.unique(np.concatenate([_ids_in(ids[rows].reshape(-1)) for rows in bands(ids.shape)]))
    present: npt.NDArray[np.uint32] = found[found != 0]
    return present


def boxes(bitmap: BitmapLike) -> Boxes:
    """Return the area and bounding box of every instance, in one pass over the pixels.

    Args:
        bitmap: Instance ids of shape (H, W), in any form that `decode_bitmap` reads. The id 0 is not an instance.

    Returns:
        The areas and boxes of the instances that have pixels.

    >>> boxes(np.array([[0, 7, 7], [5, 7, 0]], np.uint32))
    Boxes(ids=array([5, 7], dtype=uint32), areas=array([1, 3]), xywh=array([[0, 1, 1, 1], [1, 0, 2, 2]]))
    """
    ids = decode_bitmap(bitmap)
    boxes_of_bands = [_boxes_of_band(ids[rows], rows.start) for rows in bands(ids.shape)]
    return boxes_of_bands[0] if len(boxes_of_bands) == 1 else _merged(boxes_of_bands)


def _ids_in(pixels: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the ids in a one-dimensional array of pixels, including 0."""
    ends = pixels[:-1] != pixels[1:]  # where a run of one id ends
    return np.unique(np.append(pixels[np.flatnonzero(ends)], pixels[-1:]))


def _boxes_of_band(pixels: npt.NDArray[np.uint32], top_row: int) -> Boxes:
    """Return the boxes of the instances in a band. `top_row` is the row of the bitmap that the band begins with."""
    begins = np.ones(pixels.shape, bool)  # where a run of one id begins; a new run begins in each row
    np.not_equal(pixels[:, 1:], pixels[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=pixels.size)
    values = pixels.reshape(-1)[starts]
    labeled = values != 0
    starts, lengths, values = starts[labeled], lengths[labeled], values[labeled]
    order = np.argsort(values, kind="stable")
    starts, lengths, values = starts[order], lengths[order], values[order]
    ids, first_runs = np.unique(values, return_index=True)
    if not ids.size:
        return Boxes(ids, np.zeros(0, np.int64), np.zeros((0, 4), np.int64))
    tops, lefts = np.divmod(starts, pixels.shape[1])
    # The sort is stable, so the first run of an id is in its top row.
    left, top = np.minimum.reduceat(lefts, first_runs), tops[first_runs]
    right, bottom = np.maximum.reduceat(lefts + lengths, first_runs), np.maximum.reduceat(tops, first_runs) + 1
    xywh = np.stack([left, top + top_row, right - left, bottom - top], axis=1)
    return Boxes(ids, np.add.reduceat(lengths, first_runs), xywh)


def _merged(boxes_of_bands: Sequence[Boxes]) -> Boxes:
    """Combine the boxes of the bands of a bitmap."""
    values, areas, xywh = (np.concatenate(arrays) for arrays in zip(*boxes_of_bands, strict=True))
    order = np.argsort(values, kind="stable")
    values, areas, xywh = values[order], areas[order], xywh[order]
    ids, first_boxes = np.unique(values, return_index=True)
    if not ids.size:
        return Boxes(ids, areas, xywh)
    top_left = np.minimum.reduceat(xywh[:, :2], first_boxes)
    bottom_right = np.maximum.reduceat(xywh[:, :2] + xywh[:, 2:], first_boxes)
    sizes = bottom_right - top_left
    return Boxes(ids, np.add.reduceat(areas, first_boxes), np.concatenate([top_left, sizes], axis=1))
