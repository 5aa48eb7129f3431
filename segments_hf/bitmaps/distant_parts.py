"""Find the connected parts of a mask, and groups of parts that are far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.rings.spanning_forest import numbered, roots_of, spanning_forest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps.boxes import Boxes

LEAST_PART = 16  # pixels; smaller parts are ignored, because they are often slips of the brush
LEAST_SHARE = 0.1  # of the area of the largest part; smaller parts are ignored
_MOST_PARTS = 200  # only the largest parts are compared: a noisy mask may have any number of parts
_LEAST_GROUPS = 4  # an object behind other objects often has two or three parts far apart
_PIXELS_AT_ONCE = 2**22  # about the sum of the areas of the bounding boxes that are examined together
_LONGEST_SIDE = 256  # pixels; a bounding box with a longer side is read at a lower resolution, see `Parts`


class Parts(NamedTuple):
    """The connected parts of some instances. Pixels that touch at a corner are connected.

    Attributes:
        instance: The index of the instance of each part, in increasing order, an array of shape (n,).
        areas: The number of pixels of each part, of shape (n,).
        bounds: The left, top, right and bottom of each part, relative to the bounding box of its instance, of shape
            (n, 4). The right and the bottom are exclusive, as in a slice.

    If a bounding box is wider or higher than 256 pixels, only every k-th pixel of every k-th line of this box is read,
    so that at most 256 pixels are read along each side. Areas and bounds then count only the pixels that are read.
    """

    instance: npt.NDArray[np.int64]
    areas: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]


def parts_of(bitmap: npt.NDArray[np.uint32], ids: Sequence[int], xywh: Sequence[Sequence[int]]) -> Parts:
    """Find the connected parts of some instances together, which is much faster than one by one.

    Args:
        bitmap: Instance ids of shape (H, W).
        ids: The ids of the instances.
        xywh: The bounding box of each instance: left, top, width and height.

    >>> parts_of(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 1, 1]], np.uint32), [1], [[0, 0, 3, 4]]).bounds.tolist()
    [[0, 0, 2, 2], [0, 3, 3, 4]]
    """
    # The masks follow each other in one array. An empty pixel at both ends of each line and an empty line above
    # each mask separate them.
    boxes = [_pixels_of_box(bitmap, *box) for box in xywh]
    widths = np.array([box.shape[1] + 2 for box in boxes], np.int64)
    sizes = widths * np.array([box.shape[0] + 1 for box in boxes], np.int64)
    offsets = np.append(0, np.cumsum(sizes))
    masks = np.zeros(int(offsets[-1]) + 1, bool)
    for instance_id, box, begin, end in zip(ids, boxes, offsets, offsets[1:], strict=False):
        height, width = box.shape
        np.equal(box, instance_id, out=masks[begin:end].reshape(height + 1, width + 2)[1:, 1:-1])
    changes = np.flatnonzero(masks[1:] != masks[:-1]) + 1
    starts, ends = changes[0::2], changes[1::2]
    instance = np.searchsorted(offsets, starts, side="right") - 1
    part_of = _connected(starts, ends, widths[instance])
    lines, columns = np.divmod(starts - offsets[instance], widths[instance])
    order = np.argsort(part_of, kind="stable")
    first_runs = np.flatnonzero(np.diff(part_of[order], prepend=-1))
    lengths = (ends - starts)[order]
    lines, columns = lines[order] - 1, columns[order] - 1
    bounds = (
        np.minimum.reduceat(columns, first_runs),
        np.minimum.reduceat(lines, first_runs),
        np.maximum.reduceat(columns + lengths, first_runs),
        np.maximum.reduceat(lines + 1, first_runs),
    )
    return Parts(instance[order][first_runs], np.add.reduceat(lengths, first_runs), np.stack(bounds, axis=1))


def _pixels_of_box(
    bitmap: npt.NDArray[np.uint32], left: int, top: int, width: int, height: int
) -> npt.NDArray[np.uint32]:
    """Return the pixels of a box; of a large box, every k-th pixel of every k-th line, see `Parts`."""
    step = -(-max(width, height) // _LONGEST_SIDE)
    return bitmap[top : top + height : step, left : left + width : step]


def _connected(
    starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], widths: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the number of the part of each run of pixels. Parts are numbered from 0 in the order of the instances.

    Args:
        starts: The position of the first pixel of each run in the array of all masks.
        ends: The position after the last pixel of each run.
        widths: The number of pixels of a line in the mask of each run.
    """
    # A run from `start` to `end` touches the runs of the line above whose end is at least `start` and whose start is at
    # most `end`.
    first_above = np.searchsorted(ends, starts - widths, side="left")
    end_above = np.searchsorted(starts, ends - widths, side="right")
    runs = np.arange(len(starts))
    parents = roots_of(np.where(end_above > first_above, first_above, runs))
    several = np.flatnonzero(end_above - first_above > 1)
    counts = (end_above - first_above)[several]
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    above = np.repeat(first_above[several], counts) + offsets
    trees = numbered(parents)
    _, part_of_tree = spanning_forest(
        np.repeat(trees[several], counts), trees[above], np.zeros(len(above), np.int64), int(trees.max(initial=-1)) + 1
    )
    parts: npt.NDArray[np.int64] = part_of_tree[trees].astype(np.int64)
    return parts


