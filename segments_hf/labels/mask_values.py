"""The names of the pixel values of masks, which the feature of a mask column stores in its `id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from datasets import ClassLabel, Image, Value

from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.labels.categories import class_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segments_hf.release import Category

UNLABELED_NAME = "unlabeled"


class _MaskNames(msgspec.Struct):
    """The content of the `id` of a mask's feature."""

    id2label: dict[int, str]


_MASK_NAMES: JsonDecoder[_MaskNames] = JsonDecoder(_MaskNames)


def mask_names(categories: Sequence[Category], ignore_index: int | None = None) -> dict[int, str]:
    """Return the name of each pixel value of a semantic mask.

    Args:
        categories: The categories, in the order of their ids.
        ignore_index: The value of unlabeled pixels, which has no name; None if unlabeled pixels are 0.

    >>> from segments_hf.release import Category
    >>> mask_names([Category(4, "leaf")]), mask_names([Category(4, "leaf")], ignore_index=255)
    ({0: 'unlabeled', 1: 'leaf'}, {0: 'leaf'})
    """
    if ignore_index is not None:
        return dict(enumerate(class_names(categories)))
    return dict(enumerate([UNLABELED_NAME, *class_names(categories, taken=[UNLABELED_NAME])]))


def mask_feature(names: Mapping[int, str]) -> Image:
    """Return the feature of a column of masks; it stores the names of the pixel values in its `id`."""
    return Image(id=compact_json(_MaskNames(dict(names))))


def point_feature(names: Mapping[int, str]) -> Value:
    """Return the feature of the semantic label of one point; it stores the names of the labels in its `id`."""
    return Value("int32", id=compact_json(_MaskNames(dict(names))))


def checked_ignore_index(ignore_index: int | None, classes: int) -> int | None:
    """Check the option `ignore_index` for a number of classes, and return it.

    Raises:
        OptionError: `ignore_index` is the value of a class, or does not fit into 16 bits.
    """
    if ignore_index is not None and not classes <= ignore_index < 2**16:
        raise OptionError(
            f"got {ignore_index}, expected a number from {classes} to {2**16 - 1}, which is not a class index and fits "
            "into 16 bits",
            option="ignore_index",
        )
    return ignore_index


def names_of_numbers(all_features: Mapping[str, Any], column: str | None = None) -> dict[int, str]:
    """Return the class name of each number in a column, for the `id2label` of a dataset with these features.

    Args:
        all_features: The features of the dataset.
        column: The column with the numbers; by default the column of masks or of semantic labels of points, otherwise
            the first of `annotations`, `segments_info`, `objects` and `labels` that has class names.

    Raises:
        SegmentsHFError: The column has no class names, or several masks have different class names.
    """
    features = {name: feature for name, feature in all_features.items() if column in {None, name}}
    masks = [names for feature in features.values() if (names := _names_of_mask(feature))]
    if any(names != masks[0] for names in masks):
        raise SegmentsHFError(
            "got several columns of masks whose values have different names; pass column= with one of "
            f"{', '.join(name for name, feature in features.items() if _names_of_mask(feature))}"
        )
    if masks:
        return masks[0]
    for name in (column,) if column else ("annotations", "segments_info", "objects", "labels"):
        for feature in _nested(features.get(name)):
            if isinstance(feature, ClassLabel):
                return dict(enumerate(feature.names))
    where = "no column with class names" if column is None else f"no class names in column {column!r}"
    raise SegmentsHFError(f"got a dataset with {where}; its columns are {', '.join(all_features)}")


def _names_of_mask(feature: object) -> dict[int, str] | None:
    """Return the names of the values in a column of masks, or of semantic labels of points; None for another column."""
    if isinstance(feature, list) or hasattr(feature, "feature"):
        feature = feature[0] if isinstance(feature, list) else feature.feature
        if not isinstance(feature, Value):
            return None
    elif not isinstance(feature, Image):
        return None
    if not feature.id:
        return None
    try:
        return _MASK_NAMES.decode(feature.id).id2label
    except JsonError:  # the `id` of another feature
        return None


def _nested(feature: object) -> Iterator[object]:
    """Yield a feature and all features inside it."""
    yield feature
    inner = feature.values() if isinstance(feature, dict) else feature if isinstance(feature, list) else ()
    for item in [*inner, *([feature.feature] if hasattr(feature, "feature") else [])]:
        yield from _nested(item)
