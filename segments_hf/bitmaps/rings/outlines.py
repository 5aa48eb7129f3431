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
    """A closed line around some pixels, or around a hole in them.

    Attributes:
        corners: The corners, an int32 array of shape (n, 2): x and y in pixels; 0, 0 is the top left corner of the
            image. They are in clockwise order around pixels, and in counterclockwise order around a hole.
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
        first: The first corner of each ring, and n at the end, an int64 array of shape (r + 1,).
        is_hole: Whether each ring is around a hole, a bool array of shape (r,).
    """

    def __init__(
        self,
        corners: npt.NDArray[np.int32],
        inner: npt.NDArray[np.int32],
        first: npt.NDArray[np.int64],
        is_hole: npt.NDArray[np.bool_],
    ) -> None:
        self.corners = corners
        self.inner = inner
        self.first = first
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
        part = slice(self.first[number], self.first[number + 1])
        return Ring(self.corners[part], self.inner[part], bool(self.is_hole[number]))


# The four pixels around a corner.
_ABOVE_LEFT, _ABOVE_RIGHT, _BELOW_LEFT, _BELOW_RIGHT = range(4)


class _Turn(NamedTuple):
    """A kind of turn of a ring at a corner.

    Attributes:
        place: The pixel that differs from its two neighbors, an index of the four pixels around the corner.
        alone: Whether only this pixel is in the mask. Otherwise it is outside, and its two neighbors are in the mask.
        leaves_sideways: Whether the ring leaves the corner horizontally.
        inner: The offset of the pixel inside the mask from the corner, x and y.
    """

    place: int
    alone: bool
    leaves_sideways: bool
    inner: tuple[int, int]


# If two corners of one mask have the same coordinates, the corner of the edge to the left comes before the corner of
# the edge to the right.
_TURNS = (
    _Turn(_ABOVE_LEFT, alone=True, leaves_sideways=True, inner=(-1, -1)),
    _Turn(_ABOVE_LEFT, alone=False, leaves_sideways=False, inner=(0, 0)),
    _Turn(_BELOW_RIGHT, alone=False, leaves_sideways=False, inner=(-1, -1)),
    _Turn(_BELOW_LEFT, alone=True, leaves_sideways=False, inner=(-1, 0)),
    _Turn(_ABOVE_RIGHT, alone=True, leaves_sideways=False, inner=(0, -1)),
    _Turn(_BELOW_RIGHT, alone=True, leaves_sideways=True, inner=(0, 0)),
    _Turn(_ABOVE_RIGHT, alone=False, leaves_sideways=True, inner=(-1, 0)),
    _Turn(_BELOW_LEFT, alone=False, leaves_sideways=True, inner=(0, -1)),
)
# In columns, the order of these two turns is reversed: the edge of the first one is below the corner.
_LOWER, _UPPER = 3, 4
_LEAVES_SIDEWAYS = np.array([turn.leaves_sideways for turn in _TURNS])
_INNER = np.array([turn.inner for turn in _TURNS], np.int32)


