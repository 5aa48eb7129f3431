"""The records and files of the sensors of nuScenes: the lidar and the cameras, with unique channels."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from segments_hf.export.point_clouds.camera_files import (
    ImageFileFormat,
    camera_of,
    image_file,
    image_file_format,
    image_size,
)
from segments_hf.export.point_clouds.nuscenes_tables.table_files import token_of
from segments_hf.points.rotations import quaternions_of_rotations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.points.pinhole import PinholeCamera

LIDAR: Final = "LIDAR_TOP"  # the name that programs for nuScenes expect
_CAMERA = "CAM_"
_MAX_LENGTH = 60  # characters of a channel without ``CAM_``; the channel is the name of a folder
_SUFFIXES: dict[ImageFileFormat, str] = {"PNG": "png", "JPEG": "jpg"}


class SensorFile(NamedTuple):
    """A file of a sensor in one frame.

    Attributes:
        channel: The name of the sensor.
        calibration_token: The token of the record in the table `calibrated_sensor`.
        path: The path relative to the export folder.
        file_format: ``pcd`` for a point cloud; ``jpg`` or ``png`` for an image.
        width: The width of the image in pixels; 0 for a point cloud.
        height: The height of the image in pixels; 0 for a point cloud.
    """

    channel: str
    calibration_token: str
    path: str
    file_format: str
    width: int = 0
    height: int = 0


class CameraImage(NamedTuple):
    """The image and the calibration of a camera.

    Attributes:
        name: The name of the camera in the release.
        camera: The calibration.
        content: The file of the image, without lens distortion.
        file_format: ``jpg`` or ``png``.
        width: The width in pixels.
        height: The height in pixels.
    """

    name: str
    camera: PinholeCamera
    content: bytes
    file_format: str
    width: int
    height: int


def camera_image(camera: Mapping[str, Any]) -> CameraImage:
    """Return the image and the calibration of a camera.

    Args:
        camera: An entry of the `cameras` of a row, with an image that is not decoded.

    Raises:
        AssetError: The file cannot be read or is not an image.
        PointCloudError: The calibration or the model of the distortion is invalid.
    """
    file_format = image_file_format(camera)
    return CameraImage(
        camera.get("name") or "",
        camera_of(camera),
        image_file(camera, file_format),
        _SUFFIXES[file_format],
        *image_size(camera),
    )


class Channels:
    """The channels of cameras. A camera has the same channel in all rows."""

    def __init__(self) -> None:
        # The channel of each camera, by its name and the number of earlier cameras with this name in the row.
        self._channels: dict[tuple[str, int], str] = {}
        self._last_numbers: dict[str, int] = {}  # the last number that was added to a channel to make it unique

    def of_cameras(self, names: Sequence[str]) -> list[str]:
        """Return the channels of the cameras of a row: ``CAM_`` and capital letters, digits and underscores.

        Args:
            names: The names of the cameras, which may repeat.

        >>> channels = Channels()
        >>> channels.of_cameras(["CAM_FRONT", "back left", "front"]), channels.of_cameras(["front"])
        (['CAM_FRONT', 'CAM_BACK_LEFT', 'CAM_FRONT_2'], ['CAM_FRONT_2'])
        """
        occurrences = Counter[str]()
        channels = []
        for name in names:
            key = name, occurrences[name]
            if key not in self._channels:
                self._channels[key] = self._new_channel(name)
            channels.append(self._channels[key])
            occurrences[name] += 1
        return channels

    def _new_channel(self, name: str) -> str:
        plain = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_").removeprefix(_CAMERA)[:_MAX_LENGTH]
        channel = without_number = _CAMERA + (plain or "UNNAMED")
        while channel in self._last_numbers:
            self._last_numbers[without_number] += 1
            channel = f"{without_number}_{self._last_numbers[without_number]}"
        self._last_numbers[channel] = 1
        return channel


def sensor_record(channel: str) -> dict[str, Any]:
    """Return the record of a sensor."""
    modality = "lidar" if channel == LIDAR else "camera"
    return {"token": token_of("sensor", channel), "channel": channel, "modality": modality}


def calibration_record(channel: str, camera: PinholeCamera | None = None) -> dict[str, Any]:
    """Return the record of the calibration of a sensor: its pose on the vehicle and its intrinsic matrix.

    The frame of the vehicle is that of the lidar.

    Args:
        channel: The name of the sensor.
        camera: The camera; None for the lidar, whose pose is the identity.
    """
    values = {
        "translation": [0.0, 0.0, 0.0] if camera is None else camera.translation.tolist(),
        "rotation": wxyz(np.eye(3) if camera is None else camera.rotation),
        "camera_intrinsic": [] if camera is None else camera.intrinsics.tolist(),
    }
    token = token_of("calibrated_sensor", channel, values)
    return {"token": token, "sensor_token": token_of("sensor", channel), **values}


def wxyz(rotations: npt.NDArray[np.float64]) -> list[Any]:
    """Return rotation matrices as quaternions w, x, y, z.

    Args:
        rotations: Array of shape (3, 3) or (N, 3, 3).

    Returns:
        A list of four numbers, or a list of N such lists.
    """
    quaternions = quaternions_of_rotations(rotations)[..., [3, 0, 1, 2]]
    numbers: list[Any] = (quaternions + 0.0).tolist()  # adding 0.0 changes -0.0 to 0.0
    return numbers
