"""The structure of the labels and samples of each task type.

Labels of a task type that is not listed here stay JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from msgspec import Raw

from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.document import SampleAttributes, SampleDocument
from segments_hf.release.tasks.annotation import (
    Annotation,
    TrackedAnnotation,
    TrackedVectorAnnotation,
    VectorAnnotation,
)
from segments_hf.release.tasks.cloud_annotation import CloudAnnotation
from segments_hf.release.tasks.cloud_sample import CloudAttributes
from segments_hf.release.tasks.label_document import JsonLabel, Label, Labeled, LabeledCloud, LabeledFrames


@dataclass(frozen=True)
class TaskKind:
    """The structure of the samples and labels of a task type.

    Attributes:
        annotation: The class of the annotations; None if the labels stay JSON, such as the labels of texts.
        sequence: Whether a sample is a sequence of frames.
        bitmap: Whether a label has a bitmap of instance ids.
        point_cloud: Whether a sample is a point cloud or a sequence of point clouds.
        point_labels: Whether a label has an instance id for each point.
    """

    annotation: type[Annotation] | None = None
    sequence: bool = False
    bitmap: bool = False
    point_cloud: bool = False
    point_labels: bool = False

    @cached_property
    def decoder(self) -> JsonDecoder[Label[Any] | JsonLabel | None]:
        """The decoder of a label of this kind; it also accepts null."""
        return JsonDecoder(_label_type(self))

    @cached_property
    def content_decoder(self) -> JsonDecoder[Any]:
        """The decoder of the attributes of a label of this kind."""
        return JsonDecoder(_content_type(self))

    @cached_property
    def sample_decoder(self) -> JsonDecoder[SampleDocument[Any, Any]]:
        """The decoder of a sample whose labels are all of this kind or null.

        It also decodes the attributes of the sample, unless the labels stay JSON.
        """
        document: Any = SampleDocument
        return JsonDecoder(document[_attributes_type(self), _label_type(self)])


def _attributes_type(kind: TaskKind) -> object:
    if kind.annotation is None:
        return Raw
    return CloudAttributes | None if kind.point_cloud else SampleAttributes | None


def _label_type(kind: TaskKind) -> object:
    if kind.annotation is None:
        return JsonLabel | None
    label: Any = Label
    return label[_content_type(kind)] | None


def _content_type(kind: TaskKind) -> object:
    if kind.annotation is None:
        return Raw
    frame: Any = LabeledCloud if kind.point_cloud else Labeled
    sequence: Any = LabeledFrames
    content = frame[kind.annotation]
    return sequence[content] if kind.sequence else content


UNKNOWN = TaskKind()
_BITMAP = TaskKind(Annotation, bitmap=True)
_VECTOR = TaskKind(VectorAnnotation)
_CLOUD = TaskKind(CloudAnnotation, point_cloud=True)
_CLOUD_WITH_POINT_LABELS = TaskKind(CloudAnnotation, point_cloud=True, point_labels=True)

IMAGE_KINDS: dict[str, TaskKind] = {
    "segmentation-bitmap": _BITMAP,
    "segmentation-bitmap-highres": _BITMAP,
    "bboxes": _VECTOR,
    "vector": _VECTOR,
    "keypoints": _VECTOR,
    "keypoint": _VECTOR,
    "image-segmentation-sequence": TaskKind(TrackedAnnotation, sequence=True, bitmap=True),
    "image-vector-sequence": TaskKind(TrackedVectorAnnotation, sequence=True),
}
POINT_CLOUD_KINDS: dict[str, TaskKind] = {
    "pointcloud-cuboid": _CLOUD,
    "pointcloud-cuboid-sequence": replace(_CLOUD, sequence=True),
    "pointcloud-segmentation": _CLOUD_WITH_POINT_LABELS,
    "pointcloud-segmentation-sequence": replace(_CLOUD_WITH_POINT_LABELS, sequence=True),
    "pointcloud-vector": _CLOUD,
    "pointcloud-vector-sequence": replace(_CLOUD, sequence=True),
}
KINDS = IMAGE_KINDS | POINT_CLOUD_KINDS


def task_kind(task_type: str) -> TaskKind:
    """Return the structure of the samples and labels of a task type; `UNKNOWN` for a task type that is not in `KINDS`.

    >>> task_kind("bboxes").bitmap, task_kind("pointcloud-cuboid").point_cloud
    (False, True)
    >>> task_kind("text-named-entities").annotation is None
    True
    """
    return KINDS.get(task_type, UNKNOWN)
