"""The names and values of a JSON object, such as the attributes of an annotation."""

from __future__ import annotations

from segments_hf.io.json_codec.json_decoding import JsonError, read_json
from segments_hf.io.json_codec.json_text import text_or_json


def named_values(json: object) -> list[tuple[str, str]]:
    """Return the names and values of a JSON object as text. A value that is not an object gets an empty name.

    For None, null and empty text, the list is empty.

    Args:
        json: JSON as text, any other text, or a decoded value.

    >>> named_values('{"open": true, "note": "a"}'), named_values("[1]"), named_values("open")
    ([('open', 'true'), ('note', 'a')], [('', '[1]')], [('', 'open')])
    >>> named_values({"open": True}), named_values(None)
    ([('open', 'true')], [])
    """
    value = json
    if isinstance(json, str):
        try:
            value = read_json(json) if json else None
        except JsonError:  # the column of a dataset may contain any text
            value = json
    named = value.items() if isinstance(value, dict) else [("", value)] if value is not None else []
    return [(name, text_or_json(item)) for name, item in named]
