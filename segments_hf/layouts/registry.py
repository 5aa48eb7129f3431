"""The layouts by the name of their task, and checks of their options and of the rows that they are made from."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.row_map import check_cloud_rows, check_point_cloud_rows, check_rows
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.images.depth.scaling import checked_range
from segments_hf.io.choices import unknown_choice
from segments_hf.labels import is_point_cloud
from segments_hf.labels.cloud_label import POINT_CLOUD_TYPE_COLUMN
from segments_hf.labels.mask_values import names_of_numbers
from segments_hf.layouts import (
    instance_segmentation,
    object_detection,
    panoptic_segmentation,
    semantic_segmentation,
)
from segments_hf.layouts.layout import DEFAULT_OPTIONS, Layout, LayoutOptions
from segments_hf.layouts.layout_label import MaskClasses
from segments_hf.layouts.point_clouds import cloud_detection, cloud_segmentation
from segments_hf.layouts.point_clouds.layout_points import checked_fields
from segments_hf.option_names import option as option_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from segments_hf.dataset.data_types import SplitRows

LAYOUTS: dict[str, Layout] = {
    module.LAYOUT.task: module.LAYOUT
    for module in (
        semantic_segmentation,
        instance_segmentation,
        panoptic_segmentation,
        object_detection,
        cloud_detection,
        cloud_segmentation,
    )
}


def find_layout(task: str, option: str = "task") -> Layout:
    """Return the layout of a task.

    Args:
        task: The name of the layout, in upper or lower case.
        option: The name of the parameter in the function that the user called, for the error.

    Raises:
        OptionError: There is no such layout.
    """
    name = str(task).lower()
    if name not in LAYOUTS:
        raise unknown_choice(option, task, LAYOUTS)
    return LAYOUTS[name]


def check_layout(task: str | None, options: LayoutOptions) -> None:
    """Check a layout that a build or a push converts to, and its options.

    Args:
        task: The name of the layout; None to convert to no layout.
        options: The options of the layout.

    Raises:
        OptionError: There is no such layout; the value of an option is invalid; or an option is not the default, and
            `task` is None or its layout does not support this option.
    """
    if task is not None:
        check_options(find_layout(task, "layout"), options)
        return
    for name, value in _not_default(options).items():
        raise OptionError(
            f"got {value} without a layout, but only layouts have this option; pass {option_text('layout')} too",
            option=name,
        )


def check_options(layout: Layout, options: LayoutOptions) -> None:
    """Check that the values of options are valid, and that a layout supports each option that is not the default.

    Raises:
        OptionError: The value of an option is invalid; or an option is not the default, and the layout does not support
            it.
    """
    checked_range(options.image_range)
    checked_fields(options.fields)
    for name, value in _not_default(options).items():
        if name not in layout.options:
            tasks = [other.task for other in LAYOUTS.values() if name in other.options]
            have = "has" if len(tasks) == 1 else "have"
            problem = f"got {value} for {layout.task}, but only {' and '.join(tasks)} {have} this option"
            raise OptionError(problem, option=name)


def _not_default(options: LayoutOptions) -> dict[str, Any]:
    """Return the names and values of the options whose values are not the defaults."""
    values = {field.name: getattr(options, field.name) for field in fields(options)}
    return {name: value for name, value in values.items() if value != getattr(DEFAULT_OPTIONS, name)}


def layout_of(columns: Collection[str]) -> Layout | None:
    """Return the layout that has exactly these columns; None if there is no such layout."""
    return next((layout for layout in LAYOUTS.values() if {*layout.columns} == {*columns}), None)


def check_rows_of_layout(dataset: SplitRows, layout: Layout) -> None:
    """Check that a dataset of one split has rows that can be converted to a layout.

    Args:
        dataset: The dataset or stream.
        layout: The layout.

    Raises:
        OptionError: The rows have labels of another type.
        SegmentsHFError: The dataset is in a layout; or columns are missing, the features are unknown, or they contain
            no categories.
    """
    if layout.label_type is None:
        check_release_rows(dataset, f"the layout {layout.task}")
    else:
        _check_not_laid_out(dataset)
        check_cloud_rows(dataset, layout.label_type, f"the layout {layout.task}")


def check_release_rows(dataset: SplitRows, tool: str = "this function") -> None:
    """Check that a dataset of one split has the rows of images, and not those of a layout.

    Args:
        dataset: The dataset or stream.
        tool: The function, command or layout that needs these rows, for the error about rows of other tasks.

    Raises:
        OptionError: The rows are those of point clouds, or of a task type whose labels stay JSON, such as text.
        SegmentsHFError: The dataset is in a layout; or columns are missing, the features are unknown, or they contain
            no categories.
    """
    _check_not_laid_out(dataset)
    check_rows(dataset, tool)


def check_labeled_rows(dataset: SplitRows, tool: str) -> None:
    """Check that a dataset of one split has the rows of images or point clouds, and not those of a layout.

    Args:
        dataset: The dataset or stream.
        tool: The function or command that needs these rows, for the error about rows of other tasks.

    Raises:
        OptionError: The rows are those of a task type whose labels stay JSON, such as text.
        SegmentsHFError: The dataset is in a layout; or columns are missing, the features are unknown, or they contain
            no categories.
    """
    columns = dataset.features or ()
    # One of the columns point_cloud and point_cloud_type is enough to treat the rows as point clouds. If the user has
    # removed the other column, the check reports it.
    if is_point_cloud(columns) or POINT_CLOUD_TYPE_COLUMN in columns:
        check_point_cloud_rows(dataset)
    else:
        check_release_rows(dataset, tool)


def _check_not_laid_out(dataset: SplitRows) -> None:
    if (layout := layout_of(dataset.features or ())) is not None:
        raise SegmentsHFError(
            f"got a dataset in the layout {layout.task!r}, which does not have all columns of a release; pass the "
            "dataset that was the input of `to_layout`"
        )


def mask_classes(features: Mapping[str, Any], num_classes: int) -> MaskClasses:
    """Return how mask values relate to class indices in a dataset that is in a layout.

    Args:
        features: The features of a dataset in a layout.
        num_classes: The number of classes.
    """
    layout = layout_of(features)
    if layout is None or not layout.has_semantic_mask:
        return MaskClasses(num_classes=num_classes)
    # If unlabeled pixels have a name, there is one more name than classes, and the value of class 0 is 1.
    return MaskClasses(len(names_of_numbers(features)) - num_classes, num_classes)
