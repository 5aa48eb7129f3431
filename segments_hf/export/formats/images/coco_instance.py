"""``coco-instance``: the COCO format for object detection, with keypoints for points.

https://cocodataset.org/#format-data. The `annotations` of bitmaps are equal to those of version 1.33 of the official
SDK, but also have `attributes` and, if an annotation belongs to a track, `track_id`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.bitmaps import rle
from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.coco_format import CocoFormat, CocoLabel, common_keys, size_of
from segments_hf.labels import BITMAP, BitmapLabel
from segments_hf.labels.vector_label import VECTORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segments_hf.bitmaps import Rles
    from segments_hf.export.format import Job
    from segments_hf.export.images.image_format import LabeledImageRow
    from segments_hf.labels import LabeledObject

# The visibility of each keypoint, as in the official SDK. In COCO, 1 means labeled but not visible, and 2 labeled and
# visible.
_LABELED = 1


class CocoInstance(CocoFormat):
    """The format ``coco-instance``, which the module describes."""

    name = "coco-instance"
    aliases: ClassVar[tuple[str, ...]] = ("coco",)
    help = "COCO objects: bitmaps as run lengths, polygons, boxes, keypoints"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP}) | VECTORS
    file_prefix = "instances"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._category_ids = job.category_ids
        self._has_keypoints = False  # whether an annotation of the current split has keypoints

    @contextmanager
    def _open_files(self) -> Iterator[None]:
        self._has_keypoints = False
        with super()._open_files():
            yield

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[CocoLabel]:
        """Encode the label of a row as COCO annotations."""
        label = labeled_row.label
        if isinstance(label, BitmapLabel):
            masks = None if label.ids is None else rle(label.ids)
            found, left_out = label.objects_of(masks)
            annotations = _bitmap_annotations(found, masks, self._category_ids) if masks else []
            shape = masks.size if masks else None
        else:
            found, left_out = label.objects()
            annotations = [_vector_annotation(item, self._category_ids) for item in found]
            shape = None
        return EncodedLabel(CocoLabel(size_of(labeled_row.row, shape), annotations), len(annotations), left_out)

    def annotation_entries(self, labeled_row: LabeledImageRow, content: CocoLabel) -> Iterator[Mapping[str, Any]]:
        """Yield the entries for one image in the list `annotations` of the file."""
        for entry in super().annotation_entries(labeled_row, content):
            self._has_keypoints |= "keypoints" in entry
            yield entry

    def categories(self) -> list[dict[str, Any]]:
        """Return the entries of the list `categories`.

        Each class has one keypoint if an annotation of the split has keypoints.
        """
        keypoints = [{"keypoints": [name], "skeleton": []} if self._has_keypoints else {} for name in self.job.names]
        return [category | extra_keys for category, extra_keys in zip(super().categories(), keypoints, strict=True)]


def _bitmap_annotations(
    objects: Sequence[LabeledObject], masks: Rles, category_ids: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the COCO annotations of the objects in a bitmap.

    Args:
        objects: The objects.
        masks: The run lengths, the area and the box of each instance id.
        category_ids: The category id for each class index.
    """
    by_id = {
        instance_id: {
            "bbox": bbox,
            "segmentation": {"size": masks.size, "counts": counts.decode("ascii")},
            "area": area,
            "iscrowd": 0,
        }
        for instance_id, area, bbox, counts in zip(
            masks.ids.tolist(), masks.areas.tolist(), masks.xywh.tolist(), masks.counts, strict=True
        )
    }
    return [
        {"category_id": category_ids[item.class_index], **by_id[item.annotation.id], **common_keys(item.annotation)}
        for item in objects
    ]


def _vector_annotation(item: LabeledObject, category_ids: Sequence[int]) -> dict[str, Any]:
    """Return the COCO annotation of an object in a vector label.

    COCO has no key for polylines, so the COCO annotation of a polyline has the additional key `points`.

    Args:
        item: The object.
        category_ids: The category id for each class index.
    """
    segmentation: list[list[float]] = []
    extra_keys: dict[str, Any] = {}
    match item.kind:
        case "polygon":
            segmentation = [[number for point in item.points for number in point]]
        case "point":
            keypoints = [number for x, y in item.points for number in (x, y, _LABELED)]
            extra_keys = {"keypoints": keypoints, "num_keypoints": len(item.points)}
        case "bbox":
            pass
        case _:
            extra_keys = {"points": item.points}
    return {
        "category_id": category_ids[item.class_index],
        "bbox": item.bbox,
        "segmentation": segmentation,
        "area": item.area,
        "iscrowd": 0,
        **extra_keys,
        **common_keys(item.annotation),
    }


FORMAT = CocoInstance
