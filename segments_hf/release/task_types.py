"""The structure of the labels of each task type, as msgspec structs.

The structures are documented at https://docs.segments.ai/reference/label-types. Labels of a task type that is not
listed here stay JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.document import AssetRef, SampleAttributes, SampleDocument
from segments_hf.release.listed_label import LabelPart, label_parts

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # the type of ids in rows


class Annotation(msgspec.Struct, gc=False):
    """One object of a label. If the label has a bitmap, `id` is the value of the object's pixels."""

    id: Int64
    category_id: Int64
    attributes: Raw | UnsetType = UNSET


class VectorAnnotation(Annotation, gc=False):
    """An object drawn as a box, polygon, polyline or point; `points` are pairs of x and y in pixels.

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

    Files before 2025 call the image attributes `attributes`, later files `image_attributes`.
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
    """The label of one sample in one labelset.

    Attributes:
        status: ``LABELED``, ``REVIEWED``, …; None if the file lacks it.
        attributes: `Labeled` for an image, `LabeledFrames` for a sequence; None if the file lacks it.
    """

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: Content | None = None

    @property
    def annotations(self) -> list[Annotation]:
        """The annotations, in the order of the file; for a sequence, those of all frames."""
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
    """A label of a task type for other data than images, such as point clouds. Its attributes stay JSON."""

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: Raw | UnsetType = UNSET

    @property
    def annotations(self) -> list[Annotation]:
        """An empty list, because annotations of this task type stay JSON. `parts` lists them without their geometry."""
        return []

    @property
    def parts(self) -> list[LabelPart] | None:
        """The annotations of each frame and sensor; None if the label has no list of annotations."""
        return label_parts(self.attributes)

    @property
    def frames(self) -> list[Labeled[Annotation] | None]:
        """An empty list, because the structure of the attributes is unknown."""
        return []


@dataclass(frozen=True)
class TaskKind:
    """The structure of the labels of a task type.

    Attributes:
        annotation: The type of an annotation; None for a task type for other data than images, whose labels stay JSON.
        sequence: Whether a sample is a list of frames.
        bitmap: Whether a label has a bitmap of instance ids.
    """

    annotation: type[Annotation] | None = None
    sequence: bool = False
    bitmap: bool = False

    @cached_property
    def decoder(self) -> JsonDecoder[Label[Any] | JsonLabel | None]:
        """The decoder of a label of this kind; it also accepts null."""
        return JsonDecoder(_label_type(self))

    @cached_property
    def sample_decoder(self) -> JsonDecoder[SampleDocument[Any, Any]]:
        """The decoder of a sample whose labels are all of this kind or null. It also decodes image attributes."""
        document: Any = SampleDocument
        attributes = Raw if self.annotation is None else SampleAttributes | None
        return JsonDecoder(document[attributes, _label_type(self)])


def _label_type(kind: TaskKind) -> object:
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
    """Return the structure of the labels of a task type; `UNKNOWN` for one that is not listed.

    >>> task_kind("bboxes").bitmap
    False
    >>> task_kind("pointcloud-cuboid").annotation is None
    True
    """
    return KINDS.get(task_type, UNKNOWN)
