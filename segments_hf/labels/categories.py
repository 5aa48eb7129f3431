"""The categories of a dataset: class names, colors, and how they are stored in the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.bitmaps import palette_color
from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import compact_json, indented_json
from segments_hf.labels.json_label import require_known_task
from segments_hf.release import Category, CategoryDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.release import Release

# The columns whose features store the categories in their `id`: the first in datasets and layouts of images, the second
# in datasets of point clouds, and the third in layouts of point clouds.
_CATEGORIES_COLUMNS = ("image", "point_cloud_type", "points")


_CATEGORIES: JsonDecoder[list[CategoryDocument]] = JsonDecoder(list[CategoryDocument])


class _StoredCategory(msgspec.Struct, omit_defaults=True):
    """A category as the `id` of a feature stores it."""

    id: int
    name: str
    color: tuple[int | float, ...] | None = None
    has_instances: bool | None = None
    attributes: list[dict[str, Any]] | None = None


def class_names(categories: Sequence[Category], taken: Sequence[str] = ()) -> list[str]:
    """Return a unique name for each class, by adding the category id to a name that is already used.

    The index of a name in the list is the class index.

    Args:
        categories: The categories, in the order of their ids.
        taken: Names that no class may have.

    >>> class_names([Category(28, "bell_pepper"), Category(29, "bell_pepper")])
    ['bell_pepper', 'bell_pepper (29)']
    """
    return unique_names([category.name for category in categories], [category.id for category in categories], taken)


def unique_names(
    names: Sequence[str], numbers: Sequence[int], taken: Sequence[str] = (), pattern: str = "{} ({})"
) -> list[str]:
    """Make names unique: if a name is already used, add its number to it.

    Args:
        names: The names.
        numbers: A unique number for each name.
        taken: Names that are not allowed.
        pattern: The format of a name with its number: one replacement field for the name, and one for the number.

    >>> unique_names(["a", "a", "background"], [4, 7, 9], taken=["background"])
    ['a', 'a (7)', 'background (9)']
    """
    reserved = {*taken, *names}
    used = set(taken)
    unique = []
    for original, number in zip(names, numbers, strict=True):
        name = original
        while name in used or (name != original and name in reserved):
            name = pattern.format(name, number)
        used.add(name)
        unique.append(name)
    return unique


def class_colors(categories: Sequence[Category]) -> list[Color]:
    """Return the color of each class index: the category's color, or a palette color if the category has no color."""
    return [
        _rgb(category.color) if category.color else palette_color(index) for index, category in enumerate(categories)
    ]


def _rgb(color: Sequence[float]) -> Color:
    red, green, blue = (min(255, max(0, round(part))) for part in color[:3])
    return red, green, blue


def merged_categories(releases: Iterable[tuple[Release, str | None]]) -> list[Category]:
    """Return the categories of all releases of one dataset, in the order of their ids.

    Args:
        releases: The releases, each with the labelset that is read from it.

    Raises:
        ReleaseError: A category id has different names in two releases.
    """
    merged: dict[int, Category] = {}
    for release, labelset in releases:
        for category in release.labelset_categories(labelset):
            known = merged.setdefault(category.id, category)
            if known.name != category.name:
                raise ReleaseError(
                    f"got category id {category.id} with the name {category.name!r}, but in another release of this "
                    f"dataset its name is {known.name!r}; load each release as a separate dataset",
                    release.source,
                )
    return [merged[category_id] for category_id in sorted(merged)]


def to_feature_id(categories: Sequence[Category]) -> str:
    """Encode categories as text for the `id` of a feature, which is kept by `map`, in Parquet files and in the card."""
    return compact_json(
        [_StoredCategory(item.id, item.name, item.color, item.has_instances, item.attributes) for item in categories]
    )


def stored_categories(features: Mapping[str, Any]) -> list[Category]:
    """Decode the categories that are stored in the features of a dataset, in the order of their ids.

    Raises:
        OptionError: The features are those of rows whose labels stay JSON, such as the labels of texts.
        SegmentsHFError: The features contain no categories.
    """
    texts = (getattr(features.get(column), "id", None) for column in _CATEGORIES_COLUMNS)
    try:
        return [entry.category for entry in _CATEGORIES.decode(next(filter(None, texts), ""))]
    except JsonError:
        require_known_task(features, None, "functions that read the categories of rows")
        raise SegmentsHFError(
            f"got a dataset without categories in its feature {' or '.join(map(repr, _CATEGORIES_COLUMNS))}, expected "
            "a dataset from `load_release` or from the builder `segments_release`"
        ) from None


def listed_categories(content: bytes) -> list[Category]:
    """Decode the categories in a ``categories.json``, in the order of the file.

    Raises:
        JsonError: The content is not JSON, or not a list of categories.
    """
    return [entry.category for entry in _CATEGORIES.decode(content)]


class ListedCategory(msgspec.Struct, omit_defaults=True):
    """An entry of ``categories.json``."""

    id: int
    name: str
    color: tuple[int | float, ...] | None
    has_instances: bool | None
    class_index: int
    attributes: list[dict[str, Any]] | None = None


def categories_json(categories: Sequence[Category]) -> bytes:
    """Encode ``categories.json``: id, name, color, has_instances, class index and attributes of each category."""
    listed = [
        ListedCategory(item.id, item.name, item.color, item.has_instances, index, item.attributes)
        for index, item in enumerate(categories)
    ]
    return indented_json(listed)
