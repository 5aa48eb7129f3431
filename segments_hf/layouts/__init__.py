"""Layouts: the columns that training code expects. Each task has one file, which defines its `LAYOUT`."""

from segments_hf.layouts.conversion import lay_out, reported_columns, to_layout
from segments_hf.layouts.layout import DEFAULT_OPTIONS, Layout, LayoutOptions
from segments_hf.layouts.registry import (
    LAYOUTS,
    check_labeled_rows,
    check_layout,
    check_release_rows,
    find_layout,
    layout_of,
    mask_classes,
)

__all__ = [
    "DEFAULT_OPTIONS",
    "LAYOUTS",
    "Layout",
    "LayoutOptions",
    "check_labeled_rows",
    "check_layout",
    "check_release_rows",
    "find_layout",
    "lay_out",
    "layout_of",
    "mask_classes",
    "reported_columns",
    "to_layout",
]
