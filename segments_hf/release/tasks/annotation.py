"""The structure of an annotation of an image, as msgspec structs.

The structures are documented at https://docs.segments.ai/reference/label-types.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Raw, UnsetType

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