def distant_groups(bitmap: npt.NDArray[np.uint32], regions: Boxes) -> dict[int, int]:
    """Find the instances with four or more groups of parts that are far apart, and count the groups.

    Only instances that cover less than half of their bounding box are examined.

    Two parts are near if the gap between their bounding boxes, horizontally and vertically, is at most half the longest
    side of the two boxes. Parts that a chain of near parts connects are one group. Thus, an object that a pole cuts in
    two is one group if one of its parts is at least twice as long as the pole is wide.

    Parts of fewer than 16 pixels, and parts of less than a tenth of the area of the largest part, are ignored. Of the
    other parts, only the 200 largest are compared. Large instances are read at a lower resolution, see `Parts`.

    Args:
        bitmap: Instance ids of shape (H, W).
        regions: The boxes and areas of the instances.

    Returns:
        The number of groups of each instance that has four or more.

    >>> bitmap = np.zeros((8, 58), np.uint32)
    >>> for left in (0, 18, 36, 54):
    ...     bitmap[2:6, left : left + 4] = 7
    >>> from segments_hf.bitmaps import boxes
    >>> distant_groups(bitmap, boxes(bitmap))
    {7: 4}
    """
    box_areas = regions.xywh[:, 2] * regions.xywh[:, 3]
    sparse = np.flatnonzero((2 * regions.areas < box_areas) & (regions.areas >= _LEAST_GROUPS * LEAST_PART))
    found: dict[int, int] = {}
    cuts = np.flatnonzero(np.diff(np.cumsum(box_areas[sparse]) // _PIXELS_AT_ONCE)) + 1
    for chosen in np.split(sparse, cuts):
        if len(chosen):
            ids = regions.ids[chosen].tolist()
            parts = parts_of(bitmap, ids, regions.xywh[chosen].tolist())
            starts = np.flatnonzero(np.diff(parts.instance, prepend=-1))
            counts = np.diff(starts, append=len(parts.instance))
            for index in np.flatnonzero(counts >= _LEAST_GROUPS).tolist():
                part = slice(starts[index], starts[index] + counts[index])
                groups = _groups(parts.areas[part], parts.bounds[part])
                if groups >= _LEAST_GROUPS:
                    found[ids[index]] = groups
    return found


def _groups(areas: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]) -> int:
    """Count the groups of the parts of an instance. If fewer than four parts are large enough, return their number."""
    relevant = np.flatnonzero(areas >= max(LEAST_PART, LEAST_SHARE * areas.max()))
    if len(relevant) < _LEAST_GROUPS:
        return len(relevant)
    relevant = relevant[np.argsort(areas[relevant])[-_MOST_PARTS:]]
    low, high = bounds[relevant, :2], bounds[relevant, 2:]
    sides = (high - low).max(axis=1)
    gaps = np.maximum(low[:, None] - high, low - high[:, None]).max(axis=2)
    first, second = np.nonzero(np.triu(2 * gaps <= np.maximum(sides[:, None], sides), 1))
    _, groups = spanning_forest(first, second, np.zeros(len(first), np.int64), len(relevant))
    return int(groups.max()) + 1
