"""Replace the instance ids of a bitmap by the values of a mask."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from segments_hf.bitmaps.bands import bands
from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Mask: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]

_LARGEST_TABLE = 2**24  # entries, one for each id that a PNG of ids can encode
_LAZY_BYTES = 2**20  # smaller tables are created by `np.zeros`


class MaskValues(NamedTuple):
    """The values of the pixels of a mask.

    Attributes:
        of_id: The values of instance ids.
        otherwise: The value of id 0, and of all ids that are not in `of_id`.
    """

    of_id: Mapping[int, int]
    otherwise: int = 0


class ValueTable:
    """A table that converts the ids of a bitmap, or of a band of it, to the values of a mask.

    Args:
        values: The value of each id.
        highest_id: The highest id in the bitmap.
        dtype: The dtype of the mask; by default the smallest unsigned dtype for the values.

    Attributes:
        dtype: The dtype of the mask.
        highest: The highest value that a pixel may have.

    Raises:
        BitmapError: A value is negative.
    """

    def __init__(self, values: MaskValues, highest_id: int, dtype: npt.DTypeLike | None = None) -> None:
        of_id, otherwise = values
        lowest = min(otherwise, min(of_id.values(), default=0))
        if lowest < 0:
            raise BitmapError(f"got the value {lowest} for a mask, expected 0 or more")
        self.highest: int = max(otherwise, max(of_id.values(), default=0))
        self.dtype: np.dtype[Any] = np.dtype(dtype or np.min_scalar_type(self.highest))
        possible = {id_: value for id_, value in of_id.items() if 0 < id_ <= highest_id}
        keys = np.fromiter(possible, np.int64, len(possible))
        values_of_keys = np.fromiter(possible.values(), self.dtype, len(possible))
        self._keys: npt.NDArray[np.int64] | None = None
        if highest_id >= _LARGEST_TABLE:
            order = np.argsort(keys)
            self._keys = np.append(0, keys[order])
            self._values: Mask = np.append(self.dtype.type(otherwise), values_of_keys[order])
            return
        size = highest_id + 1
        self._values = np.full(size, otherwise, self.dtype) if otherwise else _lazy_zeros(size, self.dtype)
        self._values[keys] = values_of_keys

    def __call__(self, ids: npt.NDArray[np.integer[Any]]) -> Mask:
        """Return the value of each id. The call needs more memory than `ids`, so pass a large bitmap band by band."""
        if self._keys is None:
            return self._values.take(ids)
        indices = np.searchsorted(self._keys, ids, side="right") - 1
        mask: Mask = np.where(self._keys[indices] == ids, self._values[indices], self._values[0])
        return mask


def look_up(
    ids: npt.NDArray[np.unsignedinteger[Any]],
    values: Mapping[int, int],
    otherwise: int = 0,
    dtype: npt.DTypeLike | None = None,
) -> Mask:
    """Return the value of every id in an array of shape (H, W), and `otherwise` for 0 and for ids without a value."""
    table = ValueTable(MaskValues(values, otherwise), int(ids.max(initial=0)), dtype)
    mask: Mask = np.empty(ids.shape, table.dtype)
    for rows in bands(ids.shape):
        mask[rows] = table(ids[rows])
    return mask


def _lazy_zeros(length: int, dtype: np.dtype[Any]) -> Mask:
    """Return an array of zeros that uses memory only for the pages that are written; `np.zeros` may use huge pages."""
    if length * dtype.itemsize < _LAZY_BYTES:
        return np.zeros(length, dtype)
    return np.frombuffer(mmap.mmap(-1, length * dtype.itemsize), dtype)
