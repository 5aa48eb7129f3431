"""The layouts by the name of their task, and the checks of their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.dataset.row_map import check_rows
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.choices import unknown_choice
from segments_hf.labels.mask_values import names_of_numbers
from segments_hf.layouts import (
    instance_segmentation,
    object_detection,
    panoptic_segmentation,
    semantic_segmentation,
)
from segments_hf.layouts.layout import Layout, MaskOptions
from segments_hf.layouts.layout_label import MaskClasses
from segments_hf.option_names import option as option_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from segments_hf.dataset.data_types import SplitRows

LAYOUTS: dict[str, Layout] = {
    module.LAYOUT.task: module.LAYOUT
    for module in (semantic_segmentation, instance_segmentation, panoptic_segmentation, object_detection)
}


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
        mask_options(find_layout(task, "layout"), None, palette=palette)
        return
    for name, value, default in (("image_range", image_range, None), ("palette", palette, True)):
        if value != default:
            raise OptionError(
                f"got {value} without a layout, but only layouts have this option; pass {option_text('layout')} too",
                option=name,
            )


def mask_options(layout: Layout, ignore_index: int | None, *, palette: bool) -> MaskOptions:
    """Return the options of semantic masks.

    Raises:
        OptionError: The layout does not have an option that is not its default.
    """
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
