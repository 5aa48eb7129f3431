"""Find the shortest edges that connect parts, and the trees that they form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.integer]


def spanning_forest(first: Numbers, second: Numbers, lengths: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Choose the edges of a minimum spanning forest, by Boruvka's algorithm.

    At first, each part is a tree. In each round, the shortest edge of every tree to another tree is chosen, and the two
    trees are merged. Each round at least halves the number of trees that have edges to other trees.

    Args:
        first: The part at one end of each edge, 0..count-1, an integer array of shape (n,).
        second: The part at the other end.
        lengths: The length of each edge. Of edges with equal lengths, the first edge counts as the shortest.
        count: The number of parts.

    Returns:
        The indices of the chosen edges; and the number of the tree of each part, 0..trees-1, of shape (count,).

    >>> edges, trees = spanning_forest(np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([5, 1, 2]), 4)
    >>> edges.tolist(), trees.tolist()
    ([1, 2], [0, 0, 0, 1])
    """
    order = np.argsort(lengths, kind="stable")
    first, second = first[order], second[order]
    trees: Numbers = np.arange(count)
    is_chosen = np.zeros(len(order), bool)
    while len(order):
        # An assignment with repeated indices keeps the last value. In reverse order, this is the shortest edge.
        backwards = np.arange(len(order))[::-1]
        shortest_of_ends = np.full((2, count), len(order))
        shortest_of_ends[0, first[::-1]] = backwards
        shortest_of_ends[1, second[::-1]] = backwards
        shortest = shortest_of_ends.min(axis=0)
        joined = np.flatnonzero(shortest < len(order))
        edges = shortest[joined]
        other: Numbers = np.arange(count)
        other[joined] = first[edges] + second[edges] - joined
        # Two trees that choose the same edge would be parents of each other: a cycle. One of them becomes the root.
        mutual = joined[(other[other[joined]] == joined) & (joined < other[joined])]
        other[mutual] = mutual
        root = roots_of(other)
        trees = root[trees]
        is_chosen[order[edges]] = True
        first, second = root[first], root[second]
        apart = first != second
        first, second, order = first[apart], second[apart], order[apart]
    return np.flatnonzero(is_chosen), numbered(trees)


def numbered(roots: Numbers) -> Numbers:
    """Replace the root of each of n parts by its rank among the roots, 0..roots-1.

    >>> numbered(np.array([3, 1, 1, 3])).tolist()
    [1, 0, 0, 1]
    """
    is_root = np.zeros(len(roots), bool)
    is_root[roots] = True
    numbers: Numbers = np.cumsum(is_root, dtype=np.int32)[roots] - 1
    return numbers


def roots_of(parents: Numbers) -> Numbers:
    """Return the root of each part: the end of the path to its parent, the parent's parent and so on.

    Args:
        parents: The parent of each part 0..n-1. A root is its own parent.
    """
    while True:
        further = parents[parents]
        if np.array_equal(further, parents):
            return parents
        parents = further
