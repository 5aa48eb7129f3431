"""``yolo-obb``: a line is class, and the four corners of an oriented box.

The box is the smallest rectangle around the pixels or the polygon; of a box it is the box. Corners outside of the image
are moved to its margin, as ultralytics takes none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.bitmaps import class_of_ids, decode_bitmap, outlines, smallest_rectangle
from segments_hf.export.format import BITMAP, BOX, NO_AREA, POLYGON
from segments_hf.export.yolo_format import YoloFormat, line
from segments_hf.labels.objects import cut_polygon, polygon_area
from segments_hf.labels.pixels import extent, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import numpy.typing as npt

    from segments_hf.labels.row import Row


class YoloObb(YoloFormat):
    """See the module."""

    name = "yolo-obb"
    help = "YOLO oriented boxes: the smallest around bitmaps and polygons"
    takes = frozenset({BITMAP, BOX, POLYGON})

    def lines(self, row: Row, width: int, height: int) -> tuple[list[str], Counter[str]]:
        """The lines of a row."""
        corners = _of_bitmap(row) if "segmentation_bitmap" in row else _of_vectors(row, width, height)
        lines = [line(index, (box / (width, height)).ravel().tolist()) for index, box in corners]
        return lines, +Counter({NO_AREA: len(row["annotations"]) - len(lines)})


def _of_bitmap(row: Row) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    if row["segmentation_bitmap"] is None:
        return
    rings = outlines(decode_bitmap(row["segmentation_bitmap"]))
    for number, index in class_of_ids(row["annotations"]).items():
        if number in rings:
            yield index, smallest_rectangle(np.concatenate([ring.corners for ring in rings[number]]))


def _of_vectors(row: Row, width: int, height: int) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    for item in row["annotations"]:
        points = cut_polygon(_outline(item), width, height)
        if points and polygon_area(points) > 0:
            yield item["category"], smallest_rectangle(np.array(points))


def _outline(item: Mapping[str, Any]) -> list[tuple[float, float]]:
    points = places(item)
    if item["type"] != BOX or not points:
        return points
    left, top, right, bottom = extent(points)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


FORMAT = YoloObb
