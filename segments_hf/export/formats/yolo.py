"""``yolo``: a line is class, and the centre, width and height of a box."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.export.format import BITMAP, BOX, NO_AREA, POLYGON, POLYLINE
from segments_hf.export.yolo_format import YoloFormat, line
from segments_hf.labels.objects import objects_of

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


class Yolo(YoloFormat):
    """See the module."""

    name = "yolo"
    help = "YOLO detection: boxes, those of bitmaps and polygons too"
    takes = frozenset({BITMAP, BOX, POLYGON, POLYLINE})

    def lines(self, row: Row, width: int, height: int) -> tuple[list[str], Counter[str]]:
        """The lines of a row."""
        lines = []
        for found in objects_of(row):
            left, top, across, down = found.bbox
            center = (left + across / 2) / width, (top + down / 2) / height
            lines.append(line(found.category, (*center, across / width, down / height)))
        return lines, +Counter({NO_AREA: len(row["annotations"]) - len(lines)})


FORMAT = Yolo
