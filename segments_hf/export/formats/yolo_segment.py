"""``yolo-segment``: a line is class, and the points of an outline.

There is one outline for an instance: its parts and holes are joined by cuts. Of a bitmap it goes through the
outermost pixels, a quarter of a pixel right of and below their corners: so both readers that round (supervision) and
those that cut off (ultralytics) get to the pixel, and a polygon that is filled with its margin is the mask.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.bitmaps import class_of_ids, decode_bitmap, join_rings, outlines
from segments_hf.export.format import BITMAP, NO_AREA, NO_PIXELS, POLYGON
from segments_hf.export.yolo_format import YoloFormat, line
from segments_hf.labels.objects import cut_polygon, polygon_area
from segments_hf.labels.pixels import places

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

_INTO_THE_PIXEL = 0.25


class YoloSegment(YoloFormat):
    """See the module."""

    name = "yolo-segment"
    help = "YOLO segmentation: outlines of bitmaps and polygons"
    takes = frozenset({BITMAP, POLYGON})

    def lines(self, row: Row, width: int, height: int) -> tuple[list[str], Counter[str]]:
        """The lines of a row."""
        if "segmentation_bitmap" not in row:
            return _of_polygons(row, width, height)
        if row["segmentation_bitmap"] is None:
            return [], Counter()
        bitmap = decode_bitmap(row["segmentation_bitmap"])
        rings = outlines(bitmap)
        size = bitmap.shape[::-1]
        lines = [
            line(index, ((join_rings(rings[number]) + _INTO_THE_PIXEL) / size).ravel().tolist())
            for number, index in class_of_ids(row["annotations"]).items()
            if number in rings
        ]
        return lines, +Counter({NO_PIXELS: len(row["annotations"]) - len(lines)})


def _of_polygons(row: Row, width: int, height: int) -> tuple[list[str], Counter[str]]:
    lines = []
    for item in row["annotations"]:
        points = cut_polygon(places(item), width, height)
        if points and polygon_area(points) > 0:
            lines.append(line(item["category"], [part for x, y in points for part in (x / width, y / height)]))
    return lines, +Counter({NO_AREA: len(row["annotations"]) - len(lines)})


FORMAT = YoloSegment
