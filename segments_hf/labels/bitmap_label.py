"""Labels of segmentation tasks: a bitmap whose pixels are the ids of the annotations."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from segments_hf.bitmaps import boxes, decode_bitmap, outlines, present_ids
from segments_hf.errors import BitmapError
from segments_hf.labels.image_label import ImageLabel, LabeledObject, Objects, Raster
from segments_hf.labels.label import NO_CLASS, NO_PIXELS
from segments_hf.labels.usable import is_labeled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy.typing as npt
    from typing_extensions import Self

    from segments_hf.bitmaps import Boxes, Rings, Rles


BITMAP_COLUMN = "segmentation_bitmap"
BITMAP = "bitmap"  # the kind of the objects in bitmap labels


class BitmapLabel(ImageLabel):
    """A label with a bitmap of instance ids, in which 0 is unlabeled."""

    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP})
    encoding = (
        "`segmentation_bitmap` is a PNG of instance ids: R + 256 G + 65536 B is the `id` of one of `annotations`, and "
        "0 is unlabeled. It looks black in viewers; `segments_hf.add_semantic_masks` makes semantic masks in the "
        "colors of the classes. `category` is the class, `category_id` its id on Segments.ai."
    )
    hub_task: ClassVar[tuple[str, str | None]] = ("image-segmentation", "instance-segmentation")

    @classmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""
        return BITMAP_COLUMN in columns and "annotations" in columns

    @property
    def missing_part(self) -> str | None:
        """``bitmap`` if the label has annotations but no bitmap; None if it is complete."""
        return BITMAP if self._row["annotations"] and self._row[BITMAP_COLUMN] is None else None

    @property
    def has_bitmap(self) -> bool:
        """Whether the row has a bitmap, which may be unreadable."""
        return self._row[BITMAP_COLUMN] is not None

    @cached_property
    def ids(self) -> npt.NDArray[np.uint32] | None:
        """The bitmap as a uint32 array of shape (H, W); None if the row has no bitmap.

        Raises:
            BitmapError: The bitmap cannot be read.
        """
        return None if self._row[BITMAP_COLUMN] is None else _decoded_bitmap(self._row)

    def outlines(self) -> dict[int, Rings]:
        """Return the outlines of each id in the bitmap; empty if the row has no bitmap.

        Raises:
            BitmapError: The bitmap cannot be read.
        """
        return {} if self.ids is None else outlines(self.ids)

    @property
    def has_content(self) -> bool:
        """Whether the sample was labeled, perhaps as an image without objects."""
        if self._row[BITMAP_COLUMN] is not None:
            return True
        return not self._row["annotations"] and self.size is not None and is_labeled(self._row)

    def objects(self) -> Objects:
        """Find the objects that have pixels and a class, with their boxes and areas.

        Raises:
            BitmapError: The bitmap cannot be read.
        """
        return self.objects_of(None if self.ids is None else boxes(self.ids))

    def objects_of(self, regions: Boxes | Rles | None) -> Objects:
        """Find the objects that have pixels and a class, from measurements of the bitmap that the caller already has.

        Args:
            regions: The result of `boxes` or `rle` for `ids`; None if the row has no bitmap.
        """
        measured = {} if regions is None else _areas_and_boxes(regions)
        found: list[LabeledObject] = []
        left_out = self.count_repeated_ids()
        for index in self.last_indices:
            annotation = self.annotations[index]
            area_and_box = measured.get(annotation.id)
            if area_and_box is None or annotation.class_index is None:
                left_out[NO_PIXELS if area_and_box is None else NO_CLASS] += 1
                continue
            area, (left, top, width, height) = area_and_box
            box = (float(left), float(top), float(width), float(height))
            found.append(LabeledObject(annotation, BITMAP, annotation.class_index, box, float(area), annotation.id))
        return Objects(found, left_out)

    def rasterize(self) -> Raster | None:
        """Return the label as pixels: the bitmap, or zeros if the image was labeled without objects and has no bitmap.

        Without a bitmap, return None if there are annotations, if the sample was not labeled, or if the size of the
        image is unknown.

        Raises:
            BitmapError: The bitmap cannot be read.
        """
        if self.ids is not None:
            return Raster(self.ids, self._row["annotations"])
        if self.size is None or not self.has_content:
            return None
        width, height = self.size
        return Raster(np.zeros((height, width), np.uint32), [])

    def count_without_pixels(self, raster: Raster) -> Counter[str]:
        """Count the annotations that have no pixels in a semantic mask, by reason."""
        present = set(present_ids(raster.ids).tolist())
        counts = self.count_repeated_ids()
        for index in self.last_indices:
            annotation = self.annotations[index]
            if annotation.class_index is None or annotation.id not in present:
                counts[NO_PIXELS if annotation.id not in present else NO_CLASS] += 1
        return counts

    def only(self, kinds: Collection[str]) -> tuple[Self, Counter[str]]:
        """Return this label unchanged, because all objects of a bitmap are of one kind."""
        del kinds
        return self, Counter()


def with_decoded_bitmap(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its bitmap decoded, so that it is decoded only once for several labels of the row.

    A bitmap that cannot be decoded is not changed.
    """
    if row.get(BITMAP_COLUMN) is None:
        return row
    try:
        return {**row, BITMAP_COLUMN: _decoded_bitmap(row)}
    except BitmapError:  # `BitmapLabel.ids` raises it again
        return row


def _decoded_bitmap(row: Mapping[str, Any]) -> npt.NDArray[np.uint32]:
    return decode_bitmap(row[BITMAP_COLUMN], known_ids={item["id"] for item in row.get("annotations") or ()})


def _areas_and_boxes(regions: Boxes | Rles) -> dict[int, tuple[int, list[int]]]:
    """Return the area and box of each id in a bitmap."""
    measured = zip(regions.areas.tolist(), regions.xywh.tolist(), strict=True)
    return dict(zip(regions.ids.tolist(), measured, strict=True))
