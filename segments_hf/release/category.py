"""The categories of a release, and their colors."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError, read_json
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.io.redaction import json_without_secrets, name_without_secrets

_ATTRIBUTES: JsonDecoder[list[dict[str, Any]]] = JsonDecoder(list[dict[str, Any]])

_CHANNEL_COUNTS = {3, 4}
_MAX_CHANNEL = 255
_MAX_SHOWN = 60  # the maximum number of bytes of an invalid color in `Category.refused_color`


class Category(msgspec.Struct, frozen=True):
    """A class of objects.

    Attributes:
        id: The category id in the release: any integer, also 0 or a negative one. The ids of a release may have gaps.
        name: The name, without the secrets of URLs in it. Several categories may have the same name.
        color: 3 or 4 numbers from 0 to 255; None if the file has no valid color.
        has_instances: Whether objects of the category are instances ("things"); None if the file lacks this field.
        attributes: The attributes that objects of the category may have, as in the file, without the secrets of URLs;
            None if the file lacks them.
        refused_color: The first 60 bytes of the JSON text of the color in the file if that color is invalid; else None.
    """

    id: int
    name: str
    color: tuple[int | float, ...] | None = None
    has_instances: bool | None = None
    attributes: list[dict[str, Any]] | None = None
    refused_color: str | None = None


class CategoryDocument(msgspec.Struct, frozen=True):
    """An entry of a list of categories: in a release, in ``categories.json``, or in the features of a dataset."""

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
    """Return the attributes of a category without the secrets of URLs."""
    text = json_without_secrets(compact_json(attributes) if attributes else None)
    return _ATTRIBUTES.decode(text) if text else attributes


def _color(text: bytes) -> tuple[int | float, ...] | None:
    """Decode the JSON of a color; return None if it is not a list of 3 or 4 numbers from 0 to 255.

    >>> _color(b"[255, 0, 0]"), _color(b"[255]"), _color(b"[256, 0, 0]")
    ((255, 0, 0), None, None)
    """
    try:
        channels = read_json(text)
    except JsonError:
        return None
    if not isinstance(channels, list) or len(channels) not in _CHANNEL_COUNTS:
        return None
    numbers = [value for value in channels if isinstance(value, int | float) and not isinstance(value, bool)]
    is_color = len(numbers) == len(channels) and all(0 <= number <= _MAX_CHANNEL for number in numbers)
    return tuple(numbers) if is_color else None
