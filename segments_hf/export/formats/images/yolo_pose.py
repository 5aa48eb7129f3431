"""``yolo-pose``: a line of a label file has the class index, a box, and one keypoint: x, y and 2 (visible).

Each point of an annotation is an object of its own. The format requires a box for each object, and a point has none.
The box is a square around the point, clipped to the image. The side of the square is a twentieth of the longer side of
the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.export.images.yolo_format import YoloFormat, line
from segments_hf.labels import POINT

if TYPE_CHECKING:
    from collections import Counter

    from segments_hf.labels import ImageLabel
    from segments_hf.labels.geometry import ImageSize

_BOX_SIDE = 1 / 20  # of the longer side of the image
_VISIBLE = 2


class YoloPose(YoloFormat):
    """The format ``yolo-pose``, which the module describes."""

    name = "yolo-pose"
    help = "YOLO pose: each point as an object with one keypoint, in a square of a 20th of the longer image side"
    object_kinds: ClassVar[frozenset[str]] = frozenset({POINT})

    def lines(self, label: ImageLabel, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode the points of a label."""
        width, height = size
        found, left_out = label.objects()
        lines = []
        half_side = max(width, height) * _BOX_SIDE / 2
        for item in found:
            for x, y in item.points:
                left, right = max(0, x - half_side), min(width, x + half_side)
                top, bottom = max(0, y - half_side), min(height, y + half_side)
                center = (left + right) / 2 / width, (top + bottom) / 2 / height
                fractions = (*center, (right - left) / width, (bottom - top) / height, x / width, y / height)
                lines.append(f"{line(item.class_index, fractions)} {_VISIBLE}")
        return lines, left_out

    def extra_keys(self) -> dict[str, Any]:
        """Return the key of ``data.yaml`` that says that each object has one keypoint of three numbers."""
        return {"kpt_shape": [1, 3]}


FORMAT = YoloPose
