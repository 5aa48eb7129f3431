"""Read the header of a PLY file (https://paulbourke.net/dataformats/ply/)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.header_lines import header_lines, number_of
from segments_hf.points.files.point_fields import PointField

if TYPE_CHECKING:
    from collections.abc import Sequence

_BYTE_ORDERS = {"ascii": "<", "binary_little_endian": "<", "binary_big_endian": ">"}
_TYPES = {
    name: code
    for code, names in {
        "i1": ("char", "int8"),
        "u1": ("uchar", "uint8"),
        "i2": ("short", "int16"),
        "u2": ("ushort", "uint16"),
        "i4": ("int", "int32"),
        "u4": ("uint", "uint32"),
        "f4": ("float", "float32"),
        "f8": ("double", "float64"),
    }.items()
    for name in names
}


@dataclass
class PlyElement:
    """One element of a PLY file, such as ``vertex`` or ``face``.

    Attributes:
        name: The name of the element.
        count: The number of its items.
        fields: The properties with one value per item.
        list_length_dtypes: For each property with a list of values per item, the dtype of the length of the list.
    """

    name: str
    count: int
    fields: list[PointField] = field(default_factory=list)
    list_length_dtypes: list[np.dtype[Any]] = field(default_factory=list)

    @property
    def min_bytes(self) -> int:
        """The size of all items in a binary file if all lists are empty."""
        item_bytes = sum(each.num_bytes for each in self.fields) + sum(
            dtype.itemsize for dtype in self.list_length_dtypes
        )
        return self.count * item_bytes


@dataclass(frozen=True)
class PlyHeader:
    """The header of a PLY file.

    Attributes:
        elements: The elements in the order of the file. Exactly one has the name ``vertex``.
        is_text: Whether the values are text.
        size: The size of the header in bytes.
    """

    elements: tuple[PlyElement, ...]
    is_text: bool
    size: int

    @property
    def vertex_index(self) -> int:
        """The index of the element ``vertex`` in `elements`."""
        return [element.name for element in self.elements].index("vertex")


def read_ply_header(content: bytes) -> PlyHeader:
    """Read the header of a PLY file.

    Raises:
        AssetError: The header is damaged, or has no end, or does not have exactly one element named ``vertex``.
    """
    encoding, order = "", ""
    elements: list[PlyElement] = []
    lines, size = header_lines(content, "PLY", "end_header")
    for words in filter(None, lines[1:-1]):
        if words[0] in {"comment", "obj_info"}:
            continue
        if words[0] == "format" and not encoding and words[1:] in [[name, "1.0"] for name in _BYTE_ORDERS]:
            encoding, order = words[1], _BYTE_ORDERS[words[1]]
        elif words[0] == "element" and len(words) == 3 and encoding:  # noqa: PLR2004
            elements.append(PlyElement(words[1], number_of(words[2], f"the count of the element {words[1][:40]!r}")))
        elif words[0] == "property" and elements:
            _add_property(elements[-1], words[1:], order)
        else:
            line = " ".join(words)[:80]
            raise AssetError(f"got the line {line!r} in the header of a PLY file, which is not allowed there")
    if [element.name for element in elements].count("vertex") != 1:
        raise AssetError(
            f"got a PLY file with the elements {_element_names(elements)}; expected one element named 'vertex'"
        )
    return PlyHeader(tuple(elements), encoding == "ascii", size)


def _add_property(element: PlyElement, words: Sequence[str], order: str) -> None:
    """Add a property such as ``float x`` or ``list uchar int vertex_indices`` to an element."""
    is_list = words[:1] == ["list"]
    *types, name = words[is_list:] or [""]
    if len(types) != 1 + is_list or not _TYPES.keys() >= set(types):
        raise AssetError(
            f"got the property {' '.join(words)[:80]!r} of the element {element.name[:40]!r} in a PLY file; expected a "
            f"type and a name, or list, two types and a name. The types are {', '.join(_TYPES)}"
        )
    dtype = np.dtype(order + _TYPES[types[0]])
    if is_list:
        element.list_length_dtypes.append(dtype)
    else:
        element.fields.append(PointField(name, dtype))


def _element_names(elements: Sequence[PlyElement]) -> str:
    return ", ".join(element.name[:40] for element in elements[:10]) or "(none)"
