"""Drawing the joined rings of an instance gives its mask and the shortest cuts between its parts."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
import supervision as sv
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from segments_hf.bitmaps import join_rings, outlines


@st.composite
def masks(draw: st.DrawFn, side: int = 24) -> np.ndarray:
    """Draw noisy masks of any density. Pixels may be enlarged to squares, which form blobs."""
    height, width = draw(st.integers(1, side)), draw(st.integers(1, side))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = random.random((height, width)) < draw(st.floats(0, 1))
    scale = draw(st.integers(1, 4))
    return np.repeat(np.repeat(mask, scale, axis=0), scale, axis=1)[:side, :side]


def joined(mask: np.ndarray) -> np.ndarray:
    return join_rings(outlines(mask.astype(np.uint32))[1])


def drawn(line: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Fill a closed line by the even-odd rule, and draw the pixels that its vertical and horizontal edges touch."""
    canvas = np.zeros(shape, bool)
    edges = list(zip(line.tolist(), np.roll(line, -1, axis=0).tolist(), strict=True))
    for y, x in np.ndindex(shape):
        for (x1, y1), (x2, y2) in edges:
            # Slanted edges are cuts. The line follows each cut in both directions, so the crossings of a cut cancel.
            if min(y1, y2) <= y < max(y1, y2) and (x1 == x2 and x1 <= x):
                canvas[y, x] = not canvas[y, x]
    for (x1, y1), (x2, y2) in edges:
        if x1 == x2 or y1 == y2:
            canvas[min(y1, y2) : max(y1, y2) + 1, min(x1, x2) : max(x1, x2) + 1] = True
    return canvas


def count_parts(mask: np.ndarray) -> int:
    return int(ndimage.label(mask)[1])


def pixels_of_spanning_tree(mask: np.ndarray) -> int:
    """Return the smallest number of pixels that cuts between corners must touch to join all parts (Kruskal)."""
    rings = outlines(mask.astype(np.uint32))[1]
    parts, count = ndimage.label(mask)
    points = [np.zeros((0, 2), int)] * count
    for ring in rings:
        part = parts[ring.inner[0, 1], ring.inner[0, 0]] - 1
        points[part] = np.concatenate([points[part], ring.inner])
    distances = sorted(
        (int(np.abs(points[first][:, None] - points[second]).max(axis=2).min()), first, second)
        for first, second in itertools.combinations(range(count), 2)
    )
    tree_of = list(range(count))
    total = 0
    for distance, first, second in distances:
        if tree_of[first] != tree_of[second]:
            total += distance - 1
            tree_of = [tree_of[first] if tree == tree_of[second] else tree for tree in tree_of]
    return total


def pixels_of_cuts(line: np.ndarray, mask: np.ndarray) -> int:
    """Count the pixels between the ends of the edges that join parts. Each cut is two edges."""
    parts = ndimage.label(mask)[0]
    part_of = parts[line[:, 1], line[:, 0]]
    is_cut = part_of != np.roll(part_of, -1)
    distances = np.abs(np.roll(line, -1, axis=0) - line).max(axis=1)[is_cut]
    return int((distances - 1).sum()) // 2


@given(masks())
@settings(max_examples=150, deadline=None)
def test_filled_and_drawn_line_covers_the_mask(mask: np.ndarray) -> None:
    """If the mask has one part, the line covers no other pixels."""
    if not mask.any():
        return
    line = joined(mask)
    canvas = drawn(line, mask.shape)
    assert canvas[mask].all()
    if count_parts(mask) == 1:
        np.testing.assert_array_equal(canvas, mask)


@given(masks())
@settings(max_examples=300, deadline=None)
def test_opencv_and_supervision_draw_the_mask_and_the_cuts_between_its_parts(mask: np.ndarray) -> None:
    if not mask.any():
        return
    line = joined(mask)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(canvas, [line.astype(np.int32)], 1)
    assert canvas[mask].all()
    # A slanted cut may touch different pixels in each direction.
    assert canvas.sum() - mask.sum() <= 2 * pixels_of_cuts(line, mask)
    np.testing.assert_array_equal(sv.polygon_to_mask(line, mask.shape[::-1]) > 0, canvas > 0)


@given(masks())
@settings(max_examples=200, deadline=None)
def test_cuts_between_parts_touch_the_fewest_pixels(mask: np.ndarray) -> None:
    if not mask.any():
        return
    # The cut of a hole may end between two corners. A cut between parts may end at the same point, and may then be
    # shorter than the shortest cut between corners.
    assert pixels_of_cuts(joined(mask), mask) <= pixels_of_spanning_tree(mask)


@pytest.mark.parametrize("side", [1, 2, 3, 8])
def test_pixels_that_touch_at_corners_are_joined_without_another_pixel(side: int) -> None:
    mask = np.indices((side, side)).sum(axis=0) % 2 == 0
    line = joined(mask)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(canvas, [line.astype(np.int32)], 1)
    np.testing.assert_array_equal(canvas > 0, mask)
    assert len(line) >= 4  # pycocotools reads a polygon of two points (four numbers) as a box


@pytest.mark.parametrize("gap", [1, 7, 300, 5_000])
def test_parts_far_from_each_other_are_joined_by_one_cut(gap: int) -> None:
    mask = np.zeros((40, gap + 40), bool)
    random = np.random.default_rng(gap)
    mask[:, :20] = random.random((40, 20)) < 0.7
    mask[:, -20:] = random.random((40, 20)) < 0.7
    mask[:, 19] = mask[:, -20] = True
    line = joined(mask)
    is_left = line[:, 0] < 20
    assert (is_left != np.roll(is_left, 1)).sum() == 2
    assert pixels_of_cuts(line, mask) == gap + pixels_of_cuts(joined(mask[:, :20]), mask[:, :20]) + pixels_of_cuts(
        joined(mask[:, -20:]), mask[:, -20:]
    )
