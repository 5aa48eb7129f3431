"""``yolo-obb``: a line of a label file has the class index and the four corners of an oriented box.

The oriented box of a bitmap object or a polygon is the smallest rectangle around it; that of a labeled box is the box.
Corners outside of the image are moved to its border, because ultralytics rejects coordinates outside of 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from segments_hf.bitmaps import smallest_rectangle
from segments_hf.export.images.yolo_format import YoloFormat, line
from segments_hf.labels import BITMAP, BOX, POLYGON, BitmapLabel

if TYPE_CHECKING:
    from collections import Counter

    from segments_hf.labels import ImageLabel
    from segments_hf.labels.geometry import ImageSize


class YoloObb(YoloFormat):
    """The format ``yolo-obb``, which the module describes."""

    name = "yolo-obb"
    help = "YOLO oriented boxes: labeled boxes, and the smallest rectangles around bitmaps and polygons"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, BOX, POLYGON})

    def lines(self, label: ImageLabel, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode the oriented boxes of a label."""
        found, left_out = label.objects()
        rings = label.outlines() if isinstance(label, BitmapLabel) else {}
        lines = []
        for item in found:
            bitmap_rings = rings.get(item.annotation.id)
            corners = smallest_rectangle(bitmap_rings.corners if bitmap_rings else np.array(item.points))
            lines.append(line(item.class_index, (corners / size).ravel().tolist()))
        return lines, left_out


FORMAT = YoloObb
