"""Layouts: the columns that training code expects. Each task has one file, which defines its `LAYOUT`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, overload

from datasets import IterableDataset

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.row_map import check_rows, map_splits
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.images.depth.scaling import checked_range
from segments_hf.io.choices import unknown_choice
from segments_hf.labels.mask_values import names_of_numbers
from segments_hf.layouts import (
    instance_segmentation,
    object_detection,
    panoptic_segmentation,
    semantic_segmentation,
)
from segments_hf.layouts.layout import Layout, MaskOptions
from segments_hf.layouts.layout_images import LayoutImages
from segments_hf.layouts.layout_label import MaskClasses
from segments_hf.layouts.left_out import map_layout, map_reported_layout, trainable_rows
from segments_hf.layouts.row_report import Counts, LeftOut, RowColumns
from segments_hf.option_names import option as option_text
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from datasets import Dataset, DatasetDict, IterableDatasetDict

    from segments_hf.dataset.data_types import AnyDataset, Data, DatasetT, Releases, SplitRows

__all__ = [
    "LAYOUTS",
    "Layout",
    "check_layout",
    "check_release_rows",
    "find_layout",
    "lay_out",
    "layout_of",
    "mask_classes",
    "to_layout",
]

LAYOUTS: dict[str, Layout] = {
    module.LAYOUT.task: module.LAYOUT
    for module in (semantic_segmentation, instance_segmentation, panoptic_segmentation, object_detection)
}


@overload
def to_layout(
    data: DatasetT,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> DatasetT: ...


@overload
def to_layout(
    data: Mapping[str, IterableDataset],
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> IterableDatasetDict: ...


@overload
def to_layout(
    data: Releases | Mapping[str, Dataset],
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def to_layout(
    data: Data,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> AnyDataset:
    """Convert rows to the columns that the example scripts and tutorials of Hugging Face read.

    - ``semantic-segmentation``: `image`; `label`, the semantic mask.
    - ``instance-segmentation``: `image`; `annotation`, an RGB PNG: R is the value of the semantic mask, G is the
      number of the instance in this image, and B is 0; `semantic_class_to_id`, the value of each class.
    - ``panoptic-segmentation``: `image`; `label`, an RGB PNG with id = R + 256 G + 65536 B; `segments_info`, a list of
      `id`, `category_id` (class index), `area` (pixels), `bbox` (left, top, width, height in pixels) and `iscrowd`.
    - ``object-detection``: `image_id`, `image`, `width`, `height`; `objects`, a struct of the lists `id`, `area`
      (pixels), `bbox` (left, top, width, height in pixels) and `category`. Objects whose box has no area are left out.

    `image` decodes to 8-bit RGB or gray. The bytes of images in these modes are not changed. Other images
    become PNGs. Gray images of more than 8 bits and images of floats are scaled, and a warning is logged if an image
    uses less than a tenth of the range. Images in all other modes are converted with `PIL.Image.Image.convert`, which
    drops alpha.

    Objects that a layout cannot represent, such as a line in a mask, are left out. A warning with their number is
    logged.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        task: The name of one of these four layouts.
        ignore_index: For semantic masks, the value of unlabeled pixels; the other values are class indices. By default,
            unlabeled pixels are 0 and the other values are class index + 1. `id2label` returns the names of the values.
        palette: Whether the PNGs of semantic masks have a palette with the colors of the classes, so that viewers show
            them. Otherwise, they are plain grayscale; the pixel values are the same. The masks of over 255 classes are
            always 16-bit grayscale. The other layouts do not have this option.
        image_range: The pixel values that become black and white in images of more than 8 bits, such as ``(0, 4095)``
            for 12-bit values stored in 16 bits; values outside are clipped. By default, the range that the
            file declares, else the range of its pixel type, which is 0 to 1 for floats. 8-bit images are not affected.
        keep_unlabeled: Whether to keep rows without a label, with null in the label columns, and SKIPPED and REJECTED
            rows. By default, these rows and rows without an image are left out, and a warning with their number is
            logged (for a stream, the number so far).
        on_error: What to do with a row whose image or label cannot be read or does not fit into the layout, such as
            over 255 instances in ``instance-segmentation``: ``"raise"`` an error, ``"skip"`` the row, or ``"keep"``
            the row with null in the affected columns. Skipped and kept rows are logged. A release is loaded with the
            same policy.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release.

    Raises:
        OptionError: There is no such task, an option does not fit the task or an image, the rows are not those of
            images, or a split has no rows left.
        AssetError: An image cannot be read; the error names the sample.
        BitmapError: A bitmap cannot be read, or an image has more instances than the layout allows; the error names
            the sample.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.

    >>> from segments_hf import load_release
    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", streaming=True)
    >>> next(iter(to_layout(flowers, "semantic-segmentation")))["label"].mode
    'P'
    """
    return lay_out(
        data,
        task,
        ignore_index=ignore_index,
        palette=palette,
        image_range=image_range,
        keep_unlabeled=keep_unlabeled,
        on_error=on_error,
        num_proc=num_proc,
    )


def lay_out(  # noqa: PLR0913  (the options of `to_layout`, by name)
    data: Data,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
    counts: Counts | None = None,
) -> AnyDataset:
    """Convert rows as `to_layout` does; keep columns that the caller counts, and count what is left out.

    Args:
        data: As for `to_layout`.
        task: As for `to_layout`.
        ignore_index: As for `to_layout`.
        palette: As for `to_layout`.
        image_range: As for `to_layout`.
        keep_unlabeled: As for `to_layout`.
        on_error: As for `to_layout`.
        num_proc: As for `to_layout`.
        counts: The columns to keep, and the numbers of rows and objects that are left out; None to count nothing.
    """
    layout = find_layout(task)
    mask = _mask_options(layout, ignore_index, palette=palette)
    policy = checked_on_error(on_error)
    images = LayoutImages(checked_range(image_range))

    def convert_split(part: SplitRows, split: str) -> SplitRows:
        label_columns = layout.make(categories(part), mask)
        known = {**part.features, **label_columns.features}
        features = {name: known[name] for name in [*layout.columns, *(counts.columns if counts else ())]}
        row_columns = RowColumns(label_columns, images, policy)
        if counts is not None and isinstance(part, IterableDataset):
            return map_reported_layout(part, row_columns, features, split, keep_unlabeled=keep_unlabeled)
        left_out = counts.left_out.setdefault(split, LeftOut()) if counts else LeftOut()
        rows = part if keep_unlabeled else trainable_rows(part, split, num_proc, left_out)
        return map_layout(rows, row_columns, features, split, num_proc, left_out)

    return map_splits(data, convert_split, num_proc, policy, check=partial(check_release_rows, tool="layouts"))


def find_layout(task: str, option: str = "task") -> Layout:
    """Return the layout of a task.

    Args:
        task: The name of the layout, in upper or lower case.
        option: The name of the parameter of the user's call, for the error.

    Raises:
        OptionError: There is no such layout.
    """
    name = str(task).lower()
    if name not in LAYOUTS:
        raise unknown_choice(option, task, LAYOUTS)
    return LAYOUTS[name]


def check_layout(task: str | None, image_range: object, *, palette: bool) -> None:
    """Check a layout that a build or a push converts to, and its options.

    Args:
        task: The name of the layout; None to convert to no layout.
        image_range: As for `to_layout`.
        palette: As for `to_layout`.

    Raises:
        OptionError: There is no such layout, or it does not have an option.
    """
    if task is not None:
        _mask_options(find_layout(task, "layout"), None, palette=palette)
        return
    for name, value, default in (("image_range", image_range, None), ("palette", palette, True)):
        if value != default:
            raise OptionError(
                f"got {value} without a layout, but only layouts have this option; pass {option_text('layout')} too",
                option=name,
            )


def _mask_options(layout: Layout, ignore_index: int | None, *, palette: bool) -> MaskOptions:
    for name, value, default in (("ignore_index", ignore_index, None), ("palette", palette, True)):
        if value != default and not layout.has_semantic_mask:
            raise OptionError(
                f"got {value} for {layout.task}, but only semantic-segmentation has this option", option=name
            )
    return MaskOptions(ignore_index, palette)


def layout_of(columns: Collection[str]) -> Layout | None:
    """Return the layout that has exactly these columns; None if there is no such layout."""
    return next((layout for layout in LAYOUTS.values() if {*layout.columns} == {*columns}), None)


def check_release_rows(dataset: SplitRows, tool: str = "this function") -> None:
    """Check that a dataset of one split has the rows of a release, and not those of a layout.

    Args:
        dataset: The dataset or stream.
        tool: The function or command that needs these rows, for the error about labels that stay JSON.

    Raises:
        OptionError: The labels stay JSON, as those of point clouds.
        SegmentsHFError: The dataset is in a layout; or columns are missing, the features are unknown, or they contain
            no categories.
    """
    if (layout := layout_of(dataset.features or ())) is not None:
        raise SegmentsHFError(
            f"got a dataset in the layout {layout.task!r}, which does not have all columns of a release; pass the "
            "dataset that was the input of `to_layout`"
        )
    check_rows(dataset, tool)


def mask_classes(features: Mapping[str, Any], count: int) -> MaskClasses:
    """Return how mask values relate to class indices in a dataset that is in a layout.

    Args:
        features: The features of a dataset in a layout.
        count: The number of classes.
    """
    layout = layout_of(features)
    if layout is None or not layout.has_semantic_mask:
        return MaskClasses(number=count)
    # If "unlabeled" has a value, there is one more name than classes, and class 0 has the value 1.
    return MaskClasses(len(names_of_numbers(features)) - count, count)
