"""Masks of classes from bitmaps of instance ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt


def semantic_mask(
    bitmap: npt.NDArray[np.unsignedinteger[Any]], annotations: Iterable[Mapping[str, Any]]
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """The class of every pixel.

    Args:
        bitmap: Instance ids, an unsigned array of shape (H, W).
        annotations: The annotations of a row: `id` is an instance id, `category` a class index.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype that holds the values: class index + 1, and 0 where
        no annotation has the pixel's id.

    >>> semantic_mask(np.array([[0, 7], [9, 7]], np.uint32), [{"id": 7, "category": 0}]).tolist()
    [[0, 1], [0, 1]]
    """
    classes = {item["id"]: item["category"] + 1 for item in annotations if item["category"] is not None and item["id"]}
    values = np.array(list(classes.values()), np.min_scalar_type(max(classes.values(), default=0)))
    highest = int(bitmap.max(initial=0))
    table = np.zeros(highest + 1, values.dtype)
    ids = np.array(list(classes), np.int64)
    present = (ids >= 0) & (ids <= highest)
    table[ids[present]] = values[present]
    mask: npt.NDArray[np.unsignedinteger[Any]] = table[bitmap]
    return mask
