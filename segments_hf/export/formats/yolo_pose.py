"""``yolo-pose``: a line is class, a box, and one keypoint: x, y and 2, which says that it is visible.

A point has no box, and models want one: it is a square around the point, a twentieth of the longer side of the image.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.export.format import NO_AREA, POINT
from segments_hf.export.yolo_format import YoloFormat, line
from segments_hf.labels.pixels import places

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

_SHARE = 1 / 20  # of the longer side, that of a box
_VISIBLE = 2


class YoloPose(YoloFormat):
    """See the module."""

    name = "yolo-pose"
    help = "YOLO pose: each point is an object of one keypoint, in a square of a 20th of the image"
    takes = frozenset({POINT})

    def lines(self, row: Row, width: int, height: int) -> tuple[list[str], Counter[str]]:
        """The lines of a row."""
        lines = []
        reach = max(width, height) * _SHARE / 2
        for item in row["annotations"]:
            for x, y in places(item):
                if not (0 <= x <= width and 0 <= y <= height):
                    continue
                left, right = max(0, x - reach), min(width, x + reach)
                top, bottom = max(0, y - reach), min(height, y + reach)
                center = (left + right) / 2 / width, (top + bottom) / 2 / height
                fractions = (*center, (right - left) / width, (bottom - top) / height, x / width, y / height)
                lines.append(f"{line(item['category'], fractions)} {_VISIBLE}")
        return lines, +Counter({NO_AREA: len(row["annotations"]) - len(lines)})

    def data(self) -> dict[str, Any]:
        """What else is in ``data.yaml``: one keypoint of three numbers."""
        return {"kpt_shape": [1, 3]}


FORMAT = YoloPose
