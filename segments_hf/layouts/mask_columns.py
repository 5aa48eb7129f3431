"""Columns of masks, for the training of segmentation models."""

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
    """Add the class of every pixel.

    Polygons and boxes are drawn in the order of the annotations.

    Args:
        data: Rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, which is built.
        column: The new column, an `Image()` of PNGs: class index + 1, and 0 where unlabeled; null where there is no
            label. `id2label` returns the names of the values.
        ignore_index: The value of unlabeled pixels instead: then a pixel is the class index.
        palette: Whether viewers see the classes in the colors of the release; the numbers are the same without.
        num_proc: How many processes do it; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns stay as they are.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists, or `ignore_index` is the number of a class.
        SegmentsHFError: The dataset does not hold rows of an image task with their categories.
    """

    def columns(classes: Sequence[Category]) -> SemanticMasks:
        return semantic_masks(classes, column, ignore_index, palette=palette)

    return _add(data, columns, num_proc)


def add_instance_masks(
    data: Any, *, column: str = "instance_mask", palette: bool = True, num_proc: int | None = None
) -> Any:
    """Add the number of the instance of every pixel.

    Args:
        data: Rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, which is built.
        column: The new column, an `Image()` of PNGs: 1 for the first of the row's annotations, 2 for the second, and 0
            where unlabeled; null where there is no label.
        palette: Whether viewers see colors; the numbers are the same without.
        num_proc: How many processes do it; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns stay as they are.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists.
        SegmentsHFError: The dataset does not hold rows of an image task with their categories.
    """
    return _add(data, lambda _: InstanceMasks(column, palette), num_proc)


def add_panoptic_masks(data: Any, *, column: str = "panoptic_mask", num_proc: int | None = None) -> Any:
    """Add the segment of every pixel, and `segments_info`, as in COCO's panoptic format.

    Args:
        data: Rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, which is built.
        column: The new column, an `Image()` of RGB PNGs: id = R + 256 G + 65536 B, and 0 where unlabeled; null where
            there is no label. Instances of a class whose `has_instances` is false are one segment. The id is that of
            the annotation; of vector labels, its place from 1 on.
        num_proc: How many processes do it; not for a stream.

    Returns:
        A dataset of the same kind, with `segments_info` besides: a list of `id`, `category_id` (class index), `area`
        (pixels), `bbox` (left, top, width, height in pixels), `iscrowd` (0). The other columns stay as they are.

    Raises:
        BitmapError: A bitmap cannot be read; the error names the sample.
        OptionError: The column exists, or is called `segments_info`.
        SegmentsHFError: The dataset does not hold rows of an image task with their categories.
    """
    if column == SEGMENTS:
        raise OptionError(f"got {column!r}, which is the name of the other new column", option="column")
    return _add(data, partial(panoptic_masks, column=column), num_proc)


def _add(data: Any, columns: Callable[[Sequence[Category]], NewColumns], num_proc: int | None) -> Any:
    def add(part: Any, _: str) -> Any:
        new = columns(categories(part))
        if taken := new.features.keys() & part.features:
            raise OptionError(f"got {', '.join(sorted(taken))}, which the dataset has already", option="column")
        return map_rows(part, new, {**part.features, **new.features}, num_proc)

    return map_splits(data, add, num_proc)


def semantic_masks(
    classes: Sequence[Category], column: str, ignore_index: int | None, *, palette: bool = True
) -> SemanticMasks:
    """The column of semantic masks of a dataset with these categories.

    Raises:
        OptionError: `ignore_index` is the number of a class, or does not fit into 16 bits.
    """
    if ignore_index is not None and not len(classes) <= ignore_index < 2**16:
        raise OptionError(
            f"got {ignore_index}, wanted {len(classes)} to {2**16 - 1}: no class has those", option="ignore_index"
        )
    names = tuple(mask_names(classes, ignore_index).items())
    return SemanticMasks(column, names, tuple(class_colors(classes)), ignore_index, palette)


def panoptic_masks(classes: Sequence[Category], column: str) -> PanopticMasks:
    """The columns of panoptic masks of a dataset with these categories."""
    stuff = tuple(index for index, category in enumerate(classes) if category.has_instances is False)
    return PanopticMasks(column, tuple(class_names(classes)), stuff)


@dataclass(frozen=True)
class SemanticMasks:
    """See `add_semantic_masks`."""

    column: str
    names: tuple[tuple[int, str], ...]
    colors: tuple[Color, ...]
    ignore_index: int | None
    palette: bool

    @property
    def features(self) -> dict[str, Any]:
        """The new columns."""
        return {self.column: mask_feature(dict(self.names))}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Make their values in a row."""
        return self._of_raster(raster_of(row))

    def columns_of(self, row: Row) -> Columns:
        """Make their values in a row, and count what they do not hold."""
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
    """See `add_instance_masks`."""

    column: str
    palette: bool

    @property
    def features(self) -> dict[str, Any]:
        """The new columns."""
        return {self.column: Image()}

    def __call__(self, row: Row) -> dict[str, Any]:
        """Make their values in a row."""
        if (raster := raster_of(row)) is None:
            return {self.column: None}
        values = instance_values(raster.instances)
        return {self.column: stored_image(encode_mask(raster.ids, palette=self.palette, values=values))}


@dataclass(frozen=True)
class PanopticMasks:
    """See `add_panoptic_masks`."""

    column: str
    names: tuple[str, ...]
    stuff: tuple[int, ...]

    @property
    def features(self) -> dict[str, Any]:
        """The new columns."""
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
        """Make their values in a row."""
        return self._of_raster(raster_of(row))

    def columns_of(self, row: Row) -> Columns:
        """Make their values in a row, and count what they do not hold."""
        raster = raster_of(row)
        return Columns(self._of_raster(raster), left_out_of(row, raster))

    def _of_raster(self, raster: Raster | None) -> dict[str, Any]:
        if raster is None:
            return {self.column: None, SEGMENTS: None}
        values, segments = panoptic_values(*raster, stuff=self.stuff)
        content = encode_bitmap(raster.ids, alpha=False, values=values)
        return {self.column: stored_image(content), SEGMENTS: segments}


def stored_image(content: bytes) -> dict[str, Any]:
    """Return an image as `datasets` stores it, without a path: `datasets` would read the file at `path` instead."""
    return {"bytes": content, "path": None}


def raster_of(row: Row) -> Raster | None:
    """Draw the label of a row; None, and a warning, if there are annotations that cannot be drawn.

    Raises:
        BitmapError: The bitmap cannot be read, or a point is not a place in an image.
    """
    label = label_of(row)
    raster = None if label is None else label.rasterize()
    if label is not None and label.annotations and raster is None:
        _warn_of_missing(row["name"])
    return raster


def left_out_of(row: Row, raster: Raster | None) -> Counter[str]:
    """Count the annotations of a row that have no pixels of a class in its raster, by the reason."""
    label = label_of(row)
    if label is None or raster is None:
        return Counter()
    return label.without_pixels(raster)


@cache
def _warn_of_missing(name: str) -> None:
    logger.warning("sample %r has annotations but no bitmap or size: its mask is null", name)
