"""Read the file of a point cloud for a push."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError
from segments_hf.images.stored_image import stored_content
from segments_hf.points.files import check_cloud

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_BYTES = 2**31 - 2**20  # an Arrow array holds less than 2 GiB


def with_embedded_bytes(cloud: Mapping[str, Any], file_type: str | None) -> Mapping[str, Any]:
    """Check the file of a point cloud, and return the point cloud with the bytes of the file, without its path.

    The number of points is not checked, because `max_points` limited it when the release was loaded.

    Args:
        cloud: A dict with ``bytes`` and ``path``, as a row has it in the column ``point_cloud``.
        file_type: The type of the file, such as ``pcd``; None if the row lacks it.

    Returns:
        The point cloud with its bytes. This is the same object if the point cloud has no path.

    Raises:
        AssetError: The file cannot be read, its structure is damaged, it does not have the type, or it is too large; or
            the type is None.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    if cloud["bytes"] is None and cloud["path"] is None:
        return cloud
    file = stored_content(cloud)
    if file.size > _MAX_BYTES:
        raise AssetError(f"got a point cloud of {file.size:,} bytes, expected {_MAX_BYTES:,} at most")
    if file_type is None:
        raise AssetError("got a point cloud without a type, expected a type such as 'pcd' in point_cloud_type")
    content = file.read()
    check_cloud(content, file_type, max_points=sys.maxsize)
    return cloud if cloud["path"] is None else {"bytes": content, "path": None}
