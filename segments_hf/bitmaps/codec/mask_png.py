"""Encode masks as PNGs that store the values and show colors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps.bands import bands
from segments_hf.bitmaps.codec.png_writer import GRAY, PALETTE, UP, with_row_above, write_png
from segments_hf.bitmaps.palette import Color, palette_color
from segments_hf.bitmaps.value_table import ValueTable
from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps.value_table import MaskValues

_PALETTE_SIZE = 256
_LARGEST_VALUE = 2**16 - 1
_BLACK: Color = (0, 0, 0)


def encode_mask(
    mask: npt.NDArray[Any],
    colors: Mapping[int, Color] | Sequence[Color] | None = None,
    *,
    palette: bool = True,
    values: MaskValues | None = None,
) -> bytes:
    """Encode a mask as a PNG. `np.array` of the opened PNG returns the values. With a palette, a viewer shows colors.

    Args:
        mask: Array of shape (H, W) with integers from 0 to 65535.
        colors: The RGB color of each value, three numbers from 0 to 255. A value without a color is black if it is 0,
            and otherwise gets a color that differs clearly from the colors of nearby values.
        palette: Whether to write a palette; without it, the PNG is grayscale.
        values: The values that replace the numbers of `mask` in the PNG, without a copy of the whole array. With this
            option, `mask` contains instance ids of any size.

    Returns:
        A palette PNG (mode P), or an 8-bit grayscale PNG with ``palette=False``. If a value or a key of `colors` is
        above 255, a 16-bit grayscale PNG. The same arguments always give the same bytes.

    Raises:
        BitmapError: The array is empty, not of integers or not two-dimensional; a value does not fit into 16 bits; or a
            color is invalid.

    >>> import io
    >>> from PIL import Image
    >>> picture = Image.open(io.BytesIO(encode_mask(np.array([[0, 2]]), [(0, 0, 0), (0, 0, 9), (255, 0, 0)])))
    >>> picture.mode, np.array(picture).tolist(), picture.convert("RGB").getpixel((1, 0))
    ('P', [[0, 2]], (255, 0, 0))
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or not mask.size or not np.issubdtype(mask.dtype, np.integer):  # noqa: PLR2004
        raise BitmapError(f"got a mask of shape {mask.shape} and dtype {mask.dtype}, expected (H, W) and integers")
    mask_bands = _MaskBands(mask, values)
    color_of = colors if isinstance(colors, Mapping) else dict(enumerate(colors or ()))
    for color in color_of.values():
        if len(color) != 3 or not all(0 <= channel <= 255 for channel in color):  # noqa: PLR2004
            raise BitmapError(f"got the color {color}, expected three numbers from 0 to 255")
    count = max(mask_bands.highest(), max(color_of, default=0)) + 1
    dtype = np.uint8 if count <= _PALETTE_SIZE else np.uint16
    lines = _lines(np.ascontiguousarray(band, dtype) for band in mask_bands)
    size = mask.shape[1], mask.shape[0]
    if not palette or count > _PALETTE_SIZE:
        return write_png(size, (8 * np.dtype(dtype).itemsize, GRAY), lines)
    palette_colors = (color_of.get(value, palette_color(value - 1) if value else _BLACK) for value in range(count))
    return write_png(size, (8, PALETTE), lines, bytes(channel for color in palette_colors for channel in color))


class _MaskBands:
    """The bands of a mask, optionally with the numbers of the mask replaced by values."""

    def __init__(self, mask: npt.NDArray[Any], values: MaskValues | None) -> None:
        self._mask = mask
        self._table = None if values is None else ValueTable(values, int(mask.max()))

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        numbers = (self._mask[rows] for rows in bands(self._mask.shape))
        return numbers if self._table is None else map(self._table, numbers)

    def highest(self) -> int:
        """Return the highest value in the mask, or an upper limit that fits into 8 bits.

        The upper limit is the highest value of the table, which is known without reading the mask.

        Raises:
            BitmapError: A value does not fit into 16 bits.
        """
        if self._table is not None and self._table.highest < _PALETTE_SIZE:
            return self._table.highest
        lowest = min(int(band.min()) for band in self)
        highest = max(int(band.max()) for band in self)
        if not 0 <= lowest <= highest <= _LARGEST_VALUE:
            raise BitmapError(f"got a mask of values from {lowest} to {highest}, expected 0 to {_LARGEST_VALUE}")
        return highest


def _lines(parts: Iterable[npt.NDArray[Any]]) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the filtered lines of each band of a mask of 8 or 16 bits."""
    for band in with_row_above(parts):
        values = band if band.itemsize == 1 else band.astype(">u2").view(np.uint8)
        lines = np.empty((len(values) - 1, 1 + values.shape[1]), np.uint8)
        lines[:, 0] = UP
        np.subtract(values[1:], values[:-1], out=lines[:, 1:])
        yield lines
