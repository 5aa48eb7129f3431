"""A Segments.ai release file as typed objects.

This package does not import `datasets`, numpy or Pillow.
"""

from segments_hf.release.category import Category, CategoryDocument
from segments_hf.release.document import Frame, Labelset, json_text
from segments_hf.release.filters import STATUSES, has_metadata, wanted_statuses
from segments_hf.release.json_file import file_state
from segments_hf.release.platform import Reference, canonical_source, parse_reference, pin, releases_folder
from segments_hf.release.release import Release
from segments_hf.release.release_slice import ReleaseHeader, ReleaseSlice
from segments_hf.release.sample import UNLABELED, Sample
from segments_hf.release.task_types import Annotation, JsonLabel, Label, Labeled, TaskKind

__all__ = [
    "STATUSES",
    "UNLABELED",
    "Annotation",
    "Category",
    "CategoryDocument",
    "Frame",
    "JsonLabel",
    "Label",
    "Labeled",
    "Labelset",
    "Reference",
    "Release",
    "ReleaseHeader",
    "ReleaseSlice",
    "Sample",
    "TaskKind",
    "canonical_source",
    "file_state",
    "has_metadata",
    "json_text",
    "parse_reference",
    "pin",
    "releases_folder",
    "wanted_statuses",
]
