"""``polygon``: the outlines of all instances, in JSON of COCO's shape.

The key `polygons` of an annotation holds rings, lists of points x, y in pixels from the top left corner of the image,
as in the original SDK's format of this name. They run along the edges of the pixels, clockwise around parts and the
other way round holes: filled by the even-odd rule they give the mask back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.export.coco_format import CocoFormat, CocoLabel, common_keys, size_of
from segments_hf.export.format import EncodedLabel
from segments_hf.labels import BITMAP, POLYGON, BitmapLabel

if TYPE_CHECKING:
    from segments_hf.export.format import Sample


class Polygon(CocoFormat):
    """See the module."""

    name = "polygon"
    help = "Outlines of all instances as JSON, holes and parts included"
    takes = frozenset({BITMAP, POLYGON})
    kind = "polygons"

    def label(self, sample: Sample) -> EncodedLabel[CocoLabel]:
        """The outlines of a row."""
        label, kinds_left_out = sample.label.only(self.takes)
        found, left_out = label.objects()
        shape = None
        rings: dict[int, list[Any]] = {item.annotation.id: [item.points] for item in found}
        if isinstance(label, BitmapLabel) and label.ids is not None:
            shape = label.ids.shape
            rings = {number: [ring.corners.tolist() for ring in of_id] for number, of_id in label.outlines().items()}
        annotations = [
            {
                "category_id": self.job.numbers[item.class_index],
                **common_keys(item.annotation),
                "polygons": rings[item.annotation.id],
            }
            for item in found
        ]
        content = CocoLabel(size_of(sample.row, shape), annotations)
        return EncodedLabel(content, len(annotations), kinds_left_out + left_out)


FORMAT = Polygon
