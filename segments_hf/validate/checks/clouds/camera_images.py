"""Check that the images of the cameras of a point cloud can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.stored_image import stored_content
from segments_hf.validate.checks.clouds.camera_calibration import camera_name
from segments_hf.validate.checks.images import checked_header
from segments_hf.validate.checks.unreadable import UNREADABLE_CAMERA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding


def has_camera_image(row: Row) -> bool:
    """Tell whether a row contains the image of a camera. The images are null if they were not loaded."""
    return any(camera.get("image") is not None for camera in row.get("cameras") or ())


def unreadable_camera_images(row: Row) -> Iterator[Finding]:
    """Find images of cameras that cannot be read. Cameras without an image are left out."""
    for camera in row.get("cameras") or ():
        if camera.get("image") is not None:
            try:
                checked_header(stored_content(camera["image"]))
            except AssetError as error:
                yield UNREADABLE_CAMERA.in_row(row, f"{camera_name(camera)}: {error}")
