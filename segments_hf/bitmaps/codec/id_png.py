"""Write ids as a PNG of 8-bit channels. The PNG stores the differences between each row of pixels and the row above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps.codec.png_writer import RGB, RGBA, UP, with_row_above, write_png

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt


def id_png(size: tuple[int, int], parts: Iterable[npt.NDArray[np.integer[Any]]], *, alpha: bool) -> bytes:
    """Return a PNG in which each pixel is an id: R + 256 G + 65536 B.

    Args:
        size: The width and height in pixels.
        parts: The ids from 0 to 2^24 - 1, in bands: integer arrays of shape (rows, width).
        alpha: Whether to add an alpha channel in which all values are 255.
    """
    lines = _lines((np.ascontiguousarray(band, np.uint32) for band in parts), 4 if alpha else 3)
    return write_png(size, (8, RGBA if alpha else RGB), lines)


def _lines(parts: Iterable[npt.NDArray[np.uint32]], channels: int) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the filtered lines of each band. Only pixels that differ from the pixel above are computed."""
    is_first = True
    for ids in with_row_above(parts):
        height, width = len(ids) - 1, ids.shape[1]
        lines = np.zeros((height, 1 + channels * width), np.uint8)
        lines[:, 0] = UP
        if is_first and channels == 4:  # noqa: PLR2004
            lines[0, 4::4] = 255  # the alpha of the rows below is the same, so the differences are 0
        is_first = False
        changed = np.flatnonzero(ids[1:] != ids[:-1])
        below, above = ids[1:].reshape(-1)[changed], ids[:-1].reshape(-1)[changed]
        rows, columns = np.divmod(changed, width)
        flat = lines.reshape(-1)
        offsets = rows * lines.shape[1] + 1 + channels * columns
        for channel in range(3):
            shift = np.uint32(8 * channel)
            flat[offsets + channel] = ((below >> shift) - (above >> shift)).astype(np.uint8)
        yield lines
