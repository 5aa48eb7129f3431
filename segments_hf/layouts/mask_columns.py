"""Add columns of masks for training segmentation models."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from datasets import ClassLabel, Image, Value

from segments_hf.bitmaps import encode_bitmap, encode_mask
from segments_hf.bitmaps.masks import instance_values, semantic_values
from segments_hf.bitmaps.panoptic import panoptic_values
from segments_hf.dataset.class_info import categories
from segments_hf.dataset.row_map import map_rows, map_splits
from segments_hf.errors import OptionError
from segments_hf.io.redaction import own_logger
from segments_hf.labels import label_of
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.labels.mask_values import mask_feature, mask_names
from segments_hf.layouts.layout import Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.row_map import NewColumns
    from segments_hf.labels import Raster
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

SEGMENTS = "segments_info"

logger = own_logger(__name__)


def add_semantic_masks(
    data: Any,
    *,
    column: str = "semantic_mask",
    ignore_index: int | None = None,
    palette: bool = True,
    num_proc: int | None = None,
) -> Any:
    """Add a column of semantic masks: the class of each pixel.

    Polygons and boxes are drawn in the order of the annotations.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of PNGs. A pixel is class index + 1, or 0 if it is unlabeled.
            The mask of a row without a label is null. `id2label` returns the names of the values.
        ignore_index: The value of unlabeled pixels; the other values are class indices. By default, unlabeled pixels
            are 0 and the other values are class index + 1.
        palette: Whether the PNGs have a palette with the colors of the classes, so that viewers show them. The pixel
            values are the same without it.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns are not changed.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists already, or `ignore_index` is the value of a class.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """

    def columns(classes: Sequence[Category]) -> SemanticMasks:
        return semantic_masks(classes, column, ignore_index, palette=palette)

    return _add(data, columns, num_proc)


def add_instance_masks(
    data: Any, *, column: str = "instance_mask", palette: bool = True, num_proc: int | None = None
) -> Any:
    """Add a column of instance masks: the number of the instance of each pixel.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of PNGs. A pixel is 1 for the first annotation of the row, 2
            for the second, and 0 if it is unlabeled. The mask of a row without a label is null.
        palette: Whether the PNGs have a palette, so that viewers show the instances in colors. The pixel values are
            the same without it.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns are not changed.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists already.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """
    return _add(data, lambda _: InstanceMasks(column, palette), num_proc)


def add_panoptic_masks(data: Any, *, column: str = "panoptic_mask", num_proc: int | None = None) -> Any:
    """Add a column of panoptic masks, and the column `segments_info`, as in the panoptic format of COCO.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of RGB PNGs. The id of a pixel's segment is
            R + 256 G + 65536 B; 0 is unlabeled. The mask of a row without a label is null. The id of a segment is that
            of its annotation; for vector labels, it is the index of the annotation plus 1. All instances of a class
            whose `has_instances` is false are one segment.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind. The new column `segments_info` is a list of `id`, `category_id` (class index),
        `area` (pixels), `bbox` (left, top, width, height in pixels) and `iscrowd` (0). The other columns are not
        changed.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists already, or its name is `segments_info`.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """
    if column == SEGMENTS:
        raise OptionError(
            f"got {column!r}, which is the name of the second new column; choose another name", option="column"
        )
    return _add(data, partial(panoptic_masks, column=column), num_proc)


def _add(data: Any, columns: Callable[[Sequence[Category]], NewColumns], num_proc: int | None) -> Any:
    def add(part: Any, _: str) -> Any:
        new = columns(categories(part))
        if taken := new.features.keys() & part.features:
            raise OptionError(
                f"got {', '.join(sorted(taken))}, which the dataset has already; choose another name", option="column"
            )
        return map_rows(part, new, {**part.features, **new.features}, num_proc)

    return map_splits(data, add, num_proc)


def semantic_masks(
    classes: Sequence[Category], column: str, ignore_index: int | None, *, palette: bool = True
) -> SemanticMasks:
    """Return the function that makes semantic masks for a dataset with these categories.

    Raises:
        OptionError: `ignore_index` is the value of a class, or does not fit into 16 bits.
    """
    if ignore_index is not None and not len(classes) <= ignore_index < 2**16:
        raise OptionError(
            f"got {ignore_index}, wanted a number from {len(classes)} to {2**16 - 1}, because smaller numbers are "
            "class indices",
            option="ignore_index",
        )
    names = tuple(mask_names(classes, ignore_index).items())
    return SemanticMasks(column, names, tuple(class_colors(classes)), ignore_index, palette)


def panoptic_masks(classes: Sequence[Category], column: str) -> PanopticMasks:
    """Return the function that makes panoptic masks and `segments_info` for a dataset with these categories."""
    stuff = tuple(index for index, category in enumerate(classes) if category.has_instances is False)
    return PanopticMasks(column, tuple(class_names(classes)), stuff)


@dataclass(frozen=True)
class SemanticMasks:
    """The function that makes the column of `add_semantic_masks`."""

    column: str
    names: tuple[tuple[int, str], ...]
    colors: tuple[Color, ...]
    ignore_index: int | None
    palette: bool

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        return {self.column: mask_feature(dict(self.names))}

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
        first, unlabeled = (1, 0) if self.ignore_index is None else (0, self.ignore_index)
        colors = {unlabeled: (0, 0, 0), **dict(enumerate(self.colors, start=first))}
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
    """The function that makes the columns of `add_panoptic_masks`."""

    column: str
    names: tuple[str, ...]
    stuff: tuple[int, ...]

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""
        number = Value("int64")
        segment = {
            "id": number,
            "category_id": ClassLabel(names=list(self.names)),
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

    There is no path, because `datasets` would read the file at this path instead of the bytes.
    """
    return {"bytes": content, "path": None}


def raster_of(row: Row) -> Raster | None:
    """Draw the label of a row; return None if the row has no label, or the label has no bitmap or size.

    If there are annotations that cannot be drawn, a warning is logged.

    Raises:
        BitmapError: The bitmap cannot be read, or a coordinate is invalid.
    """
    label = label_of(row)
    raster = None if label is None else label.rasterize()
    if label is not None and label.annotations and raster is None:
        _warn_of_missing(row["name"])
    return raster


def left_out_of(row: Row, raster: Raster | None) -> Counter[str]:
    """Count the annotations of a row that have no pixels in a mask made from its raster, by reason."""
    label = label_of(row)
    if label is None or raster is None:
        return Counter()
    return label.without_pixels(raster)


@cache
def _warn_of_missing(name: str) -> None:
    logger.warning("sample %r has annotations, but no bitmap or no image size, so that its mask is null", name)
