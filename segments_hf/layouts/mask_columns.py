"""Make the columns of masks that `add_masks` and the layouts add to rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Image, Value

from segments_hf.bitmaps import encode_bitmap, encode_mask
from segments_hf.bitmaps.masks import instance_values, semantic_values
from segments_hf.bitmaps.panoptic import panoptic_values
from segments_hf.io.redaction import own_logger
from segments_hf.labels import image_label_of
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.labels.mask_values import checked_ignore_index, mask_feature, mask_names
from segments_hf.layouts.layout import Columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from logging import Logger

    from segments_hf.bitmaps import Color
    from segments_hf.labels import Raster
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

SEGMENTS = "segments_info"

logger: Logger = own_logger(__name__)


def semantic_masks(
    classes: Sequence[Category], column: str, ignore_index: int | None, *, palette: bool = True
) -> SemanticMasks:
    """Return the function that makes semantic masks for a dataset with these categories.

    Raises:
        OptionError: `ignore_index` is the value of a class, or does not fit into 16 bits.
    """
    checked_ignore_index(ignore_index, len(classes))
    value_names = tuple(mask_names(classes, ignore_index).items())
    return SemanticMasks(column, value_names, tuple(class_colors(classes)), ignore_index, palette)


def panoptic_masks(classes: Sequence[Category], column: str) -> PanopticMasks:
    """Return the function that makes panoptic masks and `segments_info` for a dataset with these categories."""
    stuff = tuple(index for index, category in enumerate(classes) if category.has_instances is False)
    return PanopticMasks(column, tuple(class_names(classes)), stuff)


@dataclass(frozen=True)
class SemanticMasks:
    """The function that makes the column of `add_semantic_masks`.

    Attributes:
        column: The name of the column.
        value_names: The value and the name of each class, and of unlabeled pixels unless `ignore_index` is set.
        colors: The color of each class.
        ignore_index: The value of unlabeled pixels; None for 0, with class index + 1 as the value of a class.
        palette: Whether the PNGs have a palette.
    """

    column: str
    value_names: tuple[tuple[int, str], ...]
    colors: tuple[Color, ...]
    ignore_index: int | None
    palette: bool

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        return {self.column: mask_feature(dict(self.value_names))}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Return the values of the new columns for a row."""
        return self._of_raster(raster_of(row))

    def columns_of(self, row: Row) -> Columns:
        """Return the values of the new columns for a row, and count the objects without pixels."""
        raster = raster_of(row)
        return Columns(self._of_raster(raster), left_out_of(row, raster))

    def _of_raster(self, raster: Raster | None) -> dict[str, Any]:
        if raster is None:
            return {self.column: None}
        first_value, unlabeled_value = (1, 0) if self.ignore_index is None else (0, self.ignore_index)
        colors = {unlabeled_value: (0, 0, 0), **dict(enumerate(self.colors, start=first_value))}
        values = semantic_values(raster.instances, self.ignore_index)
        return {self.column: stored_image(encode_mask(raster.ids, colors, palette=self.palette, values=values))}


@dataclass(frozen=True)
class InstanceMasks:
    """The function that makes the column of `add_instance_masks`."""

    column: str
    palette: bool

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        return {self.column: Image()}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Return the values of the new columns for a row."""
        if (raster := raster_of(row)) is None:
            return {self.column: None}
        values = instance_values(raster.instances)
        return {self.column: stored_image(encode_mask(raster.ids, palette=self.palette, values=values))}


@dataclass(frozen=True)
class PanopticMasks:
    """The function that makes the columns of `add_panoptic_masks`.

    Attributes:
        column: The name of the column of masks.
        class_names: The names of the classes.
        stuff: The indices of the classes whose `has_instances` is false.
    """

    column: str
    class_names: tuple[str, ...]
    stuff: tuple[int, ...]

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        number = Value("int64")
        segment = {
            "id": number,
            "category_id": ClassLabel(names=list(self.class_names)),
            "area": number,
            "bbox": [number],
            "iscrowd": number,
        }
        return {self.column: Image(), SEGMENTS: [segment]}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Return the values of the new columns for a row."""
        return self._of_raster(raster_of(row))

    def columns_of(self, row: Row) -> Columns:
        """Return the values of the new columns for a row, and count the objects without pixels."""
        raster = raster_of(row)
        return Columns(self._of_raster(raster), left_out_of(row, raster))

    def _of_raster(self, raster: Raster | None) -> dict[str, Any]:
        if raster is None:
            return {self.column: None, SEGMENTS: None}
        values, segments = panoptic_values(*raster, stuff=self.stuff)
        content = encode_bitmap(raster.ids, alpha=False, values=values)
        return {self.column: stored_image(content), SEGMENTS: segments}


def stored_image(content: bytes) -> dict[str, Any]:
    """Return the bytes of an image as `datasets` stores them.

    The path is None: if a file existed at a path, `datasets` would read this file instead of the bytes.
    """
    return {"bytes": content, "path": None}


def raster_of(row: Row) -> Raster | None:
    """Draw the label of a row; return None if the label, its bitmap or the size of its image is missing.

    If the row has annotations that cannot be drawn, a warning is logged, once for each name of a sample.

    Raises:
        BitmapError: The bitmap cannot be read, or a coordinate is invalid.
    """
    label = image_label_of(row)
    raster = None if label is None else label.rasterize()
    if label is not None and label.annotations and raster is None:
        _warn_of_missing(row["name"])
    return raster


def left_out_of(row: Row, raster: Raster | None) -> Counter[str]:
    """Count the annotations of a row that have no pixels in a semantic mask, by reason.

    Args:
        row: The row.
        raster: The result of `raster_of` for the row. If it is None, no annotation is counted.
    """
    label = image_label_of(row)
    if label is None or raster is None:
        return Counter()
    return label.count_without_pixels(raster)


@cache
def _warn_of_missing(name: str) -> None:
    logger.warning("sample %r has annotations, but no bitmap or no image size, so its mask is null", name)
