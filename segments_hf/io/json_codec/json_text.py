"""Encode JSON: compact for columns and messages, indented for files that people read, one line for logs."""

from __future__ import annotations

import msgspec

from segments_hf.io.escaping import for_json_in_terminal, well_formed


def encode_json(value: object) -> bytes:
    r"""Encode a value as JSON. Lone surrogates are replaced, because UTF-8 cannot encode them.

    >>> encode_json({"name": "a\ud800"}).decode()
    '{"name":"a�"}'
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_well_formed(msgspec.to_builtins(value, str_keys=True)))


def _well_formed(value: object) -> object:
    match value:
        case str():
            return well_formed(value)
        case dict():
            return {_well_formed(key): _well_formed(item) for key, item in value.items()}
        case list() | tuple():
            return [_well_formed(item) for item in value]
        case _:
            return value


def compact_json(value: object) -> str:
    """Return a value as JSON without spaces between the tokens.

    >>> compact_json({"name": "é", "ids": [1, 2]})
    '{"name":"é","ids":[1,2]}'
    """
    return encode_json(value).decode()


def indented_json(value: object) -> bytes:
    r"""Return a value as the content of a readable JSON file, indented by two spaces, with a newline at the end.

    >>> indented_json({"a": 1})
    b'{\n  "a": 1\n}\n'
    """
    return msgspec.json.format(encode_json(value), indent=2) + b"\n"


def json_line(value: object) -> bytes:
    r"""Return a value as a line of a JSON Lines file, in which the characters that control a terminal are escaped.

    >>> json_line({"a": "b\n"})
    b'{"a":"b\\n"}\n'
    """
    return for_json_in_terminal(encode_json(value)).encode() + b"\n"


def text_or_json(value: object) -> str:
    """Return a text unchanged, and any other value as JSON.

    >>> text_or_json("open"), text_or_json(True), text_or_json([1, "a"])
    ('open', 'true', '[1,"a"]')
    """
    return value if isinstance(value, str) else compact_json(value)
