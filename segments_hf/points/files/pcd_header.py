"""Read the header of a PCD file.

The Point Cloud Library defines the format: https://pointclouds.org/documentation/tutorials/pcd_file_format.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.header_lines import header_lines, number_of
from segments_hf.points.files.point_fields import PointField, check_fields

_KEYWORDS = {
    *("VERSION", "FIELDS", "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT", "POINTS", "DATA"),
}
_ENCODINGS = ("ascii", "binary", "binary_compressed")
_PADDING = "_"
_DTYPES: dict[tuple[str, str], np.dtype[Any]] = {
    (letter, size): np.dtype(f"<{code}{size}")
    for letter, code, sizes in (("I", "i", "1248"), ("U", "u", "1248"), ("F", "f", "48"))
    for size in sizes
}


@dataclass(frozen=True)
class PcdHeader:
    """The header of a PCD file.

    Attributes:
        fields: The fields of a point, in the order of the file.
        num_points: The number of points.
        encoding: ``ascii``, ``binary`` or ``binary_compressed``.
        size: The size of the header in bytes.
    """

    fields: tuple[PointField, ...]
    num_points: int
    encoding: str
    size: int


def read_pcd_header(content: bytes) -> PcdHeader:
    """Read the header of a PCD file.

    Raises:
        AssetError: The header is damaged, or it has no end.
    """
    words: dict[str, list[str]] = {}
    lines, size = header_lines(content, "PCD", "DATA")
    for keyword, *values in filter(None, lines):
        if keyword.startswith("#"):
            continue
        if keyword not in _KEYWORDS:
            raise AssetError(
                f"got {keyword[:40]!r} in the header of a PCD file, expected one of {', '.join(sorted(_KEYWORDS))}"
            )
        if keyword in words:
            raise AssetError(f"got {keyword} twice in the header of a PCD file, expected it once")
        words[keyword] = values
    fields = _fields(words)
    check_fields(fields)
    return PcdHeader(fields, _num_points(words), _single_value(words, "DATA", _ENCODINGS), size)


def _fields(words: dict[str, list[str]]) -> tuple[PointField, ...]:
    names = words.get("FIELDS", [])
    columns = {key: words.get(key) for key in ("SIZE", "TYPE", "COUNT")}
    sizes, types, counts = (values or [] for values in columns.values())
    if columns["COUNT"] is None:
        counts = ["1"] * len(names)
    for key, values in (("SIZE", sizes), ("TYPE", types), ("COUNT", counts)):
        if len(values) != len(names):
            raise AssetError(f"got {len(values)} values of {key} in a PCD file with {len(names)} fields")
    return tuple(_field(*values) for values in zip(names, types, sizes, counts, strict=True))


def _field(name: str, letter: str, size: str, count: str) -> PointField:
    dtype = _DTYPES.get((letter, size))
    if dtype is None:
        raise AssetError(
            f"got the type {letter[:8]!r} with the size {size[:8]!r} for the field {name!r} of a PCD file; expected I "
            "or U with 1, 2, 4 or 8 bytes, or F with 4 or 8"
        )
    num_values = number_of(count, "COUNT")
    if not num_values:
        raise AssetError(f"got the count 0 for the field {name!r} of a PCD file, expected 1 or more")
    return PointField(name, dtype, num_values, is_padding=name == _PADDING)


def _num_points(words: dict[str, list[str]]) -> int:
    sizes = {key: number_of(_single_value(words, key), key) for key in ("WIDTH", "HEIGHT", "POINTS") if key in words}
    width, height, num_points = sizes.get("WIDTH"), sizes.get("HEIGHT", 1), sizes.get("POINTS")
    found = num_points if width is None else width * height
    if found is None:
        raise AssetError("got a PCD file without POINTS and WIDTH, expected the number of points")
    if num_points not in {None, found}:
        raise AssetError(
            f"got a PCD file with {num_points:,} POINTS and WIDTH x HEIGHT = {width} x {height} = {found:,}"
        )
    return found


def _single_value(words: dict[str, list[str]], key: str, choices: tuple[str, ...] = ()) -> str:
    """Return the value of a header line that must have exactly one value."""
    values = words.get(key, [])
    if len(values) != 1 or (choices and values[0] not in choices):
        expected = f"one of {', '.join(choices)}" if choices else "one number"
        raise AssetError(f"got {key} {' '.join(values)[:40]!r} in the header of a PCD file, expected {expected}")
    return values[0]
