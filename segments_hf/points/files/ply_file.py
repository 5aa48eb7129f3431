"""Read the vertices of PLY files: text, and binary in both byte orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.cloud import Cloud
from segments_hf.points.files.ply_header import read_ply_header
from segments_hf.points.files.point_fields import check_fields, packed_dtype, point_dtype
from segments_hf.points.files.text_points import count_lines, read_text_points

if TYPE_CHECKING:
    from segments_hf.points.files.ply_header import PlyElement, PlyHeader


def open_ply(content: bytes) -> Cloud:
    """Read the header of a PLY file, and check the size of its data. The points are the vertices.

    Other elements, such as faces, are skipped.

    Raises:
        AssetError: The header is damaged, the size of the data differs from that in the header, the vertices have a
            property that is a list, or an element with a list is before the vertices in a binary file.
    """
    header = read_ply_header(content)
    vertices = header.elements[header.vertex_index]
    if vertices.list_length_dtypes:
        raise AssetError(
            "got a PLY file whose vertices have a property that is a list; expected one value per property"
        )
    check_fields(vertices.fields)
    return _open_text(content, header, vertices) if header.is_text else _open_binary(content, header, vertices)


def _open_text(content: bytes, header: PlyHeader, vertices: PlyElement) -> Cloud:
    lines, expected = count_lines(content, header.size), sum(element.count for element in header.elements)
    if lines != expected:
        raise AssetError(
            f"got a PLY file with {lines:,} lines of data, expected {expected:,}: one per item of each element"
        )
    lines_before = sum(element.count for element in header.elements[: header.vertex_index])
    return Cloud(
        vertices.count,
        packed_dtype(vertices.fields),
        lambda: read_text_points(content, header.size, vertices.count, vertices.fields, skipped_lines=lines_before),
    )


def _open_binary(content: bytes, header: PlyHeader, vertices: PlyElement) -> Cloud:
    before, after = header.elements[: header.vertex_index], header.elements[header.vertex_index + 1 :]
    with_list = next((element.name for element in before if element.list_length_dtypes), None)
    if with_list is not None:
        raise AssetError(
            f"got a binary PLY file in which the element {with_list[:40]!r}, which has a list, is before the vertices; "
            "expected the vertices first"
        )
    found, expected = len(content) - header.size, sum(element.min_bytes for element in header.elements)
    has_list = any(element.list_length_dtypes for element in after)
    if found < expected or (found > expected and not has_list):
        raise AssetError(
            f"got a PLY file with {found:,} bytes of data, expected {expected:,}{' or more' if has_list else ''} for "
            f"{vertices.count:,} vertices and the other elements"
        )
    dtype, start = point_dtype(vertices.fields), header.size + sum(element.min_bytes for element in before)
    return Cloud(vertices.count, dtype.newbyteorder("="), lambda: np.frombuffer(content, dtype, vertices.count, start))
