"""Categories on the way through a dataset: their class names, and how they travel with the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.bitmaps import palette_color
from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import compact_json, indented_json
from segments_hf.release import Category, CategoryDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.release import Release

CARRIER = "image"  # the column whose feature carries the categories in its `id`


_CARRIED: JsonDecoder[list[CategoryDocument]] = JsonDecoder(list[CategoryDocument])


class _Travelling(msgspec.Struct, omit_defaults=True):
    id: int
    name: str
    color: tuple[int | float, ...] | None = None
    has_instances: bool | None = None


def class_names(categories: Sequence[Category], taken: Sequence[str] = ()) -> list[str]:
    """The names of the classes, each once: a name that is taken gets the category id.

    The place of a name is the class index.

    Args:
        categories: The categories, in the order of their ids.
        taken: Names that no class may have.

    >>> class_names([Category(28, "bell_pepper"), Category(29, "bell_pepper")])
    ['bell_pepper', 'bell_pepper (29)']
    """
    return unique_names([category.name for category in categories], [category.id for category in categories], taken)


def unique_names(names: Sequence[str], numbers: Sequence[int], taken: Sequence[str] = ()) -> list[str]:
    """The same names, each once: a name that is taken gets its number.

    Args:
        names: The names.
        numbers: The number of each, which no other has.
        taken: Names that none may have.

    >>> unique_names(["a", "a", "background"], [4, 7, 9], taken=["background"])
    ['a', 'a (7)', 'background (9)']
    """
    wanted = {*taken, *names}
    given = set(taken)
    unique = []
    for original, number in zip(names, numbers, strict=True):
        name = original
        while name in given or (name != original and name in wanted):
            name = f"{name} ({number})"
        given.add(name)
        unique.append(name)
    return unique


def class_colors(categories: Sequence[Category]) -> list[Color]:
    """The colour of each class index: the release's, or one of the palette's where it has none."""
    return [
        _rgb(category.color) if category.color else palette_color(index) for index, category in enumerate(categories)
    ]


def _rgb(color: Sequence[float]) -> Color:
    red, green, blue = (min(255, max(0, round(part))) for part in color[:3])
    return red, green, blue


def merged_categories(releases: Iterable[tuple[Release, str | None]]) -> list[Category]:
    """The categories of several releases in one dataset, in the order of their ids.

    Args:
        releases: Releases with the labelset that is read of each.

    Raises:
        ReleaseError: One id names different categories in two releases.
    """
    merged: dict[int, Category] = {}
    for release, labelset in releases:
        for category in release.labelset_categories(labelset):
            known = merged.setdefault(category.id, category)
            if known.name != category.name:
                raise ReleaseError(
                    f"got category {category.id} as {category.name!r}, but another release of this dataset has it as "
                    f"{known.name!r}; load them as datasets of their own",
                    release.source,
                )
    return [merged[category_id] for category_id in sorted(merged)]


def to_feature_id(categories: Sequence[Category]) -> str:
    """The categories as the text that a feature carries through `map`, Parquet and the card."""
    return compact_json([_Travelling(item.id, item.name, item.color, item.has_instances) for item in categories])


def carried_categories(features: Mapping[str, Any]) -> list[Category]:
    """The categories that features carry, in the order of their ids.

    Raises:
        SegmentsHFError: They carry none.
    """
    text = getattr(features.get(CARRIER), "id", None)
    try:
        return [entry.category for entry in _CARRIED.decode(text or "")]
    except JsonError:
        raise SegmentsHFError(
            f"got a dataset whose feature {CARRIER!r} does not carry categories; "
            "wanted one of an image task that came from `load_release` or the builder `segments_release`"
        ) from None


def listed_categories(content: bytes) -> list[Category]:
    """The categories in a ``categories.json``, in its order.

    Raises:
        JsonError: It is something else.
    """
    return [entry.category for entry in _CARRIED.decode(content)]


class ListedCategory(msgspec.Struct):
    """An entry of ``categories.json``."""

    id: int
    name: str
    color: tuple[int | float, ...] | None
    has_instances: bool | None
    class_index: int


def categories_json(categories: Sequence[Category]) -> bytes:
    """The content of ``categories.json``: id, name, color, has_instances and class index of each category."""
    listed = [
        ListedCategory(item.id, item.name, item.color, item.has_instances, index)
        for index, item in enumerate(categories)
    ]
    return indented_json(listed)
