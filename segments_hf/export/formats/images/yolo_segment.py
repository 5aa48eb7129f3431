"""``yolo-segment``: a line of a label file has the class index and the points of an outline.

Each instance has one outline, in which cuts connect its parts and holes. The outline of a bitmap goes through the
outermost pixels. Its points are 0.25 pixels to the right of and below the top left corners of these pixels, so that
programs that round coordinates (supervision) and programs that truncate them (ultralytics) find the same pixels. If a
program fills the outline and draws its border, the result is the mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from segments_hf.bitmaps import join_rings
from segments_hf.export.images.yolo_format import YoloFormat, fraction_texts, line
from segments_hf.labels import BITMAP, POLYGON, BitmapLabel

if TYPE_CHECKING:
    from collections import Counter

    import numpy.typing as npt

    from segments_hf.labels import ImageLabel
    from segments_hf.labels.geometry import ImageSize

_OFFSET = 0.25  # pixels between the top left corner of a pixel and the point for it


class YoloSegment(YoloFormat):
    """The format ``yolo-segment``, which the module describes."""

    name = "yolo-segment"
    help = "YOLO segmentation: outlines of bitmaps and polygons"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, POLYGON})

    def lines(self, label: ImageLabel, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode the outlines of a label."""
        found, left_out = label.objects()
        rings = label.outlines() if isinstance(label, BitmapLabel) else {}
        lines = []
        for item in found:
            bitmap_rings = rings.get(item.annotation.id)
            if bitmap_rings:
                lines.append(_line_of_pixels(item.class_index, join_rings(bitmap_rings), size))
            else:
                lines.append(line(item.class_index, (np.array(item.points) / size).ravel().tolist()))
        return lines, left_out


def _line_of_pixels(class_index: int, pixels: npt.NDArray[np.int32], size: ImageSize) -> str:
    """Return the line of a label file for the outline of a bitmap object.

    Each distinct coordinate is formatted only once, which is faster for large outlines.

    Args:
        class_index: The class index.
        pixels: The pixels of the outline, an int32 array of shape (n, 2).
        size: The width and height of the image in pixels.
    """
    numbers = np.empty(pixels.shape, object)
    for axis in (0, 1):
        is_used = np.zeros(int(pixels[:, axis].max()) + 1, bool)
        is_used[pixels[:, axis]] = True
        values = np.flatnonzero(is_used)
        texts = np.empty(len(is_used), object)
        texts[values] = fraction_texts(((values + _OFFSET) / size[axis]).tolist())
        numbers[:, axis] = texts[pixels[:, axis]]
    return " ".join([str(class_index), *numbers.ravel().tolist()])


FORMAT = YoloSegment
