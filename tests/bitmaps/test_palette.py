"""Colours of classes that have none."""

from __future__ import annotations

import numpy as np
import pytest

from segments_hf.bitmaps import palette_color


def test_the_palette_tells_neighbours_apart() -> None:
    colors = np.array([palette_color(index) for index in range(64)])
    assert len(np.unique(colors, axis=0)) == len(colors)
    assert (np.abs(np.diff(colors, axis=0)).sum(axis=1) > 60).all()


@pytest.mark.parametrize("index", [0, 1, 255, 65535, 10**9])
def test_a_class_of_any_index_has_one_visible_colour(index: int) -> None:
    color = palette_color(index)
    assert color == palette_color(index)
    assert len(color) == 3
    assert all(isinstance(part, int) and 0 <= part <= 255 for part in color)
    assert max(color) > 128
