"""Encode the masks of all instances of a bitmap as COCO's compressed run lengths.

The result is identical to that of `pycocotools.mask.encode`
(https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c). The counts of pixels alternate between outside
and inside the mask, down the columns from left to right. From the fourth count on, the stored number is the count minus
the count two before it. Each number is stored in groups of five bits, the lowest first; a sixth bit is set if more
groups follow; 48 is added to each group.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.bands import bands
from segments_hf.bitmaps.codec.id_codec import decode_bitmap
from segments_hf.bitmaps.stable_order import stable_order

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps.codec.id_codec import BitmapLike

    Numbers = npt.NDArray[np.int64]

_PLAIN_COUNTS = 3  # the number of counts at the beginning of a mask that are not stored as differences
_GROUP_BITS = 5
_MORE_FOLLOW = 32  # the sixth bit
_OFFSET = 48  # the code of the character 0


class Rles(NamedTuple):
    """The masks of k instances, in increasing order of their ids.

    Attributes:
        ids: Instance ids, a uint32 array of shape (k,).
        areas: The number of pixels of each instance, an int64 array of shape (k,).
        xywh: The bounding boxes, an int64 array of shape (k, 4): left, top, width, height in pixels.
        counts: The `counts` of each mask, as in `pycocotools`.
        size: The `size` of all masks: height and width of the bitmap.
    """

    ids: npt.NDArray[np.uint32]
    areas: Numbers
    xywh: Numbers
    counts: list[bytes]
    size: tuple[int, int]


def rle(bitmap: BitmapLike) -> Rles:
    """Encode the mask of every instance in one pass over the pixels, without creating masks as arrays.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). The id 0 is not an instance.

    Returns:
        The masks of the instances that have pixels.

    >>> masks = rle(np.array([[0, 7, 7], [5, 7, 0]], np.uint32))
    >>> masks.ids.tolist(), masks.areas.tolist(), masks.xywh.tolist()
    ([5, 7], [1, 3], [[0, 1, 1, 1], [1, 0, 2, 2]])
    >>> masks.counts, masks.size
    ([b'114', b'231'], (2, 3))
    """
    pixels = decode_bitmap(bitmap)
    height = pixels.shape[0]
    starts, values = _runs(pixels)
    lengths = np.diff(starts, append=pixels.size)
    labeled = np.flatnonzero(values)
    order = labeled[stable_order(values[labeled])]  # the runs of an id are still in the order of the columns
    starts, lengths, values = starts[order], lengths[order], values[order]
    first_runs = np.flatnonzero(np.diff(values, prepend=0))  # no run has the value 0
    ids = values[first_runs]
    if not ids.size:
        return Rles(ids, np.zeros(0, np.int64), np.zeros((0, 4), np.int64), [], pixels.shape)
    counts = _strings(starts, lengths, first_runs, pixels.size)
    areas = np.add.reduceat(lengths, first_runs)
    return Rles(ids, areas, _boxes(starts, starts + lengths - 1, first_runs, height), counts, pixels.shape)


def _runs(pixels: npt.NDArray[np.uint32]) -> tuple[Numbers, npt.NDArray[np.uint32]]:
    """Return the index of the first pixel of each run of one id, counted down the columns, and the id of the run."""
    height = pixels.shape[0]
    begins = [_begins_of_band(pixels, rows) for rows in bands(pixels.shape)]
    rows, columns, values = (np.concatenate(arrays) for arrays in zip(*begins, strict=True))
    order = stable_order(columns)
    return (columns * height + rows)[order], values[order]


def _begins_of_band(pixels: npt.NDArray[np.uint32], rows: slice) -> tuple[Numbers, Numbers, npt.NDArray[np.uint32]]:
    """Return row, column and id of the first pixel of each run that begins in a band of rows, in reading order."""
    band = pixels[rows]
    begins = np.ones(band.shape, bool)
    np.not_equal(band[1:], band[:-1], out=begins[1:])
    if rows.start:
        np.not_equal(band[0], pixels[rows.start - 1], out=begins[0])
    elif pixels.size:  # a run may continue at the top of the next column
        np.not_equal(pixels[0, 1:], pixels[-1, :-1], out=begins[0, 1:])
    starts = np.flatnonzero(begins)
    lines, columns = np.divmod(starts, band.shape[1])
    return lines + rows.start, columns, band.reshape(-1)[starts]


def _boxes(starts: Numbers, last_pixels: Numbers, first_runs: npt.NDArray[np.intp], height: int) -> Numbers:
    """Return the bounding box of each instance.

    Args:
        starts: The index of the first pixel of each run, counted down the columns.
        last_pixels: The index of the last pixel of each run.
        first_runs: The index of the first run of each instance.
        height: The height of the bitmap.
    """
    lefts, tops = np.divmod(starts, height)
    rights, bottoms = np.divmod(last_pixels, height)
    tall = rights > lefts  # a run in several columns touches the bottom and the top of the image
    tops[tall], bottoms[tall] = 0, height - 1
    left, right = lefts[first_runs], rights[np.append(first_runs[1:], len(starts)) - 1]
    top, bottom = np.minimum.reduceat(tops, first_runs), np.maximum.reduceat(bottoms, first_runs)
    return np.stack([left, top, right - left + 1, bottom - top + 1], axis=1)


def _strings(starts: Numbers, lengths: Numbers, first_runs: npt.NDArray[np.intp], num_pixels: int) -> list[bytes]:
    """Return the encoded counts of each instance. `num_pixels` is the number of pixels of the bitmap."""
    ends = starts + lengths
    counts = np.empty(2 * len(starts), np.int64)
    counts[0::2], counts[1::2] = starts, lengths
    counts[2::2] -= ends[:-1]
    counts[2 * first_runs] = starts[first_runs]
    end_runs = np.append(first_runs[1:], len(starts))  # the run after the last run of each instance
    rest = num_pixels - ends[end_runs - 1]  # pixels outside the mask after its last run
    has_rest = rest > 0
    counts = np.insert(counts, 2 * end_runs[has_rest], rest[has_rest])
    stops = 2 * end_runs + np.cumsum(has_rest)
    begins = np.append(0, stops[:-1])
    differences = counts.copy()
    differences[2:] -= counts[:-2]
    for position in range(_PLAIN_COUNTS):
        chosen = begins[begins + position < stops] + position
        differences[chosen] = counts[chosen]
    text, ends_in_text = _groups_of_bits(differences)
    return _cut(text, ends_in_text[stops - 1])


def _cut(text: bytes, stops: Numbers) -> list[bytes]:
    return [text[start:stop] for start, stop in itertools.pairwise([0, *stops.tolist()])]


def _groups_of_bits(numbers: Numbers) -> tuple[bytes, Numbers]:
    """Encode numbers as text. Return the text, and the end of each number in the text."""
    magnitudes = numbers ^ (numbers >> 63)
    sizes = np.ones(len(numbers), np.int64)  # groups; the highest bit of the last group of a number is its sign
    limit = 1 << (_GROUP_BITS - 1)
    highest = int(magnitudes.max())
    while highest >= limit:
        sizes += magnitudes >= limit
        limit <<= _GROUP_BITS
    ends = np.cumsum(sizes)
    text = np.empty(int(ends[-1]), np.uint8)
    positions, rest, remaining = ends - sizes, numbers, sizes
    while positions.size:
        more = remaining > 1
        text[positions] = (rest & (_MORE_FOLLOW - 1)) + _OFFSET + more * _MORE_FOLLOW
        positions, rest, remaining = positions[more] + 1, rest[more] >> _GROUP_BITS, remaining[more] - 1
    return text.tobytes(), ends
