"""Read the colors of points from files, which store them in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.points.files.cloud import Cloud

_CHANNELS = (("red", "green", "blue"), ("r", "g", "b"))
_PACKED = ("rgb", "rgba")  # of PCD: red, green and blue are the bits 16 to 23, 8 to 15, and 0 to 7
_PACKED_BYTES = 4


def has_color_fields(cloud: Cloud) -> bool:
    """Tell whether a file has fields with the names of colors, of any type."""
    return _channels(cloud) is not None or _packed(cloud) is not None


def point_colors(cloud: Cloud) -> npt.NDArray[np.uint8] | None:
    """Return the colors of the points, in the order of the file.

    Colors are three fields of 8 bits, or one field of 32 bits that contains all three. Fields of other types have no
    known range: some programs write numbers from 0 to 255 as 16 bits or as floats, others use the whole range of the
    type, or numbers from 0 to 1.

    Args:
        cloud: The opened file.

    Returns:
        uint8 array of shape (N, 3): red, green and blue. None if the file has no such fields.

    Raises:
        AssetError: The values cannot be decoded.
    """
    channels, packed = _channels(cloud), _packed(cloud)
    if channels and all(cloud.dtype[name] == np.uint8 for name in channels):
        values = cloud.structured()
        return np.column_stack([values[name] for name in channels])
    if packed and cloud.dtype[packed].kind in "fiu" and cloud.dtype[packed].itemsize == _PACKED_BYTES:
        bits = np.ascontiguousarray(cloud.structured()[packed]).view(np.uint32)
        return np.column_stack([bits >> shift & 0xFF for shift in (16, 8, 0)]).astype(np.uint8)
    return None


def _channels(cloud: Cloud) -> tuple[str, ...] | None:
    return next((names for names in _CHANNELS if {*names} <= {*cloud.fields}), None)


def _packed(cloud: Cloud) -> str | None:
    return next((name for name in _PACKED if name in cloud.fields), None)
