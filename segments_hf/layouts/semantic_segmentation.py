"""``semantic-segmentation``: `image` and `label`, as in segments/sidewalk-semantic.

What ``run_semantic_segmentation.py`` of transformers reads: `label` is the semantic mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import BitmapError
from segments_hf.images.viewing import decode_image
from segments_hf.layouts.layout import IMAGE_ENCODING, Layout
from segments_hf.layouts.layout_label import LayoutLabel, MaskClasses, mask_label
from segments_hf.layouts.mask_columns import semantic_masks

if TYPE_CHECKING:
    from PIL.Image import Image

    from segments_hf.labels.row import Row


def _read(row: Row, classes: MaskClasses) -> LayoutLabel | None:
    picture = decode_image(row["label"])
    if picture is None:
        return None
    pixels = np.asarray(picture)
    if pixels.ndim != 2 or pixels.dtype.kind == "f":  # noqa: PLR2004
        raise BitmapError(f"got a mask of mode {picture.mode}, wanted one integer per pixel")
    values = pixels.astype(np.int64)
    first = _first_class(picture) if classes.first is None else classes.first
    indices = values - first
    unlabeled = indices < 0
    if classes.number is not None:
        unlabeled |= indices >= classes.number
    elif first == 0:
        unlabeled |= np.isin(values, _black_values(picture))
    return mask_label(np.where(unlabeled, 0, indices + 1).astype(np.uint32), is_by_class=True)


def _first_class(picture: Image) -> int:
    """Guess the value of class 0 from the palette: in our masks, unlabeled pixels are black."""
    return 0 if picture.mode == "P" and 0 not in _black_values(picture) else 1


def _black_values(picture: Image) -> list[int]:
    return np.flatnonzero(~np.any(np.reshape(picture.getpalette() or [], (-1, 3)), axis=1)).tolist()


LAYOUT = Layout(
    "semantic-segmentation",
    ("image", "label"),
    ("label",),
    lambda categories, ignore_index: semantic_masks(categories, "label", ignore_index),
    _read,
    f"{IMAGE_ENCODING} "
    "`label` is a PNG whose pixels are classes: `id2label.json` names them. It has a palette, so that viewers show "
    "colors; `numpy.array(row['label'])` gives the numbers.",
    ("image-segmentation", "semantic-segmentation"),
    has_ignore_index=True,
)
