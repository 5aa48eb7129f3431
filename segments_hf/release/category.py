"""The categories of a release, and their colors."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonError, read_json
from segments_hf.io.redaction import name_without_secrets

_CHANNELS = {3, 4}
_MAX_VALUE = 255
_MAX_SHOWN = 60  # maximum number of bytes of `Category.refused_color`


class Category(msgspec.Struct, frozen=True):
    """A class of objects.

    Attributes:
        id: The category id in the release: any integer, 0 included, gaps allowed.
        name: The name, without the secrets of a URL; names may repeat.
        color: 3 or 4 numbers from 0 to 255; None if the file has no valid color.
        has_instances: Whether its objects are instances ("things"); None if the file does not say.
        attributes: The attributes that its objects may have, as in the file.
        refused_color: The JSON text of the file's color if that color is invalid; else None.
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
        return Category(self.id, name, color, self.has_instances, self.attributes, refused)


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
    is_color = all(type(part) in {int, float} and 0 <= part <= _MAX_VALUE for part in parts)
    return tuple(parts) if is_color else None