def outlines(bitmap: BitmapLike) -> dict[int, Rings]:
    """Return the rings of every instance. If they are filled by the even-odd rule, the result is the instance.

    Pixels that only touch at a corner have separate rings.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). The id 0 is not an instance.

    Returns:
        The rings of each id in the bitmap: first the rings around pixels, then those around holes, each from top to
        bottom.

    >>> rings = outlines(np.array([[7, 7, 7], [7, 0, 7], [7, 7, 7]], np.uint32))[7]
    >>> [(ring.corners.tolist(), ring.is_hole) for ring in rings]
    [([[0, 0], [3, 0], [3, 3], [0, 3]], False), ([[1, 1], [1, 2], [2, 2], [2, 1]], True)]
    """
    corners = _corners(np.pad(decode_bitmap(bitmap), 1))
    if not corners.values.size:
        return {}
    order, first = cycles(_following(corners))
    values, xy = corners.values[order[first]], corners.xy[order]
    is_hole = _twice_the_areas(xy, first) < 0
    if is_hole.any():
        ring_order = np.lexsort((is_hole, values))
        values, is_hole = values[ring_order], is_hole[ring_order]
        lengths = np.diff(first, append=len(order))[ring_order]
        ends = np.cumsum(lengths)
        order = order[np.repeat(first[ring_order] - (ends - lengths), lengths) + np.arange(len(order))]
        first = ends - lengths
        xy = corners.xy[order]
    inner = xy + _INNER[corners.turns[order]]
    bounds = np.append(first, len(order))
    begins = np.append(np.flatnonzero(np.diff(values, prepend=0)), len(values))  # no ring has the value 0
    found = {}
    for begin, end in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
        part = slice(bounds[begin], bounds[end])
        of_id = Rings(xy[part], inner[part], bounds[begin : end + 1] - bounds[begin], is_hole[begin:end])
        found[int(values[begin])] = of_id
    return found


class _Corners(NamedTuple):
    """The corners of all rings, by instance, then from top to bottom and from left to right.

    Attributes:
        values: The instance id of each corner, of shape (n,).
        xy: The coordinates, an int32 array of shape (n, 2).
        turns: The index of the turn in `_TURNS`, of shape (n,).
    """

    values: npt.NDArray[np.uint32]
    xy: npt.NDArray[np.int32]
    turns: npt.NDArray[np.uint8]


def _corners(padded: npt.NDArray[np.uint32]) -> _Corners:
    beside = padded[:, 1:] != padded[:, :-1]
    below = padded[1:] != padded[:-1]
    places = np.nonzero((beside[1:] | beside[:-1]) & (below[:, 1:] | below[:, :-1]))
    rows, columns = (part.astype(np.int32) for part in places)
    around = [padded[rows + y, columns + x] for y in (0, 1) for x in (0, 1)]
    turns = np.empty((len(rows), len(_TURNS)), bool)
    for number, turn in enumerate(_TURNS):
        pixel, beside_it, below_it, opposite = (around[turn.place ^ change] for change in (0, 1, 2, 3))
        if turn.alone:
            turns[:, number] = (beside_it != pixel) & (below_it != pixel) & (pixel != 0)
        else:
            turns[:, number] = (beside_it == opposite) & (below_it == opposite) & (pixel != opposite) & (opposite != 0)
    found = np.flatnonzero(turns)
    which = found // len(_TURNS)
    kinds = (found % len(_TURNS)).astype(np.uint8)
    of_value = np.array([turn.place if turn.alone else turn.place ^ 3 for turn in _TURNS], np.uint8)[kinds]
    values = np.choose(of_value, [pixels[which] for pixels in around])
    xy = np.stack([columns[which], rows[which]], axis=1)
    if values.size and (values != values[0]).any():
        order = stable_order(values)
        values, xy, kinds = values[order], xy[order], kinds[order]
    return _Corners(values, xy, kinds)


def _following(corners: _Corners) -> npt.NDArray[np.int32]:
    """Return the corner after each corner.

    On each line and column, an edge joins the first and second corner, another edge the third and fourth, and so on.
    """
    count = len(corners.values)
    sideways = np.arange(count, dtype=np.int32) ^ 1  # 0 and 1, 2 and 3, ...
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
    return np.where(_LEAVES_SIDEWAYS[corners.turns], sideways, vertically)


def _twice_the_areas(xy: npt.NDArray[np.int32], first: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return twice the area of each ring from its first corner; it is negative for counterclockwise rings."""
    x, y = xy.T
    widths = np.empty(len(xy), np.int64)  # of the edge after each corner; 0 for a vertical edge
    widths[:-1] = x[1:] - x[:-1]
    last = np.append(first[1:], len(xy)) - 1
    widths[last] = x[first] - x[last]
    areas: npt.NDArray[np.int64] = -2 * np.add.reduceat(widths * y, first)
    return areas
