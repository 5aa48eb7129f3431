"""The features of rows: their columns and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import datasets
from datasets import ClassLabel, Features, Image, Value

from segments_hf.labels.categories import class_names, to_feature_id
from segments_hf.release.tasks.annotation import TrackedAnnotation, TrackedVectorAnnotation, VectorAnnotation
from segments_hf.release.tasks.cloud_annotation import CloudAnnotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Category, TaskKind


def json_feature() -> Value | datasets.Json:
    """Return the feature of a JSON column: `datasets.Json` if `datasets` has it (since 4.7), else a string."""
    return datasets.Json() if hasattr(datasets, "Json") else Value("string")


def row_features(kind: TaskKind, categories: Sequence[Category], *, has_sensor: bool = False) -> Features:
    """Return the features of the rows of a task.

    Args:
        kind: The structure of the task's labels.
        categories: The categories, in the order of their ids.
        has_sensor: Whether the rows have a column for the name of the sensor.
    """
    columns: dict[str, Any] = {"name": Value("string"), "uuid": Value("string")}
    columns |= {"sensor": Value("string"), "status": Value("string")} if has_sensor else {"status": Value("string")}
    if kind.annotation is None:
        columns |= {
            "sample_attributes": json_feature(),
            "label_attributes": json_feature(),
            "metadata": json_feature(),
        }
        return Features(columns)
    feature_id = to_feature_id(categories)
    columns |= _cloud_columns(feature_id) if kind.point_cloud else _image_columns(kind, feature_id)
    columns |= {"annotations": [_annotation_features(kind, class_names(categories))]}
    if kind.point_labels:
        columns["point_annotations"] = [Value("int32")]
    if kind.point_cloud:
        columns |= {"cameras": [_camera_features()], "links": json_feature(), "other": json_feature()}
    columns |= {"image_attributes": json_feature(), "metadata": json_feature()}
    if kind.sequence:
        columns |= {"frame_index": Value("int32"), "frame_name": Value("string"), "timestamp": Value("string")}
    return Features(columns)


def _image_columns(kind: TaskKind, feature_id: str) -> dict[str, Any]:
    columns: dict[str, Any] = {"image": Image(id=feature_id), "width": Value("int32"), "height": Value("int32")}
    return columns | ({"segmentation_bitmap": Image()} if kind.bitmap else {})


def _cloud_columns(feature_id: str) -> dict[str, Any]:
    return {
        "point_cloud": {"bytes": Value("binary"), "path": Value("string")},
        "point_cloud_type": Value("string", id=feature_id),
        "ego_pose": {"position": _numbers(), "heading": _numbers()},
    }


def _camera_features() -> dict[str, Any]:
    return {
        "name": Value("string"),
        "image": Image(),
        "intrinsic_matrix": [_numbers()],
        "translation": _numbers(),
        "rotation": _numbers(),
        "camera_convention": Value("string"),
        "distortion": json_feature(),
        "other": json_feature(),
    }


def _numbers() -> list[Value]:
    return [Value("float64")]


def _annotation_features(kind: TaskKind, names: list[str]) -> dict[str, Any]:
    assert kind.annotation is not None  # noqa: S101
    fields: dict[str, Any] = {
        "id": Value("int64"),
        "category_id": Value("int64"),
        "category": ClassLabel(names=names),
        "attributes": json_feature(),
    }
    if issubclass(kind.annotation, VectorAnnotation | CloudAnnotation):
        fields |= {"type": Value("string"), "points": [_numbers()]}
    if issubclass(kind.annotation, TrackedAnnotation | TrackedVectorAnnotation | CloudAnnotation):
        fields |= {"track_id": Value("int64"), "is_keyframe": Value("bool")}
    if issubclass(kind.annotation, CloudAnnotation):
        cuboid = {"position": _numbers(), "dimensions": _numbers(), "yaw": Value("float64"), "rotation": _numbers()}
        fields |= cuboid | {"other": json_feature()}
    return fields
