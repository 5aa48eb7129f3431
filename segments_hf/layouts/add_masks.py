"""Functions that add columns of masks to a dataset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, overload

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.row_map import map_rows, map_splits
from segments_hf.errors import OptionError
from segments_hf.layouts import check_release_rows
from segments_hf.layouts.mask_columns import SEGMENTS, InstanceMasks, SemanticMasks, panoptic_masks, semantic_masks
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict

    from segments_hf.dataset.data_types import AnyDataset, Data, DatasetT, Releases, SplitRows
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.release import Category


@overload
def add_semantic_masks(
    data: DatasetT,
    *,
    column: str = "semantic_mask",
    ignore_index: int | None = None,
    palette: bool = True,
    num_proc: int | None = None,
) -> DatasetT: ...


@overload
def add_semantic_masks(
    data: Mapping[str, IterableDataset],
    *,
    column: str = "semantic_mask",
    ignore_index: int | None = None,
    palette: bool = True,
    num_proc: int | None = None,
) -> IterableDatasetDict: ...


@overload
def add_semantic_masks(
    data: Releases | Mapping[str, Dataset],
    *,
    column: str = "semantic_mask",
    ignore_index: int | None = None,
    palette: bool = True,
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def add_semantic_masks(
    data: Data,
    *,
    column: str = "semantic_mask",
    ignore_index: int | None = None,
    palette: bool = True,
    num_proc: int | None = None,
) -> AnyDataset:
    """Add a column of semantic masks: the class of each pixel.

    Polygons and boxes are drawn in the order of the annotations.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of PNGs. The mask is null if the row has no label, or if its
            label cannot be drawn because the bitmap or the size of the image is missing. `id2label` returns the names
            of the pixel values.
        ignore_index: The value of unlabeled pixels; the other values are class indices. By default, unlabeled pixels
            are 0 and the other values are class index + 1.
        palette: Whether the PNGs have a palette, so that viewers show the classes in their colors. The pixel values are
            the same without it. With over 255 classes, or an `ignore_index` over 255, the PNGs are always 16-bit
            grayscale.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns are not changed.

    Raises:
        BitmapError: A bitmap cannot be read, or a coordinate is invalid; the error names the sample.
        OptionError: The column exists already, or `ignore_index` is negative, the value of a class or over 65535.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """

    def make_columns(classes: Sequence[Category]) -> SemanticMasks:
        return semantic_masks(classes, column, ignore_index, palette=palette)

    return _add(data, make_columns, num_proc)


@overload
def add_instance_masks(
    data: DatasetT,
    *,
    column: str = "instance_mask",
    palette: bool = True,
    num_proc: int | None = None,
) -> DatasetT: ...


@overload
def add_instance_masks(
    data: Mapping[str, IterableDataset],
    *,
    column: str = "instance_mask",
    palette: bool = True,
    num_proc: int | None = None,
) -> IterableDatasetDict: ...


@overload
def add_instance_masks(
    data: Releases | Mapping[str, Dataset],
    *,
    column: str = "instance_mask",
    palette: bool = True,
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def add_instance_masks(
    data: Data, *, column: str = "instance_mask", palette: bool = True, num_proc: int | None = None
) -> AnyDataset:
    """Add a column of instance masks: the number of the instance of each pixel.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of PNGs. A pixel is 1 for the first annotation of the row, 2
            for the second, and 0 if it is unlabeled. The mask is null if the row has no label, or if its label cannot
            be drawn because the bitmap or the size of the image is missing.
        palette: Whether the PNGs have a palette, so that viewers show the instances in colors. The pixel values are
            the same without it. A mask with a value over 255 is always a 16-bit grayscale PNG.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The other columns are not changed.

    Raises:
        BitmapError: A bitmap cannot be read, or a coordinate is invalid; the error names the sample.
        OptionError: The column exists already.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """
    return _add(data, lambda _: InstanceMasks(column, palette), num_proc)


@overload
def add_panoptic_masks(
    data: DatasetT,
    *,
    column: str = "panoptic_mask",
    num_proc: int | None = None,
) -> DatasetT: ...


@overload
def add_panoptic_masks(
    data: Mapping[str, IterableDataset],
    *,
    column: str = "panoptic_mask",
    num_proc: int | None = None,
) -> IterableDatasetDict: ...


@overload
def add_panoptic_masks(
    data: Releases | Mapping[str, Dataset],
    *,
    column: str = "panoptic_mask",
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def add_panoptic_masks(data: Data, *, column: str = "panoptic_mask", num_proc: int | None = None) -> AnyDataset:
    """Add a column of panoptic masks, and the column `segments_info`, as in the panoptic format of COCO.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        column: The name of the new column, an `Image()` of RGB PNGs. The id of a pixel's segment is
            R + 256 G + 65536 B; 0 is unlabeled. The mask is null if the row has no label, or if its label cannot be
            drawn because the bitmap or the size of the image is missing. The id of a segment is that of its annotation;
            for vector labels, it is the index of the annotation plus 1. All instances of a class whose `has_instances`
            is false are one segment.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release. The new column `segments_info` is a list of `id`,
        `category_id` (class index), `area` (pixels), `bbox` (left, top, width, height in pixels) and `iscrowd` (0). The
        other columns are not changed.

    Raises:
        BitmapError: A bitmap cannot be read, or a coordinate is invalid; the error names the sample.
        OptionError: A new column exists already, or `column` is `segments_info`.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.
    """
    if column == SEGMENTS:
        raise OptionError(
            f"got {column!r}, which is the name of the second new column; choose another name", option="column"
        )
    return _add(data, partial(panoptic_masks, column=column), num_proc)


def _add(data: Data, make_columns: Callable[[Sequence[Category]], NewColumns], num_proc: int | None) -> AnyDataset:
    def add(part: SplitRows, _: str) -> SplitRows:
        new_columns = make_columns(categories(part))
        if existing := new_columns.features.keys() & part.features:
            advice = "rename or remove the existing column" if SEGMENTS in existing else "choose another name"
            raise OptionError(
                f"got {', '.join(sorted(existing))}, which the dataset has already; {advice}", option="column"
            )
        return map_rows(part, new_columns, {**part.features, **new_columns.features}, num_proc)

    return map_splits(data, add, num_proc, check=partial(check_release_rows, tool="masks"))
