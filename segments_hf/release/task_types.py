"""Task types: which labels a release holds, as types that msgspec decodes straight into.

The shapes are those of https://docs.segments.ai/reference/label-types. A task type that is not here is no error:
its labels stay JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.document import AssetRef, SampleDocument

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # what a row has room for


class Annotation(msgspec.Struct, gc=False):
    """One object of a label. `id` is the value of its pixels where the label has a bitmap."""

    id: Int64
    category_id: Int64
    attributes: Raw | UnsetType = UNSET


class VectorAnnotation(Annotation, gc=False):
    """An object drawn as a box, polygon, polyline or point; `points` are x, y in pixels.

    A ``bbox`` has two points: the top left and the bottom right corner.
    """

    type: str | None = None
    points: list[list[float]] | None = None


class TrackedAnnotation(Annotation, gc=False):
    """An object in one frame of a sequence of bitmaps."""

    track_id: Int64 | None = None
    is_keyframe: bool | None = None


class TrackedVectorAnnotation(VectorAnnotation, gc=False):
    """An object in one frame of a sequence of vector labels."""

    track_id: Int64 | None = None
    is_keyframe: bool | None = None


A = TypeVar("A")


class Labeled(msgspec.Struct, Generic[A]):
    """The annotations of one image or frame.

    `attributes` is what `image_attributes` was called before 2025.
    """

    annotations: list[A] | None = None
    segmentation_bitmap: AssetRef | None = None
    image_attributes: Raw | UnsetType = UNSET
    attributes: Raw | UnsetType = UNSET


class LabeledFrames(msgspec.Struct, Generic[A]):
    """The annotations of the frames of a sequence, in the order of the sample's frames."""

    frames: list[Labeled[A] | None] | None = None


Content = TypeVar("Content")


class Label(msgspec.Struct, Generic[Content]):
    """One labelset's answer for one sample.

    Attributes:
        status: ``LABELED``, ``REVIEWED``, …; None where the file does not say.
        attributes: What was labeled: `Labeled` for an image, `LabeledFrames` for a sequence; None where there is
            nothing.
    """

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: Content | None = None

    @property
    def annotations(self) -> list[Annotation]:
        """The objects, in the order of the file; in a sequence, those of all frames."""
        attributes = self.attributes
        if isinstance(attributes, Labeled):
            return attributes.annotations or []
        return [annotation for content in self.frames for annotation in (content and content.annotations) or ()]

    @property
    def frames(self) -> list[Labeled[Annotation] | None]:
        """The annotations of each frame; one entry for an image."""
        attributes = self.attributes
        if isinstance(attributes, LabeledFrames):
            return attributes.frames or []
        return [attributes] if isinstance(attributes, Labeled) else []


class JsonLabel(msgspec.Struct):
    """A label of a task type that is not an image's: its attributes stay JSON."""

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: Raw | UnsetType = UNSET

    @property
    def annotations(self) -> list[Annotation]:
        """None: what its objects are is not known."""
        return []

    @property
    def frames(self) -> list[Labeled[Annotation] | None]:
        """None, for the same reason."""
        return []


@dataclass(frozen=True)
class TaskKind:
    """The structure of the labels of a task type.

    Attributes:
        annotation: The type of an annotation; None for a task type that is not an image's, whose labels stay JSON.
        sequence: Whether a sample is a list of frames.
        bitmap: Whether a label has a bitmap of instance ids.
    """

    annotation: type[Annotation] | None = None
    sequence: bool = False
    bitmap: bool = False

    @cached_property
    def decoder(self) -> JsonDecoder[Label[Any] | JsonLabel | None]:
        """The decoder of a label of this kind, or of null."""
        return JsonDecoder(_label_type(self))

    @cached_property
    def sample_decoder(self) -> JsonDecoder[SampleDocument[Any]]:
        """The decoder of a sample whose labels are all of this kind, or null."""
        document: Any = SampleDocument
        return JsonDecoder(document[_label_type(self)])


def _label_type(kind: TaskKind) -> Any:
    if kind.annotation is None:
        return JsonLabel | None
    label: Any = Label
    content: Any = LabeledFrames if kind.sequence else Labeled
    return label[content[kind.annotation]] | None


UNKNOWN = TaskKind()
_BITMAP = TaskKind(Annotation, bitmap=True)
_VECTOR = TaskKind(VectorAnnotation)

KINDS: dict[str, TaskKind] = {
    "segmentation-bitmap": _BITMAP,
    "segmentation-bitmap-highres": _BITMAP,
    "bboxes": _VECTOR,
    "vector": _VECTOR,
    "keypoints": _VECTOR,
    "keypoint": _VECTOR,
    "image-segmentation-sequence": TaskKind(TrackedAnnotation, sequence=True, bitmap=True),
    "image-vector-sequence": TaskKind(TrackedVectorAnnotation, sequence=True),
}


def task_kind(task_type: str) -> TaskKind:
    """The kind of a task type.

    >>> task_kind("bboxes").bitmap
    False
    >>> task_kind("pointcloud-cuboid").annotation is None
    True
    """
    return KINDS.get(task_type, UNKNOWN)
