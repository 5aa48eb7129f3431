"""The structure of an annotation of a point cloud, as msgspec structs.

The fields are documented at https://docs.segments.ai/reference/label-types#3d-point-cloud-labels.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.release.tasks.annotation import Annotation, Int64


class Vector3(msgspec.Struct, gc=False):
    """A position in space, or the length, width and height of a cuboid; usually in meters."""

    x: float
    y: float
    z: float


class Quaternion(msgspec.Struct, gc=False):
    """A rotation in space."""

    qx: float
    qy: float
    qz: float
    qw: float


class CloudAnnotation(Annotation, gc=False):
    """An object of a point cloud: a cuboid, a polygon, a polyline, points, or a segment of labeled points.

    Attributes:
        type: ``cuboid``, ``cuboid-sync``, ``polygon``, ``polyline`` or ``point``; None for labeled points.
        position: The center of a cuboid in the world.
        dimensions: The length along the heading, the width and the height of a cuboid.
        yaw: The angle of the heading of a cuboid about the z axis, in radians, counterclockwise; 0 is the x axis.
        rotation: The rotation of a cuboid; None if the file has only a yaw.
        points: The points of a polygon, polyline or point, each with x, y and z in the world.
        track_id: The id of the object in all frames and sensors.
        is_keyframe: Whether a person labeled the object in this frame. In other frames, the platform interpolates the
            object.
        index: This field and the fields below it stay raw JSON.
    """

    type: str | None = None
    position: Vector3 | None = None
    dimensions: Vector3 | None = None
    yaw: float | None = None
    rotation: Quaternion | None = None
    points: list[list[float]] | None = None
    track_id: Int64 | None = None
    is_keyframe: bool | None = None
    index: Raw | UnsetType = UNSET
    velocity: Raw | UnsetType = UNSET
    acceleration: Raw | UnsetType = UNSET
    is_hidden: Raw | UnsetType = msgspec.field(default=UNSET, name="isHidden")
