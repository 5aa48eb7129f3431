"""Read the cameras of a row as pinhole cameras, and encode their images without lens distortion."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import Image

from segments_hf.errors import AssetError, PointCloudError
from segments_hf.images import decoder_errors, open_image, read_header, stored_orientation
from segments_hf.images.depth.eight_bit import to_eight_bit
from segments_hf.images.encoding import jpeg_bytes, png_bytes
from segments_hf.images.stored_image import stored_content
from segments_hf.io.file_content import FileContent
from segments_hf.points.pinhole import inverse_of, is_calibrated, pinhole_camera
from segments_hf.points.undistortion import needs_undistortion, undistort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.labels.row import Row
    from segments_hf.points.pinhole import PinholeCamera

ImageFileFormat = Literal["PNG", "JPEG"]

_ENCODERS = {"PNG": png_bytes, "JPEG": jpeg_bytes}
# For each file format, the formats of files that are copied: an MPO is a JPEG file that contains several images.
_SAME_FORMAT = {"PNG": {"PNG"}, "JPEG": {"JPEG", "MPO"}}


def usable_cameras(row: Row) -> list[Mapping[str, Any]]:
    """Return the cameras of a row that have a calibration and an image, in the order of the row."""
    return [camera for camera in row.get("cameras") or () if camera.get("image") is not None and is_calibrated(camera)]


def camera_of(camera: Mapping[str, Any]) -> PinholeCamera:
    """Return the intrinsic matrix and the pose of a camera, without its lens distortion.

    Args:
        camera: An entry of the `cameras` of a row.

    Raises:
        PointCloudError: The calibration is missing or invalid, or the intrinsic matrix has no inverse; the error names
            the camera.
    """
    with _named_errors(camera):
        found = pinhole_camera(camera)
        inverse_of(found.intrinsics)  # a focal length of 0 would project all points to a line
        return found


def image_size(camera: Mapping[str, Any]) -> tuple[int, int]:
    """Return the width and height of the image of a camera in pixels, after EXIF rotation.

    Args:
        camera: An entry of the `cameras` of a row, with an image that is not decoded.

    Raises:
        AssetError: The file cannot be read or is not an image; the error names the camera.
    """
    with _named_errors(camera):
        return read_header(stored_content(camera["image"])).size


def image_file_format(camera: Mapping[str, Any]) -> ImageFileFormat:
    """Return the file format in which an export stores the image of a camera.

    Args:
        camera: An entry of the `cameras` of a row, with an image that is not decoded.

    Returns:
        ``JPEG`` for a JPEG file, else ``PNG``.

    Raises:
        AssetError: The file cannot be read or is not an image; the error names the camera.
    """
    with _named_errors(camera):
        found = read_header(stored_content(camera["image"])).format
    return "JPEG" if found in _SAME_FORMAT["JPEG"] else "PNG"


def image_file(camera: Mapping[str, Any], file_format: ImageFileFormat) -> bytes:
    """Return the image of a camera as a file, without lens distortion.

    The bytes are those of the release if the lens has no distortion, the file has the format `file_format`, and the
    image is upright. Otherwise, the image is rotated by its EXIF orientation, because the intrinsic matrix applies to
    the upright image; the distortion is removed; and the image is encoded as 8-bit RGB or gray. A JPEG has the quality
    95.

    Args:
        camera: An entry of the `cameras` of a row, with an image that is not decoded.
        file_format: The format of the file.

    Raises:
        AssetError: The file cannot be read or is not an image; the error names the camera.
        PointCloudError: The calibration or the model of the distortion is invalid; the error names the camera.
    """
    with _named_errors(camera):
        content = stored_content(camera["image"])
        header = read_header(content)
        is_distorted = needs_undistortion(camera)
        is_upright = stored_orientation(content, header) == 1
        if not is_distorted and is_upright and header.format in _SAME_FORMAT[file_format]:
            return content.read()
        picture = _eight_bit(content)
        with decoder_errors():
            if is_distorted:
                picture = Image.fromarray(undistort(np.asarray(picture), camera))
            return _ENCODERS[file_format](picture)


def _eight_bit(content: FileContent) -> Image.Image:
    """Decode an image as 8-bit RGB or gray, upright."""
    png = to_eight_bit(content).png
    return open_image(content if png is None else FileContent(png))


@contextmanager
def _named_errors(camera: Mapping[str, Any]) -> Iterator[None]:
    """Add the name of a camera to errors."""
    try:
        yield
    except (AssetError, PointCloudError) as error:
        raise type(error)(f"camera {camera.get('name')!r}: {error}") from error
