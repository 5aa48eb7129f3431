"""``yolo-segment``: a line is class, and the points of an outline.

There is one outline for an instance: its parts and holes are joined by cuts. Of a bitmap it goes through the
outermost pixels, a quarter of a pixel right of and below their corners: so both readers that round (supervision) and
those that cut off (ultralytics) get to the pixel, and a polygon that is filled with its margin is the mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.bitmaps import join_rings
from segments_hf.export.yolo_format import YoloFormat, fraction_texts, line
from segments_hf.labels import BITMAP, POLYGON, BitmapLabel

if TYPE_CHECKING:
    from collections import Counter

    import numpy.typing as npt

    from segments_hf.labels import Label
    from segments_hf.labels.geometry import ImageSize

_INTO_THE_PIXEL = 0.25


class YoloSegment(YoloFormat):
    """See the module."""

    name = "yolo-segment"
    help = "YOLO segmentation: outlines of bitmaps and polygons"
    takes = frozenset({BITMAP, POLYGON})

    def lines(self, label: Label, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """The lines of a label."""
        found, left_out = label.objects()
        rings = label.outlines() if isinstance(label, BitmapLabel) else {}
        lines = []
        for item in found:
            of_bitmap = rings.get(item.annotation.id)
            if of_bitmap:
                lines.append(_line_of_pixels(item.class_index, join_rings(of_bitmap), size))
            else:
                lines.append(line(item.class_index, (np.array(item.points) / size).ravel().tolist()))
        return lines, left_out


def _line_of_pixels(index: int, pixels: npt.NDArray[np.int32], size: ImageSize) -> str:
    """Return the line of an outline of pixels, an int32 array of shape (n, 2).

    Each distinct coordinate is formatted only once.
    """
    numbers = np.empty(pixels.shape, object)
    for axis in (0, 1):
        is_used = np.zeros(int(pixels[:, axis].max()) + 1, bool)
        is_used[pixels[:, axis]] = True
        values = np.flatnonzero(is_used)
        texts = np.empty(len(is_used), object)
        texts[values] = fraction_texts(((values + _INTO_THE_PIXEL) / size[axis]).tolist())
        numbers[:, axis] = texts[pixels[:, axis]]
    return " ".join([str(index), *numbers.ravel().tolist()])


FORMAT = YoloSegment
