"""The structure of a label, as msgspec structs.

The structures are documented at https://docs.segments.ai/reference/label-types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.release.document import AssetRef  # noqa: TC001  (msgspec reads the types)
from segments_hf.release.tasks.label_parts import LabelPart, label_parts

if TYPE_CHECKING:
    from segments_hf.release.tasks.annotation import Annotation

A = TypeVar("A")

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]  # the type of `point_annotations` in rows


class Labeled(msgspec.Struct, Generic[A]):
    """The annotations of one image or frame.

    Files before 2025 call the image attributes `attributes`, later files `image_attributes`.
    """

    annotations: list[A] | None = None
    segmentation_bitmap: AssetRef | None = None
    image_attributes: Raw | UnsetType = UNSET
    attributes: Raw | UnsetType = UNSET


class LabeledCloud(Labeled[A], Generic[A]):
    """The annotations of one point cloud.

    Attributes:
        point_annotations: The annotation id of each point, in the order of the file of the point cloud; 0 is unlabeled.
        links: The links between tracks, as raw JSON.
    """

    point_annotations: list[Int32] | None = None
    links: Raw | UnsetType = UNSET


Part = TypeVar("Part")


class LabeledFrames(msgspec.Struct, Generic[Part]):
    """The annotations of the frames of a sequence, in the order of the sample's frames.

    Attributes:
        frames: A `Labeled` or `LabeledCloud` for each frame; None for a frame that is null in the file.
        links: The links between tracks, as raw JSON.
    """

    frames: list[Part | None] | None = None
    links: Raw | UnsetType = UNSET


Content = TypeVar("Content")


class Label(msgspec.Struct, Generic[Content]):
    """The label of one sample in one labelset.

    Attributes:
        status: ``LABELED``, ``REVIEWED``, …; None if the file lacks it.
        attributes: `Labeled` for an image, `LabeledCloud` for a point cloud, `LabeledFrames` for a sequence; None if
            the file lacks them.
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
        """The annotations of each frame, None for a null frame; one entry for an image or a single point cloud."""
        attributes = self.attributes
        if isinstance(attributes, LabeledFrames):
            return attributes.frames or []
        return [attributes] if isinstance(attributes, Labeled) else []


class JsonLabel(msgspec.Struct):
    """A label whose attributes stay JSON, such as the label of a text, or the label of all sensors of a sample."""

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: Raw | UnsetType = UNSET

    @property
    def annotations(self) -> list[Annotation]:
        """An empty list, because the annotations stay JSON. `parts` lists the annotations without their geometry."""
        return []

    @property
    def parts(self) -> list[LabelPart] | None:
        """The annotations of each frame and sensor; None if the label has content, but no valid list of annotations."""
        return label_parts(self.attributes)

    @property
    def frames(self) -> list[Labeled[Annotation] | None]:
        """An empty list, because the frames stay JSON."""
        return []
