"""From a Segments.ai release to a Hugging Face dataset.

Importing this makes ``datasets.load_dataset("segments_release", data_files="flowers-v1.0.json")`` work.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.registration import register

if TYPE_CHECKING:
    from segments_hf.bitmaps import get_semantic_bitmap
    from segments_hf.dataset.categories import categories
    from segments_hf.dataset.class_numbers import id2label, label2id
    from segments_hf.dataset.layouts import to_layout
    from segments_hf.dataset.load import load_release
    from segments_hf.dataset.masks import add_instance_masks, add_panoptic_masks, add_semantic_masks
    from segments_hf.export import export_dataset
    from segments_hf.hub import push_to_hub
    from segments_hf.look.preview import preview
    from segments_hf.look.statistics import stats
    from segments_hf.look.validation import validate
    from segments_hf.pictures.contact_sheet import contact_sheet
    from segments_hf.pictures.plot import plot
    from segments_hf.release import Release

__all__ = [
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
    "Release": "segments_hf.release",
    "add_instance_masks": "segments_hf.dataset.masks",
    "add_panoptic_masks": "segments_hf.dataset.masks",
    "add_semantic_masks": "segments_hf.dataset.masks",
    "categories": "segments_hf.dataset.categories",
    "contact_sheet": "segments_hf.pictures",
    "export_dataset": "segments_hf.export",
    "get_semantic_bitmap": "segments_hf.bitmaps",
    "id2label": "segments_hf.dataset.class_numbers",
    "label2id": "segments_hf.dataset.class_numbers",
    "load_release": "segments_hf.dataset.load",
    "plot": "segments_hf.pictures.plot",
    "preview": "segments_hf.look.preview",
    "push_to_hub": "segments_hf.hub",
    "stats": "segments_hf.look.statistics",
    "to_layout": "segments_hf.dataset.layouts",
    "validate": "segments_hf.look.validation",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: `datasets` takes its time."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


register()
