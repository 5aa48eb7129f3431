"""``polygon``: the outlines of all instances, in JSON with the structure of COCO.

As in the format with this name in the official SDK, the key `polygons` of an annotation contains rings: lists of points
(x, y) in pixels from the top left corner of the image. The rings of a bitmap follow the pixel edges, clockwise around
parts and counterclockwise around holes. If the rings are filled by the even-odd rule, the result is the mask. A polygon
of a vector label is one ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.coco_format import CocoFormat, CocoLabel, common_keys, size_of
from segments_hf.labels import BITMAP, POLYGON, BitmapLabel

if TYPE_CHECKING:
    from segments_hf.export.images.image_format import LabeledImageRow


class Polygon(CocoFormat):
    """The format ``polygon``, which the module describes."""

    name = "polygon"
    help = "Outlines of all instances as JSON, with holes and separate parts"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, POLYGON})
    file_prefix = "polygons"

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[CocoLabel]:
        """Encode the label of a row as outlines."""
        label, kinds_left_out = labeled_row.label.only(self.object_kinds)
        found, left_out = label.objects()
        shape = None
        rings: dict[int, list[Any]] = {item.annotation.id: [item.points] for item in found}
        if isinstance(label, BitmapLabel) and label.ids is not None:
            shape = label.ids.shape
            outlines = label.outlines()
            rings = {instance_id: [ring.corners.tolist() for ring in outlines[instance_id]] for instance_id in outlines}
        annotations = [
            {
                "category_id": self.job.category_ids[item.class_index],
                **common_keys(item.annotation),
                "polygons": rings[item.annotation.id],
            }
            for item in found
        ]
        content = CocoLabel(size_of(labeled_row.row, shape), annotations)
        return EncodedLabel(content, len(annotations), kinds_left_out + left_out)


FORMAT = Polygon
