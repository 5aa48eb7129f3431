"""``coco-instance``: COCO's object detection format, with keypoints where there are points.

https://cocodataset.org/#format-data. The `annotations` of bitmaps are those of segments-ai 1.33, and `attributes`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.bitmaps import decode_bitmap, rle
from segments_hf.errors import BitmapError
from segments_hf.export.coco_format import CocoFormat, CocoLabel, common_keys, size_of
from segments_hf.export.format import BITMAP, BOX, NO_PIXELS, POINT, POLYGON, VECTORS, Labelled
from segments_hf.labels.objects import polygon_area
from segments_hf.labels.pixels import extent, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segments_hf.export.format import Job, Sample
    from segments_hf.labels.row import Row

_SEEN = 1  # the SDK's word for a point that was labelled; COCO has 2 for one that is known to be visible
_FEWEST = 3  # points of a polygon


class CocoInstance(CocoFormat):
    """See the module."""

    name = "coco-instance"
    aliases = ("coco",)
    help = "COCO objects: run lengths of bitmaps, polygons, boxes, keypoints"
    takes = frozenset({BITMAP}) | VECTORS
    kind = "instances"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._numbers = job.numbers
        self._has_keypoints = False

    def label(self, sample: Sample) -> Labelled[CocoLabel]:
        """The annotations of a row."""
        if "segmentation_bitmap" in sample.row:
            return of_bitmap(sample.row, self._numbers)
        annotations = [of_vector(item, self._numbers) for item in sample.row["annotations"]]
        return Labelled(CocoLabel(size_of(sample.row), annotations), len(annotations))

    def entries_of(self, sample: Sample, content: CocoLabel) -> Iterator[Mapping[str, Any]]:
        """The entries of `annotations` for an image."""
        for entry in super().entries_of(sample, content):
            self._has_keypoints |= "keypoints" in entry
            yield entry

    def categories(self) -> list[dict[str, Any]]:
        """The entries of `categories`; where there are points, each class is one keypoint."""
        keypoints = [{"keypoints": [name], "skeleton": []} if self._has_keypoints else {} for name in self.job.names]
        return [category | more for category, more in zip(super().categories(), keypoints, strict=True)]


def of_bitmap(row: Row, numbers: Sequence[int]) -> Labelled[CocoLabel]:
    """The annotations of a row with a bitmap.

    Args:
        row: The row.
        numbers: The category id of each class index.
    """
    if row["segmentation_bitmap"] is None:
        return Labelled(CocoLabel(size_of(row), []), 0)
    masks = rle(decode_bitmap(row["segmentation_bitmap"]))
    found = {
        number: {
            "bbox": bbox,
            "segmentation": {"size": masks.size, "counts": counts.decode("ascii")},
            "area": area,
            "iscrowd": 0,
        }
        for number, area, bbox, counts in zip(
            masks.ids.tolist(), masks.areas.tolist(), masks.xywh.tolist(), masks.counts, strict=True
        )
    }
    annotations = [
        {"category_id": numbers[item["category"]], **found[item["id"]], **common_keys(item)}
        for item in row["annotations"]
        if item["id"] in found
    ]
    left_out = len(row["annotations"]) - len(annotations)
    content = CocoLabel(size_of(row, masks.size), annotations)
    return Labelled(content, len(annotations), Counter({NO_PIXELS: left_out} if left_out else {}))


def of_vector(item: Mapping[str, Any], numbers: Sequence[int]) -> dict[str, Any]:
    """The annotation of a vector. Nothing is cut at the margins of the image.

    A line has its `points` besides, as COCO has no place for one: its area is 0.

    Args:
        item: The annotation of a row.
        numbers: The category id of each class index.

    Raises:
        BitmapError: It has too few points, or one that is no place.
    """
    points = places(item)
    fewest = {POLYGON: _FEWEST, BOX: 2}.get(item["type"], 1)
    if len(points) < fewest:
        raise BitmapError(f"annotation {item['id']}: got a {item['type']} of {len(points)} points, wanted {fewest}")
    left, top, right, bottom = extent(points)
    area, segmentation, more = 0.0, [], {}
    if item["type"] == POLYGON:
        area, segmentation = polygon_area(points), [[number for point in points for number in point]]
    elif item["type"] == BOX:
        area = (right - left) * (bottom - top)
    elif item["type"] == POINT:
        more = {"keypoints": [number for x, y in points for number in (x, y, _SEEN)], "num_keypoints": len(points)}
    else:
        more = {"points": points}
    return {
        "category_id": numbers[item["category"]],
        "bbox": [left, top, right - left, bottom - top],
        "segmentation": segmentation,
        "area": area,
        "iscrowd": 0,
        **more,
        **common_keys(item),
    }


FORMAT = CocoInstance
