"""From a Segments.ai release to a Hugging Face dataset.

Importing this makes ``datasets.load_dataset("segments_release", data_files="flowers-v1.0.json")`` work.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.registration import register

if TYPE_CHECKING:
    from segments_hf.bitmaps import get_semantic_bitmap
    from segments_hf.dataset.class_info import categories, id2label, label2id
    from segments_hf.dataset.load import load_release
    from segments_hf.drawing.contact_sheet import contact_sheet
    from segments_hf.drawing.plot import plot
    from segments_hf.export import export_dataset
    from segments_hf.hub import push_to_hub
    from segments_hf.io.fetch_options import FetchOptions
    from segments_hf.layouts import to_layout
    from segments_hf.layouts.mask_columns import add_instance_masks, add_panoptic_masks, add_semantic_masks
    from segments_hf.preview.preview_page import preview
    from segments_hf.release import Release
    from segments_hf.stats.statistics import stats
    from segments_hf.validate.validation import validate

__all__ = [
    "FetchOptions",
    "Release",
    "add_instance_masks",
    "add_panoptic_masks",
    "add_semantic_masks",
    "categories",
    "contact_sheet",
    "export_dataset",
    "get_semantic_bitmap",
    "id2label",
    "label2id",
    "load_release",
    "plot",
    "preview",
    "push_to_hub",
    "stats",
    "to_layout",
    "validate",
]
__version__ = version("segments-hf")

_HOMES = {
    "FetchOptions": "segments_hf.io.fetch_options",
    "Release": "segments_hf.release",
    "add_instance_masks": "segments_hf.layouts.mask_columns",
    "add_panoptic_masks": "segments_hf.layouts.mask_columns",
    "add_semantic_masks": "segments_hf.layouts.mask_columns",
    "categories": "segments_hf.dataset.class_info",
    "contact_sheet": "segments_hf.drawing",
    "export_dataset": "segments_hf.export",
    "get_semantic_bitmap": "segments_hf.bitmaps",
    "id2label": "segments_hf.dataset.class_info",
    "label2id": "segments_hf.dataset.class_info",
    "load_release": "segments_hf.dataset.load",
    "plot": "segments_hf.drawing.plot",
    "preview": "segments_hf.preview.preview_page",
    "push_to_hub": "segments_hf.hub",
    "stats": "segments_hf.stats.statistics",
    "to_layout": "segments_hf.layouts",
    "validate": "segments_hf.validate.validation",
}

_SUBPACKAGES = frozenset({"bitmaps"})  # that the documentation names


def __getattr__(name: str) -> Any:
    """Import a public name or a subpackage when it is first used: `datasets` takes a second to import."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, *_SUBPACKAGES])


class _Package(ModuleType):
    """This package. `validate`, `stats` and `preview` are its functions, although folders have the same names.

    When Python imports such a folder, it sets an attribute of this name, which would hide the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

register()
