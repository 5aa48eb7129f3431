"""Check the fields of points, and convert them to dtypes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_VALUES = 2**16  # the largest number of values per point; the largest known descriptors of points have 2,000


@dataclass(frozen=True)
class PointField:
    """One field of a point.

    Attributes:
        name: The name of the field.
        dtype: The dtype of one value.
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
    """Check the names of fields and the number of values per point.

    Raises:
        AssetError: There is no field, two fields have the same name, or a point has too many values.
    """
    names = [field.name for field in fields if not field.is_padding]
    if not names:
        raise AssetError("got a point cloud without fields, expected x, y and z")
    name, occurrences = Counter(names).most_common(1)[0]
    if occurrences > 1:
        raise AssetError(f"got a point cloud with two fields named {name!r}; expected different names")
    num_values = sum(field.count for field in fields)
    if num_values > _MAX_VALUES:
        raise AssetError(f"got a point cloud with {num_values:,} values per point, expected {_MAX_VALUES:,} at most")


def point_dtype(fields: Sequence[PointField]) -> np.dtype[np.void]:
    """Return the dtype of a point in a binary file. Padding becomes a gap between fields."""
    names, formats, offsets, offset = [], [], [], 0
    for field in fields:
        if not field.is_padding:
            names.append(field.name)
            formats.append(_field_dtype(field))
            offsets.append(offset)
        offset += field.num_bytes
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offset})


def packed_dtype(fields: Sequence[PointField]) -> np.dtype[np.void]:
    """Return the dtype of a point without padding, in the byte order of this machine."""
    dtypes = [(field.name, _field_dtype(field)) for field in fields if not field.is_padding]
    return np.dtype(dtypes).newbyteorder("=")


def _field_dtype(field: PointField) -> np.dtype[Any]:
    return field.dtype if field.count == 1 else np.dtype((field.dtype, (field.count,)))
