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
from segments_hf.release.sensors.sensor import Sensor
from segments_hf.release.tasks.annotation import Annotation
from segments_hf.release.tasks.cloud_annotation import CloudAnnotation
from segments_hf.release.tasks.cloud_sample import CameraImage, CloudFrame, CloudRef
from segments_hf.release.tasks.label_document import JsonLabel, Label, Labeled, LabeledCloud, LabeledFrames
from segments_hf.release.tasks.task_types import TaskKind

__all__ = [
    "STATUSES",
    "UNLABELED",
    "Annotation",
    "CameraImage",
    "Category",
    "CategoryDocument",
    "CloudAnnotation",
    "CloudFrame",
    "CloudRef",
    "Frame",
    "JsonLabel",
    "Label",
    "Labeled",
    "LabeledCloud",
    "LabeledFrames",
    "Labelset",
    "Reference",
    "Release",
    "ReleaseHeader",
    "ReleaseSlice",
    "Sample",
    "Sensor",
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
