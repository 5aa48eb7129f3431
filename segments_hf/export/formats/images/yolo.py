"""``yolo``: a line of a label file has the class index and the center, width and height of a box."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from segments_hf.export.images.yolo_format import YoloFormat, line
from segments_hf.labels import BITMAP, BOX, POLYGON, POLYLINE
from segments_hf.labels.label import NO_AREA

if TYPE_CHECKING:
    from collections import Counter

    from segments_hf.labels import ImageLabel
    from segments_hf.labels.geometry import ImageSize


class Yolo(YoloFormat):
    """The format ``yolo``, which the module describes."""

    name = "yolo"
    help = "YOLO detection: boxes, also the bounding boxes of bitmaps, polygons and lines"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, BOX, POLYGON, POLYLINE})

    def lines(self, label: ImageLabel, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode the boxes of a label."""
        width, height = size
        found, left_out = label.objects()
        lines = []
        for item in found:
            left, top, box_width, box_height = item.bbox
            if not item.box_area:
                left_out[NO_AREA] += 1
                continue
            center = (left + box_width / 2) / width, (top + box_height / 2) / height
            lines.append(line(item.class_index, (*center, box_width / width, box_height / height)))
        return lines, left_out


FORMAT = Yolo
