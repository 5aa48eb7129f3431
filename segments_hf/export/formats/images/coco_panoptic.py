"""``coco-panoptic``: the COCO panoptic format, a PNG and its `segments_info` for each image.

https://cocodataset.org/#format-data: in the PNG, id = R + 256 G + 65536 B. The id of a segment in a bitmap is the id of
its annotation; the id of a polygon is its number among the polygons of the label, from 1 on. All pixels of a class
without instances are one segment, whose id is the first id below 2^24 among the annotations of the class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.bitmaps import encode_bitmap
from segments_hf.bitmaps.panoptic import panoptic_values
from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.coco_format import ANNOTATIONS, CocoFormat, CocoLabel, size_of
from segments_hf.export.images.required_parts import required_raster
from segments_hf.io.disk.atomic import write_file
from segments_hf.labels import BITMAP, POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from segments_hf.export.format import Job
    from segments_hf.export.images.image_format import LabeledImageRow


class CocoPanoptic(CocoFormat):
    """The format ``coco-panoptic``, which the module describes."""

    name = "coco-panoptic"
    help = "COCO panoptic: for each image, a PNG of segment ids and a list of its segments"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, POLYGON})
    unique_stems = True
    file_prefix = "panoptic"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._category_ids = job.category_ids
        self._stuff = {index for index, item in enumerate(job.categories) if item.has_instances is False}

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[CocoLabel]:
        """Encode the label of a row as a PNG and its segments."""
        label, left_out = labeled_row.label.only(self.object_kinds)
        raster = required_raster(label)
        values, segments = panoptic_values(*raster, stuff=self._stuff)
        without_pixels = label.count_without_pixels(raster)
        infos = [{**segment, "category_id": self._category_ids[segment["category_id"]]} for segment in segments]
        mask = encode_bitmap(raster.ids, alpha=False, values=values)
        content = CocoLabel(size_of(labeled_row.row, raster.ids.shape), infos, mask)
        num_objects = len(label.annotations) - without_pixels.total()
        return EncodedLabel(content, num_objects, left_out + without_pixels)

    def write(self, labeled_row: LabeledImageRow, content: CocoLabel) -> None:
        """Write the PNG and the segments of a row."""
        write_file(
            self.job.folder / ANNOTATIONS / f"{self.file_prefix}_{self.split}" / _png_path(labeled_row), content.mask
        )
        super().write(labeled_row, content)

    def annotation_entries(self, labeled_row: LabeledImageRow, content: CocoLabel) -> Iterator[Mapping[str, Any]]:
        """Yield the entry for one image in the list `annotations` of the file."""
        yield {
            "image_id": labeled_row.number,
            "file_name": str(_png_path(labeled_row)),
            "segments_info": content.annotations,
        }

    def categories(self) -> list[dict[str, Any]]:
        """Return the entries of the list `categories`.

        `isthing` is 0 for classes whose `has_instances` is false, else 1.
        """
        return [
            {**category, "isthing": int(index not in self._stuff)}
            for index, category in enumerate(super().categories())
        ]


def _png_path(labeled_row: LabeledImageRow) -> PurePosixPath:
    return labeled_row.file.with_suffix(".png")


FORMAT = CocoPanoptic
