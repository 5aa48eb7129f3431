"""Where each instance of a bitmap is, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.bitmaps.id_codec import decode_bitmap

if TYPE_CHECKING:
    import numpy.typing as npt


class Boxes(NamedTuple):
    """The extent of k instances, in the order of their ids.

    Attributes:
        ids: Instance ids, a uint32 array of shape (k,).
        areas: How many pixels each has, an int64 array of shape (k,).
        xywh: The boxes around them, an int64 array of shape (k, 4): the left and top pixel, width, height.
    """

    ids: npt.NDArray[np.uint32]
    areas: npt.NDArray[np.int64]
    xywh: npt.NDArray[np.int64]


def present_ids(bitmap: Any) -> npt.NDArray[np.uint32]:
    """Return the instance ids that have pixels, in increasing order; faster than `boxes`.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). 0 is no instance.

    >>> present_ids(np.array([[0, 7, 7], [5, 7, 0]], np.uint32)).tolist()
    [5, 7]
    """
    pixels = decode_bitmap(bitmap).reshape(-1)
    ends = pixels[:-1] != pixels[1:]  # where a run of one id ends
    ids = np.unique(np.append(pixels[np.flatnonzero(ends)], pixels[-1:]))
    present: npt.NDArray[np.uint32] = ids[ids != 0]
    return present


def boxes(bitmap: Any) -> Boxes:
    """The area and box of every instance, in one pass over the pixels.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). 0 is no instance.

    Returns:
        What is in the bitmap: only instances with pixels, each once.

    >>> boxes(np.array([[0, 7, 7], [5, 7, 0]], np.uint32))
    Boxes(ids=array([5, 7], dtype=uint32), areas=array([1, 3]), xywh=array([[0, 1, 1, 1], [1, 0, 2, 2]]))
    """
    pixels = decode_bitmap(bitmap)
    begins = np.ones(pixels.shape, bool)  # where a run of one id begins, each line anew
    np.not_equal(pixels[:, 1:], pixels[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=pixels.size)
    values = pixels.reshape(-1)[starts]
    labelled = values != 0
    starts, lengths, values = starts[labelled], lengths[labelled], values[labelled]
    order = np.argsort(values, kind="stable")
    starts, lengths, values = starts[order], lengths[order], values[order]
    ids, first = np.unique(values, return_index=True)
    if not ids.size:
        return Boxes(ids, np.zeros(0, np.int64), np.zeros((0, 4), np.int64))
    tops, lefts = np.divmod(starts, pixels.shape[1])
    left, top = np.minimum.reduceat(lefts, first), tops[first]  # the runs of an id are still in reading order
    right, bottom = np.maximum.reduceat(lefts + lengths, first), np.maximum.reduceat(tops, first) + 1
    return Boxes(ids, np.add.reduceat(lengths, first), np.stack([left, top, right - left, bottom - top], axis=1))
