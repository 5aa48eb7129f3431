"""Compute the outlines of all instances of a bitmap, along the edges of their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from segments_hf.bitmaps.codec.id_codec import decode_bitmap
from segments_hf.bitmaps.rings.cycles import cycles
from segments_hf.bitmaps.stable_order import stable_order

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps.codec.id_codec import BitmapLike


class Ring(NamedTuple):
    """A closed line around connected pixels of a mask, or around a hole in the mask.

    Attributes:
        corners: The corners, an int32 array of shape (n, 2): x and y in pixels; 0, 0 is the top left corner of the
            image. The order is clockwise around pixels, and counterclockwise around a hole.
        inner: The pixel inside the mask at each corner, x and y, of the same shape.
        is_hole: Whether the ring is around a hole.
    """

    corners: npt.NDArray[np.int32]
    inner: npt.NDArray[np.int32]
    is_hole: bool


class Rings(Sequence[Ring]):
    """The r rings of one instance, stored in a few arrays because a noisy mask may have millions of rings.

    Attributes:
        corners: The corners of all rings, ring by ring, an int32 array of shape (n, 2).
        inner: The pixel inside the mask at each corner, of the same shape.
        starts: The index of the first corner of each ring, and n at the end, an int64 array of shape (r + 1,).
        is_hole: Whether each ring is around a hole, a bool array of shape (r,).
    """

    def __init__(
        self,
        corners: npt.NDArray[np.int32],
        inner: npt.NDArray[np.int32],
        starts: npt.NDArray[np.int64],
        is_hole: npt.NDArray[np.bool_],
    ) -> None:
        self.corners = corners
        self.inner = inner
        self.starts = starts
        self.is_hole = is_hole

    def __len__(self) -> int:
        return len(self.is_hole)

    @overload
    def __getitem__(self, index: int) -> Ring: ...

    @overload
    def __getitem__(self, index: slice) -> list[Ring]: ...

    def __getitem__(self, index: int | slice) -> Ring | list[Ring]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        part = slice(self.starts[number], self.starts[number + 1])
        return Ring(self.corners[part], self.inner[part], bool(self.is_hole[number]))


# The four pixels around a corner.
_ABOVE_LEFT, _ABOVE_RIGHT, _BELOW_LEFT, _BELOW_RIGHT = range(4)


class _Turn(NamedTuple):
    """A kind of turn of a ring at a corner.

    Attributes:
        pixel: The pixel that differs from its two neighbors, an index of the four pixels around the corner.
        alone: True if this pixel is in the mask and its two neighbors are not; False for the opposite.
        is_next_horizontal: Whether the edge after the corner is horizontal.
        inner: The offset of the pixel inside the mask from the corner, x and y.
    """

    pixel: int
    alone: bool
    is_next_horizontal: bool
    inner: tuple[int, int]


# If two corners of one mask have the same coordinates, the corner of the edge to the left comes before the corner of
# the edge to the right. In this order, `_following` joins the corners on a line of the image.
_TURNS = (
    _Turn(_ABOVE_LEFT, alone=True, is_next_horizontal=True, inner=(-1, -1)),
    _Turn(_ABOVE_LEFT, alone=False, is_next_horizontal=False, inner=(0, 0)),
    _Turn(_BELOW_RIGHT, alone=False, is_next_horizontal=False, inner=(-1, -1)),
    _Turn(_BELOW_LEFT, alone=True, is_next_horizontal=False, inner=(-1, 0)),
    _Turn(_ABOVE_RIGHT, alone=True, is_next_horizontal=False, inner=(0, -1)),
    _Turn(_BELOW_RIGHT, alone=True, is_next_horizontal=True, inner=(0, 0)),
    _Turn(_ABOVE_RIGHT, alone=False, is_next_horizontal=True, inner=(-1, 0)),
    _Turn(_BELOW_LEFT, alone=False, is_next_horizontal=True, inner=(0, -1)),
)
# In columns of the image, the order of these two turns is reversed: the edge of the turn _LOWER is below the corner.
_LOWER, _UPPER = 3, 4
_IS_NEXT_HORIZONTAL = np.array([turn.is_next_horizontal for turn in _TURNS])
_INNER = np.array([turn.inner for turn in _TURNS], np.int32)


def outlines(bitmap: BitmapLike) -> dict[int, Rings]:
    """Return the rings of every instance. Filling the rings by the even-odd rule gives the mask of the instance.

    Parts that only touch at a corner have separate rings.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). The id 0 is not an instance.

    Returns:
        The rings of each id in the bitmap: the rings around pixels from top to bottom, then the rings around holes from
        top to bottom.

    >>> rings = outlines(np.array([[7, 7, 7], [7, 0, 7], [7, 7, 7]], np.uint32))[7]
    >>> [(ring.corners.tolist(), ring.is_hole) for ring in rings]
    [([[0, 0], [3, 0], [3, 3], [0, 3]], False), ([[1, 1], [1, 2], [2, 2], [2, 1]], True)]
    """
    corners = _corners(np.pad(decode_bitmap(bitmap), 1))
    if not corners.values.size:
        return {}
    order, starts = cycles(_following(corners))
    values, xy = corners.values[order[starts]], corners.xy[order]
    is_hole = _twice_the_areas(xy, starts) < 0
    if is_hole.any():
        ring_order = np.lexsort((is_hole, values))
        values, is_hole = values[ring_order], is_hole[ring_order]
        lengths = np.diff(starts, append=len(order))[ring_order]
        ends = np.cumsum(lengths)
        order = order[np.repeat(starts[ring_order] - (ends - lengths), lengths) + np.arange(len(order))]
        starts = ends - lengths
        xy = corners.xy[order]
    inner = xy + _INNER[corners.turns[order]]
    bounds = np.append(starts, len(order))
    begins = np.append(np.flatnonzero(np.diff(values, prepend=0)), len(values))  # of instances; no ring has the id 0
    found = {}
    for begin, end in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
        part = slice(bounds[begin], bounds[end])
        rings = Rings(xy[part], inner[part], bounds[begin : end + 1] - bounds[begin], is_hole[begin:end])
        found[int(values[begin])] = rings
    return found


class _Corners(NamedTuple):
    """The corners of all rings, sorted by instance id, then from top to bottom and from left to right.

    Attributes:
        values: The instance id of each corner, of shape (n,).
        xy: The coordinates, an int32 array of shape (n, 2).
        turns: The index of the turn in `_TURNS`, of shape (n,).
    """

    values: npt.NDArray[np.uint32]
    xy: npt.NDArray[np.int32]
    turns: npt.NDArray[np.uint8]


def _corners(padded: npt.NDArray[np.uint32]) -> _Corners:
    """Find the corners in a bitmap that has a border of zeros, one pixel wide."""
    differs_left = padded[:, 1:] != padded[:, :-1]
    differs_above = padded[1:] != padded[:-1]
    is_corner = (differs_left[1:] | differs_left[:-1]) & (differs_above[:, 1:] | differs_above[:, :-1])
    rows, columns = (indices.astype(np.int32) for indices in np.nonzero(is_corner))
    around = [padded[rows + y, columns + x] for y in (0, 1) for x in (0, 1)]
    turns = np.empty((len(rows), len(_TURNS)), bool)
    for number, turn in enumerate(_TURNS):
        pixel, horizontal, vertical, opposite = (around[turn.pixel ^ change] for change in (0, 1, 2, 3))
        if turn.alone:
            turns[:, number] = (horizontal != pixel) & (vertical != pixel) & (pixel != 0)
        else:
            turns[:, number] = (horizontal == opposite) & (vertical == opposite) & (pixel != opposite) & (opposite != 0)
    found = np.flatnonzero(turns)
    point = found // len(_TURNS)
    kinds = (found % len(_TURNS)).astype(np.uint8)
    pixel_in_mask = np.array([turn.pixel if turn.alone else turn.pixel ^ 3 for turn in _TURNS], np.uint8)[kinds]
    values = np.choose(pixel_in_mask, [pixels[point] for pixels in around])
    xy = np.stack([columns[point], rows[point]], axis=1)
    if values.size and (values != values[0]).any():
        order = stable_order(values)
        values, xy, kinds = values[order], xy[order], kinds[order]
    return _Corners(values, xy, kinds)


def _following(corners: _Corners) -> npt.NDArray[np.int32]:
    """Return the index of the corner after each corner in its ring.

    On each line and column of a mask, an edge joins the first and second corner, another edge joins the third and
    fourth, and so on.
    """
    count = len(corners.values)
    horizontally = np.arange(count, dtype=np.int32) ^ 1  # 0 and 1, 2 and 3, ...
    by_column = np.arange(count, dtype=np.int32)
    swapped = np.flatnonzero(
        (corners.turns[:-1] == _LOWER)
        & (corners.turns[1:] == _UPPER)
        & (corners.values[:-1] == corners.values[1:])
        & (corners.xy[:-1] == corners.xy[1:]).all(axis=1)
    )
    by_column[swapped], by_column[swapped + 1] = swapped + 1, swapped
    by_column = by_column[stable_order(corners.xy[by_column, 0])]
    if corners.values[0] != corners.values[-1]:
        by_column = by_column[stable_order(corners.values[by_column])]
    vertically = np.empty_like(by_column)
    vertically[by_column[0::2]], vertically[by_column[1::2]] = by_column[1::2], by_column[0::2]
    return np.where(_IS_NEXT_HORIZONTAL[corners.turns], horizontally, vertically)


def _twice_the_areas(xy: npt.NDArray[np.int32], starts: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return twice the area of each ring, negative for counterclockwise rings.

    `starts` has the index of the first corner of each ring.
    """
    x, y = xy.T
    widths = np.empty(len(xy), np.int64)  # of the edge after each corner; 0 for a vertical edge
    widths[:-1] = x[1:] - x[:-1]
    last = np.append(starts[1:], len(xy)) - 1
    widths[last] = x[starts] - x[last]
    areas: npt.NDArray[np.int64] = -2 * np.add.reduceat(widths * y, starts)
    return areas
