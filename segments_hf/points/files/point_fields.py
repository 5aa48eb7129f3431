"""The fields of the points in a file, and the layout of one point in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_VALUES = 2**16  # values of one point; the largest known descriptors of points have 2,000


@dataclass(frozen=True)
class PointField:
    """One field of a point.

    Attributes:
        name: The name.
        dtype: The type of one value.
        count: The number of values per point.
        is_padding: Whether the field has no meaning, and only fills space.
    """

    name: str
    dtype: np.dtype[Any]
    count: int = 1
    is_padding: bool = False

    @property
    def num_bytes(self) -> int:
        """The size of the values of one point in bytes."""
        return self.dtype.itemsize * self.count


def check_fields(fields: Sequence[PointField]) -> None:
    """Check the names and sizes of fields.

    Raises:
        AssetError: There is no field, two fields have the same name, or a point has too many values.
    """
    names = [field.name for field in fields if not field.is_padding]
    if not names:
        raise AssetError("got a point cloud without fields, expected x, y and z")
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise AssetError(f"got a point cloud with two fields named {name!r}; expected different names")
    count = sum(field.count for field in fields)
    if count > _MOST_VALUES:
        raise AssetError(f"got a point cloud with {count:,} values per point, expected {_MOST_VALUES:,} at most")


def point_dtype(fields: Sequence[PointField]) -> np.dtype[np.void]:
    """Return the dtype of points that follow each other in a file. Padding is a gap between fields."""
    names, formats, offsets, offset = [], [], [], 0
    for field in fields:
        if not field.is_padding:
            names.append(field.name)
            formats.append(_format_of(field))
            offsets.append(offset)
        offset += field.num_bytes
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offset})


def packed_dtype(fields: Sequence[PointField]) -> np.dtype[np.void]:
    """Return the dtype of a point in memory, in the byte order of this machine and without padding."""
    dtypes = [(field.name, _format_of(field)) for field in fields if not field.is_padding]
    return np.dtype(dtypes).newbyteorder("=")


def _format_of(field: PointField) -> np.dtype[Any]:
    return field.dtype if field.count == 1 else np.dtype((field.dtype, (field.count,)))
