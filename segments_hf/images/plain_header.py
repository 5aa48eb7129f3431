"""The header of a plain PNG or JPEG, from its bytes: Pillow takes ten times as long."""

from __future__ import annotations

import struct

from segments_hf.images.file_structure import PNG_HEADER, Content, jpeg_segments, png_chunks

# The bits of a sample that each colour type may have (https://www.w3.org/TR/png-3/#11IHDR).
_PNG_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PNG_EXTRAS = {b"eXIf", b"iTXt", b"tEXt", b"zTXt"}  # an orientation may be in it

_SOF = struct.Struct(">BHHB")
_PLAIN_SOF = range(0xC0, 0xC3)  # Huffman-coded, baseline to progressive
_APP1, _APP2, _MPO = 0xE1, 0xE2, b"MPF\0"  # EXIF and XMP; more pictures
_JPEG_COMPONENTS = {1, 3, 4}


def plain_png_size(content: Content) -> tuple[int, int] | None:
    """Width and height of a PNG that says nothing of being turned; None for any other, and a broken one."""
    size = None
    for kind, start, end in png_chunks(content):
        if kind in _PNG_EXTRAS:
            return None
        if size is None:
            if kind != b"IHDR" or end - start != PNG_HEADER.size:
                return None
            width, height, depth, colour, *rest = PNG_HEADER.unpack_from(content, start)
            if depth not in _PNG_DEPTHS.get(colour, ()) or rest[:2] != [0, 0]:
                return None
            size = width, height
    return size if size and all(size) else None


def plain_jpeg_size(content: Content) -> tuple[int, int] | None:
    """Width and height of a JPEG that says nothing of being turned; None for any other, and a broken one."""
    size = None
    for marker, start, end in jpeg_segments(content):
        if marker == _APP1 or (marker == _APP2 and content[start : start + len(_MPO)] == _MPO):
            return None
        if marker in _PLAIN_SOF and end - start > _SOF.size:
            depth, height, width, components = _SOF.unpack_from(content, start)
            if size or depth != 8 or components not in _JPEG_COMPONENTS:  # noqa: PLR2004
                return None
            size = width, height
    return size if size and all(size) else None
