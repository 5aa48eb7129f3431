"""The features of rows: their columns and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import datasets
from datasets import ClassLabel, Features, Image, Value

from segments_hf.labels.categories import CATEGORIES_COLUMN, class_names, to_feature_id
from segments_hf.release.task_types import TrackedAnnotation, TrackedVectorAnnotation, VectorAnnotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Category, TaskKind


def json_feature() -> Value | datasets.Json:
    """Return the feature of a JSON column: `datasets.Json` if `datasets` has it (since 4.7), else a string."""
    return datasets.Json() if hasattr(datasets, "Json") else Value("string")


def row_features(kind: TaskKind, categories: Sequence[Category]) -> Features:
    """Return the features of the rows of a task.

    Args:
        kind: The structure of the task's labels.
        categories: The categories, in the order of their ids.
    """
    columns: dict[str, Any] = {"name": Value("string"), "uuid": Value("string"), "status": Value("string")}
    if kind.annotation is None:
        columns |= {
            "sample_attributes": json_feature(),
            "label_attributes": json_feature(),
            "metadata": json_feature(),
        }
        return Features(columns)
    columns |= {
        CATEGORIES_COLUMN: Image(id=to_feature_id(categories)),
        "width": Value("int32"),
        "height": Value("int32"),
    }
    if kind.bitmap:
        columns["segmentation_bitmap"] = Image()
    columns |= {
        "annotations": [_annotation_features(kind, class_names(categories))],
        "image_attributes": json_feature(),
        "metadata": json_feature(),
    }
    if kind.sequence:
        columns |= {"frame_index": Value("int32"), "frame_name": Value("string"), "timestamp": Value("string")}
    return Features(columns)


def _annotation_features(kind: TaskKind, names: list[str]) -> dict[str, Any]:
    assert kind.annotation is not None  # noqa: S101
    fields: dict[str, Any] = {
        "id": Value("int64"),
        "category_id": Value("int64"),
        "category": ClassLabel(names=names),
        "attributes": json_feature(),
    }
    if issubclass(kind.annotation, VectorAnnotation):
        fields |= {"type": Value("string"), "points": [[Value("float64")]]}
    if issubclass(kind.annotation, TrackedAnnotation | TrackedVectorAnnotation):
        fields |= {"track_id": Value("int64"), "is_keyframe": Value("bool")}
    return fields
