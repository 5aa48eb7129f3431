"""Masks from bitmaps of instance ids: every pixel's class, its instance, or one mask an instance.

In all of them `bitmap` is anything that `decode_bitmap` reads; a uint32 array is taken as it is. `annotations` are
those of a row: mappings with `id`, an instance id, and `category`, a class index. The id 0 is no instance. Of two
annotations with the same id the later one counts. One whose `category` is None has no class.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from segments_hf.bitmaps.boxes import present_ids
from segments_hf.bitmaps.codec.id_codec import decode_bitmap
from segments_hf.bitmaps.value_table import MaskValues, look_up
from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    Mask: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]


def get_semantic_bitmap(
    bitmap: Any, annotations: Iterable[Any] | None, id_increment: int = 0, *, strict: bool = False
) -> Mask:
    """The category id of every pixel: the function of this name in the original SDK, for any ids.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: Annotations with an `id` and a `category_id`, as mappings or as objects; None is no annotations.
        id_increment: What is added to each category id, so that a category 0 can be told from unlabelled.
        strict: Whether a pixel whose id no annotation has is an error.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype that holds the values: category id + `id_increment`,
        and 0 where the pixel is unlabelled or no annotation has its id (a warning counts these).

    Raises:
        BitmapError: A value would be negative; or, when strict, no annotation has some pixel's id.

    >>> get_semantic_bitmap(np.array([[0, 7], [8, 7]], np.uint32), [{"id": 7, "category_id": 3}, {"id": 8,
    ...     "category_id": 300}]).tolist()
    [[0, 3], [300, 3]]
    """
    values = {_field(item, "id"): _field(item, "category_id") + id_increment for item in annotations or ()}
    ids = decode_bitmap(bitmap, known_ids=values.keys())
    values.pop(0, None)
    mask = look_up(ids, values)
    # Each pixel that is labelled and has no value; one pass more where a value may be 0 itself.
    unknown = np.count_nonzero(ids) - np.count_nonzero(mask)
    if unknown and 0 in values.values():
        unknown = np.count_nonzero(ids) - np.count_nonzero(look_up(ids, dict.fromkeys(values, 1)))
    if unknown:
        strays = [number for number in present_ids(ids).tolist() if number not in values]
        shown = ", ".join(map(str, strays[:5])) + (", …" if len(strays) > 5 else "")  # noqa: PLR2004
        problem = f"got {unknown} pixels with ids that no annotation has ({shown})"
        if strict:
            raise BitmapError(f"{problem}; strict=False makes them 0")
        warnings.warn(f"{problem}; they are 0 in the mask", stacklevel=2)
    return mask


def semantic_mask(bitmap: Any, annotations: Iterable[Mapping[str, Any]], *, ignore_index: int | None = None) -> Mask:
    """The class of every pixel.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.
        ignore_index: The value of unlabelled pixels, which shifts the classes down by one.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype that holds the values: class index + 1, and 0 where
        no annotation with a class has the pixel's id. With `ignore_index`: the class index, and `ignore_index` there.

    Raises:
        BitmapError: `ignore_index` is negative, or the index of a class.

    >>> bitmap = np.array([[0, 7], [9, 7]], np.uint32)
    >>> semantic_mask(bitmap, [{"id": 7, "category": 0}]).tolist()
    [[0, 1], [0, 1]]
    >>> semantic_mask(bitmap, [{"id": 7, "category": 0}], ignore_index=255).tolist()
    [[255, 0], [255, 0]]
    """
    items = list(annotations)
    return look_up(decode_bitmap(bitmap, known_ids=ids_of(items)), *semantic_values(items, ignore_index))


def instance_mask(bitmap: Any, annotations: Iterable[Mapping[str, Any]]) -> Mask:
    """The number of the instance of every pixel.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.

    Returns:
        Array of shape (H, W) and of the smallest unsigned dtype that holds the number of annotations: 1 for the first
        annotation, 2 for the second, whether it has pixels or not; 0 where no annotation has the pixel's id.

    >>> instance_mask(np.array([[0, 70000], [9, 8]], np.uint32), [{"id": 70000}, {"id": 9}]).tolist()
    [[0, 1], [2, 0]]
    """
    items = list(annotations)
    return look_up(decode_bitmap(bitmap, known_ids=ids_of(items)), *instance_values(items))


def binary_masks(
    bitmap: Any, annotations: Iterable[Mapping[str, Any]]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """A mask for each instance.

    Args:
        bitmap: Instance ids, (H, W).
        annotations: The annotations of a row.

    Returns:
        Bool array of shape (k, H, W), one mask for each annotation that has a class, in their order; it is empty where
        the annotation has no pixels. And the class indices, an int64 array of shape (k,).

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
    """Return the values of a semantic mask; see `semantic_mask`.

    Raises:
        BitmapError: `ignore_index` is negative, or the index of a class.
    """
    classes = class_of_ids(annotations)
    if ignore_index is None:
        return MaskValues({number: index + 1 for number, index in classes.items()})
    if ignore_index in classes.values():
        raise BitmapError(f"ignore_index={ignore_index}: got a class of that index, wanted a number of no class")
    return MaskValues(classes, ignore_index)


def instance_values(annotations: Iterable[Mapping[str, Any]]) -> MaskValues:
    """Return the values of a mask of instances; see `instance_mask`."""
    return MaskValues({item["id"]: number for number, item in enumerate(annotations, start=1)})


def class_of_ids(annotations: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """The class index of each instance id that has one."""
    latest = {item["id"]: item["category"] for item in annotations if item["id"]}
    return {number: index for number, index in latest.items() if index is not None}


def ids_of(annotations: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the ids of annotations."""
    return {item["id"] for item in annotations}


def _field(annotation: Any, name: str) -> Any:
    try:
        return annotation[name]
    except TypeError:  # an object, such as the SDK's
        return getattr(annotation, name)
