"""Compress arrays of numbers for a page."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]


class PackedArray(msgspec.Struct, frozen=True):
    """A compressed array of unsigned integers of shape (height, width).

    Attributes:
        width: The width in pixels, or the number of points.
        height: The height in pixels, or the number of values of each point.
        bytes_per_number: 1, 2 or 4. The numbers are little-endian.
        data: The numbers row by row, compressed with zlib, in base64.
    """

    width: int
    height: int
    bytes_per_number: int
    data: str


def pack(numbers: Numbers) -> PackedArray:
    """Compress an array of shape (H, W). Its numbers must be less than 2^32."""
    dtype = np.min_scalar_type(int(numbers.max(initial=0))).newbyteorder("<")
    content = zlib.compress(numbers.astype(dtype).tobytes(), 6)
    return PackedArray(numbers.shape[1], numbers.shape[0], dtype.itemsize, base64.b64encode(content).decode())
