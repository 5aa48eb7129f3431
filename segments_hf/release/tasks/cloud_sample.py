"""The structure of a sample of point clouds, as msgspec structs.

The fields are documented at https://docs.segments.ai/reference/sample-types#3d-point-cloud.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.redaction import name_without_secrets, public_name
from segments_hf.release.tasks.cloud_annotation import Quaternion, Vector3  # noqa: TC001  (msgspec reads the types)


class CloudRef(msgspec.Struct, gc=False):
    """The URL of the file of a point cloud, and the type of the file, such as ``pcd`` or ``kitti``."""

    url: str | None = None
    type: str | None = None

    def __repr__(self) -> str:
        return f"CloudRef(url={self.url and public_name(self.url)!r}, type={self.type!r})"


class EgoPose(msgspec.Struct, gc=False):
    """The pose of the sensor in the world."""

    position: Vector3
    heading: Quaternion


class Intrinsics(msgspec.Struct):
    """The intrinsic parameters of a camera.

    Attributes:
        intrinsic_matrix: Three rows of three numbers, in pixels.
        pixels: A field that the platform does not document. It stays raw JSON.
    """

    intrinsic_matrix: list[list[float]] | None = None
    pixels: Raw | UnsetType = UNSET


class Extrinsics(msgspec.Struct):
    """The pose of a camera relative to the sensor of the point cloud."""

    translation: Vector3 | None = None
    rotation: Quaternion | None = None


class CameraImage(msgspec.Struct):
    """An image of a camera, and the calibration of the camera.

    Attributes:
        camera_convention: ``OpenGL`` (x to the right, y up, the camera looks along -z) or ``OpenCV`` (x to the right, y
            down, the camera looks along z); None means ``OpenGL``.
        distortion: The model and the coefficients of the lens distortion.
        row: This field and the fields below it are for the viewer of the platform. They stay raw JSON.
    """

    url: str | None = None
    name: str | None = None
    intrinsics: Intrinsics | None = None
    extrinsics: Extrinsics | None = None
    distortion: Raw | UnsetType = UNSET
    camera_convention: str | None = None
    row: Raw | UnsetType = UNSET
    col: Raw | UnsetType = UNSET
    intensity: Raw | UnsetType = UNSET
    rotation: Raw | UnsetType = UNSET

    def __repr__(self) -> str:
        name = self.name and name_without_secrets(self.name)
        return f"CameraImage(url={self.url and public_name(self.url)!r}, name={name!r})"


class CloudFrame(msgspec.Struct):
    """One point cloud: the point cloud of a sample, or one frame of a sequence.

    Attributes:
        ego_pose: The pose of the sensor in the world; None if the points are in world coordinates.
        timestamp: The time as raw JSON, because a number of nanoseconds has more digits than a float can represent.
        default_z: The height of the ground in the viewer of the platform, as raw JSON.
        bounds: The bounds of the viewer of the platform, as raw JSON.
    """

    pcd: CloudRef | None = None
    images: list[CameraImage] | None = None
    ego_pose: EgoPose | None = None
    name: str | None = None
    timestamp: Raw | UnsetType = UNSET
    default_z: Raw | UnsetType = UNSET
    bounds: Raw | UnsetType = UNSET


class CloudAttributes(CloudFrame):
    """The attributes of a sample: its point cloud, or the frames of its sequence."""

    frames: list[CloudFrame] | None = None
