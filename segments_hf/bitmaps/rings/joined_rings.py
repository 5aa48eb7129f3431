"""Join the rings of an instance into one closed line, for formats that allow only one ring per object."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.rings.cycles import cycles
from segments_hf.bitmaps.rings.shortest_cuts import shortest_cuts
from segments_hf.bitmaps.rings.spanning_forest import numbered, roots_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps.rings.outlines import Rings

    Numbers = npt.NDArray[np.integer]


def join_rings(rings: Rings) -> npt.NDArray[np.int32]:
    """Join the rings of an instance into one closed line through its outermost pixels.

    A cut through the pixels left of a hole joins the ring of the hole to another ring. Cuts between the pixels of
    separate parts join the parts. These cuts touch as few pixels between the parts as possible.

    Args:
        rings: The rings of an instance from `outlines`.

    Returns:
        int32 array of shape (n, 2): x and y of pixels. If the line is drawn and filled by the even-odd rule, the result
        is the mask and the pixels that the cuts between parts touch.

    >>> from segments_hf.bitmaps.rings.outlines import outlines
    >>> join_rings(outlines(np.array([[7, 7, 7], [7, 0, 7], [7, 7, 7]], np.uint32))[7]).tolist()
    [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0], [0, 0], [0, 2], [2, 2], [2, 0], [0, 0], [0, 0]]
    """
    if len(rings) == 1:
        return rings.inner
    lines, cuts = _with_cut_ends(*_lines(rings), rings)
    part_of_ring = _part_of_each_ring(lines, cuts, len(rings))
    part_of = part_of_ring[lines.ring_of_points()]
    pixels = _pixels(lines.points)
    between = shortest_cuts(lines.points[pixels], part_of[pixels], int(part_of_ring.max()) + 1)
    return lines.points[_tour(lines, np.concatenate([cuts, pixels[between]]))]


class _Lines(NamedTuple):
    """The closed lines through the pixels of r rings.

    Attributes:
        points: The points, line by line, an array of shape (n, 2).
        starts: The index of the first point of each line, and n at the end, of shape (r + 1,).
    """

    points: npt.NDArray[np.int32]
    starts: Numbers

    def ring_of_points(self) -> Numbers:
        """Return the index of the ring of each point."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def _lines(rings: Rings) -> tuple[_Lines, Numbers]:
    """Return the lines through the inner pixels of the rings, and the index of the point of each corner.

    Successive corners with the same inner pixel have one point.
    """
    is_kept = np.ones(len(rings.inner), bool)
    is_kept[1:] = (rings.inner[1:] != rings.inner[:-1]).any(axis=1)
    is_kept[rings.starts[:-1]] = True
    ends = np.append(0, np.cumsum(is_kept))
    return _Lines(rings.inner[is_kept], ends[rings.starts]), ends[1:] - 1


def _with_cut_ends(lines: _Lines, point_of_corner: Numbers, rings: Rings) -> tuple[_Lines, Numbers]:
    """Add the points at which the cuts of holes end.

    The cut of a hole begins at a leftmost pixel of its line, and goes left to the next edge of the mask. This edge
    belongs to the outline of a part or to a hole farther left.

    Returns:
        The lines, and the indices of the two points of each cut, an array of shape (holes, 2).
    """
    holes = np.flatnonzero(rings.is_hole)
    if not len(holes):
        return lines, np.zeros((0, 2), np.int64)
    cut_start = _leftmost(lines, holes)
    edges, rows = _left_edges(rings)
    stride = int(rings.corners[:, 0].max()) + 1
    keys = rows * stride + rings.corners[edges, 0]
    order = np.argsort(keys)
    x, y = lines.points[cut_start].T.astype(np.int64)
    left = order[np.searchsorted(keys[order], y * stride + x, side="right") - 1]
    after, cut_end = point_of_corner[edges[left]], np.stack([rings.corners[edges[left], 0], y], axis=1)
    upward = np.lexsort((-y, after))  # several cuts may end on one edge; all these edges go up
    after, cut_end, cut_start = after[upward], cut_end[upward], cut_start[upward]
    points = np.insert(lines.points, after + 1, cut_end, axis=0)
    at_cut_end = after + 1 + np.arange(len(after))
    at_cut_start = cut_start + np.searchsorted(after, cut_start)
    starts = lines.starts + np.searchsorted(after, lines.starts)
    return _Lines(points, starts), np.stack([at_cut_start, at_cut_end], axis=1)


def _leftmost(lines: _Lines, chosen: Numbers) -> Numbers:
    """Return the index of the first leftmost point of each chosen line."""
    keys = (lines.points[:, 0].astype(np.int64) << 32) | np.arange(len(lines.points))
    points: Numbers = np.minimum.reduceat(keys, lines.starts[:-1])[chosen] & (2**32 - 1)
    return points


def _left_edges(rings: Rings) -> tuple[Numbers, Numbers]:
    """Return the left edges of the mask, with one entry for each line of the image that an edge crosses.

    Returns:
        The index of the corner at which the edge begins, and the line.
    """
    following = np.arange(1, len(rings.corners) + 1)
    following[rings.starts[1:] - 1] = rings.starts[:-1]
    heights = (rings.corners[:, 1] - rings.corners[following, 1]).astype(np.int64)  # positive for the edges that go up
    edges = np.flatnonzero(heights > 0)
    heights = heights[edges]
    ends = np.cumsum(heights)
    edge = np.repeat(np.arange(len(edges)), heights)
    return edges[edge], rings.corners[edges, 1][edge] - 1 - (np.arange(len(edge)) - (ends - heights)[edge])


def _part_of_each_ring(lines: _Lines, cuts: Numbers, count: int) -> Numbers:
    """Return the number of the part of each ring. The cuts connect the rings of holes to other rings of their part."""
    ring_of = lines.ring_of_points()
    parents = np.arange(count)
    parents[ring_of[cuts[:, 0]]] = ring_of[cuts[:, 1]]
    return numbered(roots_of(parents))


def _pixels(points: npt.NDArray[np.int32]) -> Numbers:
    """Return the index of one point for each pixel."""
    keys = points[:, 1].astype(np.int64) * (int(points[:, 0].max()) + 1) + points[:, 0]
    pixels: Numbers = np.unique(keys, return_index=True)[1]
    return pixels


def _tour(lines: _Lines, cuts: Numbers) -> Numbers:
    """Return one closed line along all lines, as indices of points. It follows each cut once in each direction."""
    # A point with k cuts occurs k + 1 times in the tour. After each of the first k times, the tour follows a cut.
    ends = cuts.ravel()
    times = 1 + np.bincount(ends, minlength=len(lines.points))
    begins = np.cumsum(times) - times
    point_of = np.repeat(np.arange(len(lines.points)), times)
    order = np.argsort(ends, kind="stable")
    rank = np.empty_like(ends)  # the index of each cut among the cuts of its point
    rank[order] = np.arange(len(ends)) - (np.cumsum(times - 1) - times + 1)[ends[order]]
    leaves = begins[ends] + rank
    along = np.arange(1, len(lines.points) + 1)
    along[lines.starts[1:] - 1] = lines.starts[:-1]
    following = np.empty(len(point_of), np.int32)
    following[begins + times - 1] = begins[along]
    following[leaves] = leaves.reshape(-1, 2)[:, ::-1].ravel() + 1
    order_of_tour, _ = cycles(following)
    tour: Numbers = point_of[order_of_tour]
    return tour
