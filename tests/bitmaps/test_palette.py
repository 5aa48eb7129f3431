"""Classes without a color get distinct colors."""

from __future__ import annotations

import numpy as np
import pytest

from segments_hf.bitmaps import palette_color


def test_palette_color_distinguishes_neighboring_classes() -> None:
    colors = np.array([palette_color(index) for index in range(64)])
    assert len(np.unique(colors, axis=0)) == len(colors)
    assert (np.abs(np.diff(colors, axis=0)).sum(axis=1) > 60).all()


@pytest.mark.parametrize("index", [0, 1, 255, 65535, 10**9])
def test_palette_color_of_any_index_is_visible_and_constant(index: int) -> None:
    color = palette_color(index)
    assert color == palette_color(index)
    assert len(color) == 3
    assert all(isinstance(channel, int) and 0 <= channel <= 255 for channel in color)
    assert max(color) > 128
