"""``polygon``: the outlines of all instances, in JSON of COCO's shape.

The key `polygons` of an annotation holds rings, lists of points x, y in pixels from the top left corner of the image,
as in the original SDK's format of this name. They run along the edges of the pixels, clockwise around parts and the
other way round holes: filled by the even-odd rule they give the mask back.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.bitmaps import decode_bitmap, outlines
from segments_hf.export.coco_format import CocoFormat, CocoLabel, common_keys, size_of
from segments_hf.export.format import BITMAP, NO_PIXELS, POLYGON, Labelled, only
from segments_hf.labels.pixels import places

if TYPE_CHECKING:
    from segments_hf.export.format import Sample


class Polygon(CocoFormat):
    """See the module."""

    name = "polygon"
    help = "Outlines of all instances as JSON, holes and parts included"
    takes = frozenset({BITMAP, POLYGON})
    kind = "polygons"

    def label(self, sample: Sample) -> Labelled[CocoLabel]:
        """The outlines of a row."""
        row, left_out = only(sample.row, self.takes)
        shape = None
        if "segmentation_bitmap" not in row:
            rings = [[places(item)] for item in row["annotations"]]
        elif row["segmentation_bitmap"] is None:
            rings = [[] for _ in row["annotations"]]
        else:
            bitmap = decode_bitmap(row["segmentation_bitmap"])
            shape, found = bitmap.shape, outlines(bitmap)
            rings = [[ring.corners.tolist() for ring in found.get(item["id"], ())] for item in row["annotations"]]
        annotations = [
            {"category_id": self.job.numbers[item["category"]], **common_keys(item), "polygons": polygons}
            for item, polygons in zip(row["annotations"], rings, strict=True)
            if polygons
        ]
        if len(annotations) < len(rings):
            left_out += Counter({NO_PIXELS: len(rings) - len(annotations)})
        return Labelled(CocoLabel(size_of(row, shape), annotations), len(annotations), left_out)


FORMAT = Polygon
