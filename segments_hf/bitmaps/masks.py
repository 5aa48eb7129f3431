"""Compute masks from bitmaps of instance ids: semantic masks, instance masks, and one binary mask per instance.

In all functions, `bitmap` is anything that `decode_bitmap` reads; a uint32 array is used without a copy. `annotations`
are the annotations of a row: mappings with `id`, an instance id, and `category`, a class index, or None if the
annotation has no class. `get_semantic_bitmap` reads `category_id` instead of `category`. The id 0 is not an instance.
If two annotations have the same id, the later one is used.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from segments_hf.bitmaps.boxes import present_ids
from segments_hf.bitmaps.codec.id_codec import decode_bitmap
from segments_hf.bitmaps.value_table import MaskValues, look_up
from segments_hf.errors import BitmapError
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from segments_hf.bitmaps.codec.id_codec import BitmapLike

    Mask: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]


@short_traceback
def get_semantic_bitmap(
    bitmap: BitmapLike, annotations: Iterable[object] | None, id_increment: int = 0, *, strict: bool = False
) -> Mask:
    """Return the category id of every pixel, like `get_semantic_bitmap` of the official SDK, but for ids of any size.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: Annotations with an `id` and a `category_id`, as mappings or as objects; None for no annotations.
        id_increment: The number that is added to each category id, to distinguish category 0 from unlabeled pixels.
        strict: Whether to raise an error if a pixel has an id that no annotation has.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype for the values: category id + `id_increment`, and 0
        where the pixel is unlabeled or no annotation has its id. A warning gives the number of labeled pixels whose id
        no annotation has.

    Raises:
        BitmapError: A value of the mask is negative; or `strict` is true, and a pixel has an id that no annotation has.

    >>> get_semantic_bitmap(np.array([[0, 7], [8, 7]], np.uint32), [{"id": 7, "category_id": 3}, {"id": 8,
    ...     "category_id": 300}]).tolist()
    [[0, 3], [300, 3]]
    """
    values = {_field(item, "id"): _field(item, "category_id") + id_increment for item in annotations or ()}
    ids = decode_bitmap(bitmap, known_ids=values.keys())
    values.pop(0, None)
    mask = look_up(ids, values)
    # Count the labeled pixels whose id no annotation has: they are 0 in the mask. If an annotation has the value 0,
    # its pixels are 0 too, so the ids are looked up again with the value 1 for all annotations.
    unknown = np.count_nonzero(ids) - np.count_nonzero(mask)
    if unknown and 0 in values.values():
        unknown = np.count_nonzero(ids) - np.count_nonzero(look_up(ids, dict.fromkeys(values, 1)))
    if unknown:
        unknown_ids = [id_ for id_ in present_ids(ids).tolist() if id_ not in values]
        shown = ", ".join(map(str, unknown_ids[:5])) + (", …" if len(unknown_ids) > 5 else "")  # noqa: PLR2004
        problem = f"got {unknown} pixels with ids that no annotation has ({shown})"
        if strict:
            raise BitmapError(f"{problem}; to make these pixels 0, pass strict=False")
        # The warning names the line of the caller, above this function and its decorator.
        warnings.warn(f"{problem}; they are 0 in the mask", stacklevel=3)
    return mask


def semantic_mask(
    bitmap: BitmapLike, annotations: Iterable[Mapping[str, Any]], *, ignore_index: int | None = None
) -> Mask:
    """Return the class of every pixel.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.
        ignore_index: The value of unlabeled pixels. If it is set, the values of classes are lower by one.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype for the values: class index + 1, and 0 where no
        annotation with a class has the pixel's id. With `ignore_index`: the class index, and `ignore_index` instead of
        0.

    Raises:
        BitmapError: `ignore_index` is negative, or is the class index of an annotation.

    >>> bitmap = np.array([[0, 7], [9, 7]], np.uint32)
    >>> semantic_mask(bitmap, [{"id": 7, "category": 0}]).tolist()
    [[0, 1], [0, 1]]
    >>> semantic_mask(bitmap, [{"id": 7, "category": 0}], ignore_index=255).tolist()
    [[255, 0], [255, 0]]
    """
    items = list(annotations)
    return look_up(decode_bitmap(bitmap, known_ids=ids_of(items)), *semantic_values(items, ignore_index))


def instance_mask(bitmap: BitmapLike, annotations: Iterable[Mapping[str, Any]]) -> Mask:
    """Return the number of the instance of every pixel.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype for the number of annotations: 1 for the first
        annotation, 2 for the second and so on, including annotations without pixels; 0 where no annotation has the
        pixel's id.

    >>> instance_mask(np.array([[0, 70000], [9, 8]], np.uint32), [{"id": 70000}, {"id": 9}]).tolist()
    [[0, 1], [2, 0]]
    """
    items = list(annotations)
    return look_up(decode_bitmap(bitmap, known_ids=ids_of(items)), *instance_values(items))


def binary_masks(
    bitmap: BitmapLike, annotations: Iterable[Mapping[str, Any]]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Return a mask for each instance.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.

    Returns:
        Two arrays. The first is a bool array of shape (k, H, W): one mask for each annotation with a class, in the
        order of the annotations; the mask of an annotation without pixels is False everywhere. The second contains the
        class indices, an int64 array of shape (k,).

    >>> masks, classes = binary_masks(np.array([[0, 7], [9, 7]], np.uint32), [{"id": 9, "category": 4}])
    >>> masks.tolist(), classes.tolist()
    ([[[False, False], [True, False]]], [4])
    """
    items = list(annotations)
    classes = {number: item["category"] for number, item in enumerate(items, start=1) if item["category"] is not None}
    instances = instance_mask(bitmap, items)
    numbers = np.array(list(classes), instances.dtype)
    return instances == numbers[:, None, None], np.array(list(classes.values()), np.int64)


def semantic_values(annotations: Iterable[Mapping[str, Any]], ignore_index: int | None = None) -> MaskValues:
    """Return the value of each instance id in a semantic mask; see `semantic_mask`.

    Raises:
        BitmapError: `ignore_index` is the class index of an annotation.
    """
    classes = class_of_ids(annotations)
    if ignore_index is None:
        return MaskValues({id_: index + 1 for id_, index in classes.items()})
    if ignore_index in classes.values():
        raise BitmapError(f"ignore_index: got {ignore_index}, which is the index of a class; expected another number")
    return MaskValues(classes, ignore_index)


def instance_values(annotations: Iterable[Mapping[str, Any]]) -> MaskValues:
    """Return the value of each instance id in an instance mask; see `instance_mask`."""
    return MaskValues({item["id"]: number for number, item in enumerate(annotations, start=1)})


def class_of_ids(annotations: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Return the class index of each instance id that has a class."""
    class_of_id = {item["id"]: item["category"] for item in annotations if item["id"]}
    return {id_: index for id_, index in class_of_id.items() if index is not None}


def ids_of(annotations: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the ids of annotations."""
    return {item["id"] for item in annotations}


def _field(annotation: object, name: str) -> int:
    """Return a field of an annotation, which is a mapping or an object with attributes."""
    try:
        return cast("Mapping[str, int]", annotation)[name]
    except TypeError:  # an object, such as an annotation of the official SDK
        value: int = getattr(annotation, name)
        return value
