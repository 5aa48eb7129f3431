"""The outlines of all instances of a bitmap, along the edges of their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from segments_hf.bitmaps.codec.id_codec import decode_bitmap
from segments_hf.bitmaps.rings.cycles import cycles
from segments_hf.bitmaps.stable_order import stable_order

if TYPE_CHECKING:
    import numpy.typing as npt


class Ring(NamedTuple):
    """A closed line around some pixels, or around a hole in them.

    Attributes:
        corners: Where it turns, an int32 array of shape (n, 2): x and y in pixels, 0, 0 is the top left corner of the
            picture. Clockwise around pixels, the other way round a hole.
        inner: The pixel at each corner that is inside of the mask, the same shape: x and y of the pixel.
        is_hole: Whether it is around a hole.
    """

    corners: npt.NDArray[np.int32]
    inner: npt.NDArray[np.int32]
    is_hole: bool


class Rings(Sequence[Ring]):
    """The rings of one instance, in a few arrays: a mask of noise may have millions of them.

    Attributes:
        corners: The corners of all rings, ring by ring, an int32 array of shape (n, 2).
        inner: The pixel at each corner that is inside of the mask, the same shape.
        first: Where each of r rings begins in them, and n, an int64 array of shape (r + 1,).
        is_hole: Whether each is around a hole, a bool array of shape (r,).
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


# The pixels around a corner are above left, above right, below left, below right.
_ABOVE_LEFT, _ABOVE_RIGHT, _BELOW_LEFT, _BELOW_RIGHT = range(4)


class _Turn(NamedTuple):
    """A way for a ring to turn at a corner.

    Attributes:
        place: The pixel that is not like its two neighbors.
        alone: Whether it is the mask's alone; else it is not the mask's, and its neighbors are.
        leaves_sideways: Whether the ring leaves the corner sideways.
        inner: The pixel inside, from the corner.
    """

    place: int
    alone: bool
    leaves_sideways: bool
    inner: tuple[int, int]


# Where two corners of one mask are at one place, the one that comes from the left is before the one that goes to the
# right.
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
# Of two such corners, these are in the other order from top to bottom: the first has its edge below the place.
_LOWER, _UPPER = 3, 4
_LEAVES_SIDEWAYS = np.array([turn.leaves_sideways for turn in _TURNS])
_INNER = np.array([turn.inner for turn in _TURNS], np.int32)


def outlines(bitmap: Any) -> dict[int, Rings]:
    """The rings of every instance. Filled by the even-odd rule, they give its pixels back.

    Pixels that only touch at a corner have rings of their own.

    Args:
        bitmap: Instance ids, anything that `decode_bitmap` reads, (H, W). 0 is no instance.

    Returns:
        For each id in the bitmap its rings, those around pixels first, each kind from top to bottom.

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
        values: The instance id of each, of shape (n,).
        xy: Its place, an int32 array of shape (n, 2).
        turns: The index of its way to turn in `_TURNS`, of shape (n,).
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
    """The corner after each. On a line of the picture, and on a column, an edge joins each two corners."""
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
    """Twice the area of each ring, given where it begins; negative if it runs counterclockwise."""
    x, y = xy.T
    widths = np.empty(len(xy), np.int64)  # of the edge after each corner; 0 for an edge up or down
    widths[:-1] = x[1:] - x[:-1]
    last = np.append(first[1:], len(xy)) - 1
    widths[last] = x[first] - x[last]
    areas: npt.NDArray[np.int64] = -2 * np.add.reduceat(widths * y, first)
    return areas
