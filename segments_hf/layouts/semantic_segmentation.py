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
    import numpy.typing as npt
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
    first_value = classes.first_value
    if first_value is None:
        first_value = _guess_first_value(mask, values, classes.num_classes)
    indices = values - first_value
    is_unlabeled = indices < 0
    if classes.num_classes is not None:
        is_unlabeled |= indices >= classes.num_classes
    elif first_value == 0:
        is_unlabeled |= np.isin(values, _black_values(mask))
    return mask_label(np.where(is_unlabeled, 0, indices + 1).astype(np.uint32), is_by_class=True)


def _guess_first_value(mask: Image, values: npt.NDArray[np.int64], num_classes: int | None) -> int:
    """Guess the value of class 0: it is 0 if the mask was made with `ignore_index`, else 1.

    With `ignore_index`, the palette has a color other than black for the value 0, because only unlabeled pixels are
    black. A mask without a palette was made with `ignore_index` if a value exceeds the number of classes, because only
    an `ignore_index` does. If the mask has no such value, or the number of classes is unknown, the guess is 1.
    """
    if mask.mode == "P":
        return 1 if 0 in _black_values(mask) else 0
    return 0 if num_classes is not None and np.any(values > num_classes) else 1


def _black_values(mask: Image) -> list[int]:
    """Return the values whose color in the palette is black; none if the mask has no palette."""
    return np.flatnonzero(~np.any(np.reshape(mask.getpalette() or [], (-1, 3)), axis=1)).tolist()


LAYOUT = Layout(
    "semantic-segmentation",
    ("image", "label"),
    ("label",),
    lambda categories, options: semantic_masks(categories, "label", options.ignore_index, palette=options.palette),
    _read,
    f"{IMAGE_ENCODING} "
    "`label` is a PNG whose pixel values are classes: `id2label.json` has the names of the values. "
    "`numpy.array(row['label'])` returns the values.",
    "`label`",
    ("image-segmentation", "semantic-segmentation"),
    options=("ignore_index", "palette", "image_range"),
    has_semantic_mask=True,
)
