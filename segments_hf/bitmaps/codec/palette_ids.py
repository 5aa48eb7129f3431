"""Read ids from a PNG whose palette colors encode ids in the same way as the pixels of an RGB PNG.

Some programs save bitmaps with such a palette to make them small. Other programs save the ids as palette indices, with
arbitrary colors. Therefore the colors are read as ids only if every color in the bitmap is the id of an annotation, or
black (0, unlabeled).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt
    from PIL import Image

_PALETTE_SIZE = 256


def palette_ids(picture: Image.Image, known_ids: Collection[int] | None) -> npt.NDArray[np.uint32]:
    """Return the ids that the colors of a palette encode.

    Args:
        picture: An image of mode P.
        known_ids: The ids of the annotations; None if they are unknown.

    Returns:
        uint32 array of shape (256,): R + 256 G + 65536 B of the color of each palette index.

    Raises:
        BitmapError: `known_ids` is None; a color in the image is neither black nor the id of an annotation; a palette
            index in the image has no color; or several indices in the image have the same color.
    """
    if known_ids is None:
        raise BitmapError(
            "got an image with a palette, which may store ids as palette indices or as palette colors; expected an "
            "RGBA, RGB or gray PNG of ids, or the ids of the annotations as known_ids"
        )
    present = np.flatnonzero(picture.histogram())
    palette = np.zeros((_PALETTE_SIZE, 3), np.uint32)
    colors = np.reshape(picture.getpalette("RGB") or [], (-1, 3))
    palette[: len(colors)] = colors
    ids: npt.NDArray[np.uint32] = palette @ np.array([1, 2**8, 2**16], np.uint32)
    allowed_ids = {0, *known_ids}
    for index, id_ in zip(present.tolist(), ids[present].tolist(), strict=True):
        if index >= len(colors):
            raise _refusal(f"the index {index} has no color")
        if id_ not in allowed_ids:
            color = tuple(palette[index].tolist())
            raise _refusal(f"the color {color} encodes the id {id_}, which no annotation has")
    if len(np.unique(ids[present])) < len(present):
        raise _refusal("several indices have the same color")
    return ids


def _refusal(problem: str) -> BitmapError:
    return BitmapError(
        f"got an image with a palette in which {problem}; the image may store ids as palette indices instead of "
        "palette colors: expected an RGBA, RGB or gray PNG of ids"
    )
