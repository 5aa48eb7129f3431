"""The outlines of all instances of a bitmap, along the edges of their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.bitmaps.id_codec import decode_bitmap

if TYPE_CHECKING:
    import numpy.typing as npt


class Ring(NamedTuple):
    """A closed line around some pixels, or around a hole in them.

    Attributes:
        corners: Where it turns, an int64 array of shape (n, 2): x and y in pixels, 0, 0 is the top left corner of the
            picture. Clockwise around pixels, the other way round a hole.
        inner: The pixel at each corner that is inside of the mask, the same shape: x and y of the pixel.
        is_hole: Whether it is around a hole.
    """

    corners: npt.NDArray[np.int64]
    inner: npt.NDArray[np.int64]
    is_hole: bool


# The pixels around a corner are above left, above right, below left, below right.
_ABOVE_LEFT, _ABOVE_RIGHT, _BELOW_LEFT, _BELOW_RIGHT = range(4)
# A ring turns at a corner where one of them is the mask's alone, or where one is not and its neighbours are: by the
# place of that one, whether the ring leaves it sideways, whether its edge sideways goes to the right, the other down,
# and which pixel, from the corner, is inside.
_TURNS = {
    # (place, alone): (leaves sideways, edge to the right, edge down, inner)
    (_ABOVE_LEFT, True): (True, False, False, (-1, -1)),
    (_ABOVE_RIGHT, True): (False, True, False, (0, -1)),
    (_BELOW_LEFT, True): (False, False, True, (-1, 0)),
    (_BELOW_RIGHT, True): (True, True, True, (0, 0)),
    (_ABOVE_LEFT, False): (False, False, False, (0, 0)),
    (_ABOVE_RIGHT, False): (True, True, False, (-1, 0)),
    (_BELOW_LEFT, False): (True, False, True, (0, -1)),
    (_BELOW_RIGHT, False): (False, True, True, (-1, -1)),
}


def outlines(bitmap: Any) -> dict[int, list[Ring]]:
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
    following = _following(corners).tolist()
    is_new = [True] * len(following)
    rings: dict[int, tuple[list[Ring], list[Ring]]] = {}
    for start in range(len(following)):
        places = []
        place = start
        while is_new[place]:
            is_new[place] = False
            places.append(place)
            place = following[place]
        if places:
            xy = corners.xy[places]
            is_hole = _twice_the_area(xy) < 0
            outer, holes = rings.setdefault(int(corners.values[start]), ([], []))
            (holes if is_hole else outer).append(Ring(xy, xy + corners.inner[places], is_hole))
    return {number: [*outer, *holes] for number, (outer, holes) in rings.items()}


class _Corners(NamedTuple):
    """The corners of all rings, by instance, then from top to bottom and from left to right."""

    values: npt.NDArray[Any]
    xy: npt.NDArray[Any]
    inner: npt.NDArray[Any]
    leaves_sideways: npt.NDArray[Any]
    to_the_right: npt.NDArray[Any]
    down: npt.NDArray[Any]


def _corners(padded: npt.NDArray[np.uint32]) -> _Corners:
    beside = padded[:, 1:] != padded[:, :-1]
    below = padded[1:] != padded[:-1]
    rows, columns = np.nonzero((beside[1:] | beside[:-1]) & (below[:, 1:] | below[:, :-1]))
    around = np.stack([padded[rows + y, columns + x] for y in (0, 1) for x in (0, 1)])
    xy = np.stack([columns, rows], axis=1)
    found: list[_Corners] = []
    for (place, alone), (leaves_sideways, to_the_right, down, inner) in _TURNS.items():
        pixel, beside_it, below_it, opposite = (around[place ^ change] for change in (0, 1, 2, 3))
        if alone:
            turns, values = (beside_it != pixel) & (below_it != pixel), pixel
        else:
            turns, values = (beside_it == opposite) & (below_it == opposite) & (pixel != opposite), opposite
        chosen = np.flatnonzero(turns & (values != 0))
        flags = (np.full(len(chosen), flag) for flag in (leaves_sideways, to_the_right, down))
        found.append(_Corners(values[chosen], xy[chosen], np.tile(inner, (len(chosen), 1)), *flags))
    corners = _Corners(*(np.concatenate(part) for part in zip(*found, strict=True)))
    # Where two corners are at one place, the one that comes from the left is before the one that goes to the right.
    order = np.lexsort((corners.to_the_right, corners.xy[:, 0], corners.xy[:, 1], corners.values))
    return _Corners(*(part[order] for part in corners))


def _following(corners: _Corners) -> npt.NDArray[np.intp]:
    """The corner after each. On a line of the picture, and on a column, an edge joins each two corners."""
    by_column = np.lexsort((corners.down, corners.xy[:, 1], corners.xy[:, 0], corners.values))
    sideways, vertically = np.empty_like(by_column), np.empty_like(by_column)
    sideways[0::2], sideways[1::2] = np.arange(1, len(by_column), 2), np.arange(0, len(by_column), 2)
    vertically[by_column[0::2]], vertically[by_column[1::2]] = by_column[1::2], by_column[0::2]
    return np.where(corners.leaves_sideways, sideways, vertically)


def _twice_the_area(xy: npt.NDArray[np.int64]) -> int:
    x, y = xy.T
    return int(x @ np.roll(y, -1) - y @ np.roll(x, -1))
