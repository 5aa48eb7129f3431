"""Convert Segments.ai releases to Hugging Face datasets.

The import of this package registers the builder ``segments_release`` in `datasets`, so that
``datasets.load_dataset("segments_release", data_files="flowers-v1.0.json")`` works.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING

from segments_hf.dataset.registration import register

if TYPE_CHECKING:  # at run time, `__getattr__` imports a name when it is first used
    from segments_hf import bitmaps, demo, distributed, errors, points
    from segments_hf.bitmaps import get_semantic_bitmap
    from segments_hf.dataset.class_info import categories, id2label, label2id
    from segments_hf.dataset.data_types import AnyDataset, Data
    from segments_hf.dataset.load import load_release
    from segments_hf.dataset.sensor_list import sensors
    from segments_hf.drawing.contact_sheet import contact_sheet
    from segments_hf.drawing.plot import plot
    from segments_hf.errors import (
        AssetError,
        BitmapError,
        ClusterError,
        HubError,
        MissingExtraError,
        OptionError,
        OutputExistsError,
        PathError,
        PlatformError,
        PointCloudError,
        ReleaseError,
        SegmentsHFError,
        SizeMismatchError,
        StorageError,
    )
    from segments_hf.export.export_result import ExportResult
    from segments_hf.export.exporter import export_dataset
    from segments_hf.hub.push_result import PushResult
    from segments_hf.hub.pushing import push_to_hub
    from segments_hf.io.fetch_options import FetchOptions
    from segments_hf.layouts import to_layout
    from segments_hf.layouts.add_masks import add_instance_masks, add_panoptic_masks, add_semantic_masks
    from segments_hf.preview.preview_page import preview
    from segments_hf.release import (
        Annotation,
        Category,
        Frame,
        JsonLabel,
        Label,
        Labelset,
        Release,
        ReleaseSlice,
        Sample,
        Sensor,
    )
    from segments_hf.stats.statistics import stats
    from segments_hf.stats.stats_result import ClassStats, CoOccurrence, ImageSize, Stats
    from segments_hf.stats.tally import AttributeCounts, AttributeValue, Sizes
    from segments_hf.validate.finding import Finding
    from segments_hf.validate.report import Report
    from segments_hf.validate.validation import validate

__all__ = [
    "Annotation",
    "AnyDataset",
    "AssetError",
    "AttributeCounts",
    "AttributeValue",
    "BitmapError",
    "Category",
    "ClassStats",
    "ClusterError",
    "CoOccurrence",
    "Data",
    "ExportResult",
    "FetchOptions",
    "Finding",
    "Frame",
    "HubError",
    "ImageSize",
    "JsonLabel",
    "Label",
    "Labelset",
    "MissingExtraError",
    "OptionError",
    "OutputExistsError",
    "PathError",
    "PlatformError",
    "PointCloudError",
    "PushResult",
    "Release",
    "ReleaseError",
    "ReleaseSlice",
    "Report",
    "Sample",
    "SegmentsHFError",
    "Sensor",
    "SizeMismatchError",
    "Sizes",
    "Stats",
    "StorageError",
    "add_instance_masks",
    "add_panoptic_masks",
    "add_semantic_masks",
    "bitmaps",
    "categories",
    "contact_sheet",
    "demo",
    "distributed",
    "errors",
    "export_dataset",
    "get_semantic_bitmap",
    "id2label",
    "label2id",
    "load_release",
    "plot",
    "points",
    "preview",
    "push_to_hub",
    "sensors",
    "stats",
    "to_layout",
    "validate",
]

__version__ = version("segments-hf")

# The public names of each module. `tests/test_package.py` checks that every name in `__all__` can be imported.
_NAMES = {
    "segments_hf.bitmaps": ["get_semantic_bitmap"],
    "segments_hf.dataset.class_info": ["categories", "id2label", "label2id"],
    "segments_hf.dataset.data_types": ["AnyDataset", "Data"],
    "segments_hf.dataset.load": ["load_release"],
    "segments_hf.dataset.sensor_list": ["sensors"],
    "segments_hf.drawing.contact_sheet": ["contact_sheet"],
    "segments_hf.drawing.plot": ["plot"],
    "segments_hf.errors": [
        "AssetError",
        "BitmapError",
        "ClusterError",
        "HubError",
        "MissingExtraError",
        "OptionError",
        "OutputExistsError",
        "PathError",
        "PlatformError",
        "PointCloudError",
        "ReleaseError",
        "SegmentsHFError",
        "SizeMismatchError",
        "StorageError",
    ],
    "segments_hf.export.export_result": ["ExportResult"],
    "segments_hf.export.exporter": ["export_dataset"],
    "segments_hf.hub.push_result": ["PushResult"],
    "segments_hf.hub.pushing": ["push_to_hub"],
    "segments_hf.io.fetch_options": ["FetchOptions"],
    "segments_hf.layouts": ["to_layout"],
    "segments_hf.layouts.add_masks": ["add_instance_masks", "add_panoptic_masks", "add_semantic_masks"],
    "segments_hf.preview.preview_page": ["preview"],
    "segments_hf.release": [
        "Annotation",
        "Category",
        "Frame",
        "JsonLabel",
        "Label",
        "Labelset",
        "Release",
        "ReleaseSlice",
        "Sample",
        "Sensor",
    ],
    "segments_hf.stats.statistics": ["stats"],
    "segments_hf.stats.stats_result": ["ClassStats", "CoOccurrence", "ImageSize", "Stats"],
    "segments_hf.stats.tally": ["AttributeCounts", "AttributeValue", "Sizes"],
    "segments_hf.validate.finding": ["Finding"],
    "segments_hf.validate.report": ["Report"],
    "segments_hf.validate.validation": ["validate"],
}
_SUBMODULES = ["bitmaps", "demo", "distributed", "errors", "points"]  # the submodules that the documentation names
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

if not TYPE_CHECKING:  # with a `__getattr__`, type checkers would not report names that do not exist

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used, because the import of `datasets` takes a second."""
        if name in _SUBMODULES:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(_MODULE_OF[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The class of this package. It keeps the functions `validate`, `stats` and `preview` as attributes.

    Each of these functions is in a subpackage of the same name. When Python imports a subpackage, it assigns the
    subpackage to the attribute of this name. This class ignores the assignment, so that the attribute remains the
    function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

register()
