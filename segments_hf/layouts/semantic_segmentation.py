"""``semantic-segmentation``: `image` and `label`, as in segments/sidewalk-semantic.

The columns are those of ``run_semantic_segmentation.py`` in transformers. `label` is the semantic mask.
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
    mask = decode_image(row["label"])
    if mask is None:
        return None
    pixels = np.asarray(mask)
    if pixels.ndim != 2 or pixels.dtype.kind == "f":  # noqa: PLR2004
        raise BitmapError(f"got a mask of mode {mask.mode}, expected one integer per pixel")
    values = pixels.astype(np.int64)
    first = _guess_first_value(mask) if classes.first is None else classes.first
    indices = values - first
    unlabeled = indices < 0
    if classes.number is not None:
        unlabeled |= indices >= classes.number
    elif first == 0:
        unlabeled |= np.isin(values, _black_values(mask))
    return mask_label(np.where(unlabeled, 0, indices + 1).astype(np.uint32), is_by_class=True)


def _guess_first_value(mask: Image) -> int:
    """Guess the pixel value of the first class: 0 if the palette shows the value 0 in a color, else 1.

    In masks of this library, unlabeled pixels are black, so a value with a color stands for a class.
    """
    return 0 if mask.mode == "P" and 0 not in _black_values(mask) else 1


def _black_values(mask: Image) -> list[int]:
    return np.flatnonzero(~np.any(np.reshape(mask.getpalette() or [], (-1, 3)), axis=1)).tolist()


LAYOUT = Layout(
    "semantic-segmentation",
    ("image", "label"),
    ("label",),
    lambda categories, ignore_index: semantic_masks(categories, "label", ignore_index),
    _read,
    f"{IMAGE_ENCODING} "
    "`label` is a PNG whose pixel values are classes: `id2label.json` has their names. It has a palette, so that "
    "viewers show colors; `numpy.array(row['label'])` returns the values.",
    "`label`",
    ("image-segmentation", "semantic-segmentation"),
    has_ignore_index=True,
)
