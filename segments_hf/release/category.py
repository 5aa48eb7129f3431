"""The categories of a release, and their colors."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError, read_json
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.io.redaction import json_without_secrets, name_without_secrets

_ATTRIBUTES: JsonDecoder[list[dict[str, Any]]] = JsonDecoder(list[dict[str, Any]])

_CHANNELS = {3, 4}
_MAX_VALUE = 255
_MAX_SHOWN = 60  # the maximum length of `Category.refused_color` in bytes


class Category(msgspec.Struct, frozen=True):
    """A class of objects.

    Attributes:
        id: The category id in the release: any integer, also 0 or a negative one. The ids may have gaps.
        name: The name, without the secrets of a URL; names may repeat.
        color: 3 or 4 numbers from 0 to 255; None if the file has no valid color.
        has_instances: Whether its objects are instances ("things"); None if the file lacks it.
        attributes: The attributes that its objects may have, as in the file, without the secrets of URLs.
        refused_color: The JSON text of the file's color if that color is invalid, up to 60 bytes; else None.
    """

    id: int
    name: str
    color: tuple[int | float, ...] | None = None
    has_instances: bool | None = None
    attributes: list[dict[str, Any]] | None = None
    refused_color: str | None = None


class CategoryDocument(msgspec.Struct, frozen=True):
    """An entry of a list of categories in a release, in ``categories.json`` or in the features of a dataset."""

    id: int
    name: str
    color: Raw | UnsetType = UNSET
    has_instances: bool | None = None
    attributes: list[dict[str, Any]] | None = None

    @property
    def category(self) -> Category:
        """The entry as a `Category`; an invalid color is stored in its `refused_color`."""
        text = b"null" if isinstance(self.color, UnsetType) else bytes(self.color)
        color = _color(text)
        refused = None if color or text == b"null" else text[:_MAX_SHOWN].decode(errors="replace")
        name = name_without_secrets(self.name)
        return Category(self.id, name, color, self.has_instances, _attributes(self.attributes), refused)


def _attributes(attributes: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Remove the secrets of the URLs in the attributes of a category."""
    text = json_without_secrets(compact_json(attributes) if attributes else None)
    return _ATTRIBUTES.decode(text) if text else attributes


def _color(text: bytes) -> tuple[int | float, ...] | None:
    """Decode the JSON of a color; return None if it is not a list of 3 or 4 numbers from 0 to 255.

    >>> _color(b"[255, 0, 0]"), _color(b"[255]"), _color(b"[256, 0, 0]")
    ((255, 0, 0), None, None)
    """
    try:
        parts = read_json(text)
    except JsonError:
        return None
    if not isinstance(parts, list) or len(parts) not in _CHANNELS:
        return None
    numbers = [part for part in parts if isinstance(part, int | float) and not isinstance(part, bool)]
    is_color = len(numbers) == len(parts) and all(0 <= number <= _MAX_VALUE for number in numbers)
    return tuple(numbers) if is_color else None
