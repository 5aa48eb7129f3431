"""Choose colors for classes that have no color."""

from __future__ import annotations

import colorsys
from typing import TypeAlias

Color: TypeAlias = tuple[int, int, int]

_GOLDEN_RATIO = 0.618033988749895


def palette_color(index: int) -> Color:
    """Return the RGB color of a class. It depends only on the class index, and differs from those of nearby indices.

    From one index to the next, the hue moves by 0.618 of the color circle: the golden ratio keeps hues far apart.

    >>> palette_color(0), palette_color(1)
    ((242, 85, 85), (121, 156, 242))
    """
    hue = (index * _GOLDEN_RATIO) % 1
    saturation = 0.65 - 0.15 * (index % 3 == 1)
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, 0.95)
    return round(255 * red), round(255 * green), round(255 * blue)
