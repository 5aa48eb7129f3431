"""Images with arbitrary EXIF data, in each file format that can contain EXIF data."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

SIZE = (24, 16)
ORIENTATION = 0x0112
Image.init()
HAS_AVIF = "AVIF" in Image.SAVE  # from Pillow 11.3 on
_AVIF_EXIF_LENGTH = 600  # bytes


def entry(order: str, tag: int, kind: int, count: int, value: int | bytes) -> bytes:
    """Return an entry of an EXIF directory.

    Args:
        order: The byte order, "<" or ">".
        tag: The tag.
        kind: The number of the type of the value.
        count: The number of values.
        value: The offset of the value in the EXIF data, or the value itself as at most four bytes.
    """
    packed = struct.pack(order + "L", value) if isinstance(value, int) else value.ljust(4, b"\0")[:4]
    return struct.pack(order + "HHL", tag, kind, count) + packed


def tiff(order: str, *entries: bytes, data: bytes = b"") -> bytes:
    """Return EXIF data: a TIFF header, a directory of the entries, and `data` after the directory."""
    header = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HL", 42, 8)
    return header + struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "L", 0) + data


def orientation_entry(order: str, value: int) -> bytes:
    return entry(order, ORIENTATION, 3, 1, struct.pack(order + "H", value))


def phone_exif(order: str, orientation: int) -> bytes:
    """Return EXIF data like those of a phone: texts, rational numbers, and directories of the camera and location."""
    values_offset = 8 + 2 + 12 * 8 + 4
    camera_offset = values_offset + 40
    location_offset = camera_offset + 2 + 12 * 3 + 4
    data = b"Apple\0" + b"Phone\0" + struct.pack(order + "4L", 72, 1, 72, 1) + b"2020:01:01\0\0"
    camera_directory = [
        entry(order, 0x829A, 5, 1, values_offset + 12),
        entry(order, 0x9000, 7, 4, b"0231"),
        entry(order, 0x9204, 10, 1, values_offset + 12),
    ]
    location_directory = [entry(order, 1, 2, 2, b"N\0"), entry(order, 2, 5, 2, values_offset + 12)]
    directories = b"".join(
        struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "L", 0)
        for entries in (camera_directory, location_directory)
    )
    return tiff(
        order,
        entry(order, 0x010F, 2, 6, values_offset),
        entry(order, 0x0110, 2, 6, values_offset + 6),
        orientation_entry(order, orientation),
        entry(order, 0x011A, 5, 1, values_offset + 12),
        entry(order, 0x011B, 5, 1, values_offset + 20),
        entry(order, 0x0128, 3, 1, struct.pack(order + "H", 2)),
        entry(order, 0x8769, 4, 1, camera_offset),
        entry(order, 0x8825, 4, 1, location_offset),
        data=data.ljust(40, b"\0") + directories,
    )


_TYPES = [*range(14), 16, 99]
_TAGS = [ORIENTATION, 0, 0x014A, 0x8769, 0x8825, 0xA005, 0x927C, 0x02BC, 0xFFFF]
_NUMBERS = [
    0,
    1,
    2,
    3,
    8,
    9,
    10,
    110,
    126,
    150,
    200,
    2**31,
    2**32 - 1,
]  # counts, values and offsets
_VALUES = [b"\xff" * 8, bytes(8), struct.pack("<d", np.nan), struct.pack(">d", np.nan), b"\0\0\0\1\0\0\0\0"]
_HEADERS = [b"II*\0\xff\xff\xff\xff", b"XX*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", bytes(8), b"II+\0\x08\0\0\0"]
# The faults from which `mutated` chooses. A fault that is listed several times is more likely.
_FAULTS = ["type"] * 6 + ["count"] * 3 + ["offset"] * 3 + ["tag", "value", "value", "cut", "byte", "header"]


def mutated(generator: random.Random) -> bytes:
    """Return EXIF data like those of a phone, with one to four faults."""
    order = generator.choice("<>")
    exif = bytearray(phone_exif(order, generator.choice([0, 1, 3, 5, 6, 6, 6, 7, 8, 9])))
    directory_end = 10 + 12 * 8
    for fault in generator.sample(_FAULTS, generator.randint(1, 4)):
        start = generator.choice([*range(10, directory_end, 12), *range(152, 230, 12)])
        position, part = {
            "type": (start + 2, struct.pack(order + "H", generator.choice(_TYPES))),
            "count": (start + 4, struct.pack(order + "L", generator.choice(_NUMBERS))),
            "offset": (start + 8, struct.pack(order + "L", generator.choice(_NUMBERS))),
            "tag": (start, struct.pack(order + "H", generator.choice(_TAGS))),
            "value": (generator.randrange(directory_end, len(exif)), generator.choice(_VALUES)),
            "cut": (generator.randrange(len(exif)), b""),
            "byte": (generator.randrange(len(exif)), generator.randbytes(1)),
            "header": (0, generator.choice(_HEADERS)),
        }[fault]
        if fault == "cut":
            return bytes(exif[:position])
        exif[position : position + len(part)] = part
    return bytes(exif)


@dataclass(frozen=True)
class Container:
    """A file format that holds EXIF data.

    Attributes:
        make: Returns a file that contains the EXIF data.
        pixels: Returns the bytes of a file that hold its pixels, perhaps with other data, but without EXIF data.
    """

    make: Callable[[bytes], bytes]
    pixels: Callable[[bytes], bytes]


def plain_image() -> Image.Image:
    red, green = np.meshgrid(np.arange(SIZE[0]) * 10, np.arange(SIZE[1]) * 15)
    return Image.fromarray(np.stack([red, green, red // 2], axis=-1).astype(np.uint8))


def encoded(file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    plain_image().save(file, file_format, **options)
    return file.getvalue()


def jpeg(*payloads: bytes) -> bytes:
    """Return a JPEG with one EXIF segment for each payload."""
    content = encoded("JPEG", dpi=(72, 72))
    segments = [b"\xff\xe1" + struct.pack(">H", len(part) + 8) + b"Exif\0\0" + part for part in payloads]
    first_segment_end = 4 + int.from_bytes(content[4:6], "big")
    return content[:first_segment_end] + b"".join(segments) + content[first_segment_end:]


def jpeg_without_density(exif: bytes) -> bytes:
    """Return a JPEG without a JFIF segment. Pillow reads its resolution from the EXIF data when it opens the file."""
    content = jpeg(exif)
    first_segment_end = 4 + int.from_bytes(content[4:6], "big")
    return content[:2] + content[first_segment_end:]


def mpo(exif: bytes) -> bytes:
    """Return a file of two JPEG images, the first of which has the EXIF data."""
    file = io.BytesIO()
    placeholder = b"Exif\0\0" + tiff("<").ljust(len(exif), b"\1")[: len(exif)]
    plain_image().save(file, "MPO", exif=placeholder, save_all=True, append_images=[plain_image().rotate(180)])
    return file.getvalue().replace(placeholder, b"Exif\0\0" + exif, 1)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def png(before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a PNG with additional chunks before and after its pixels."""
    content = encoded("PNG")
    after_header, end_chunk = 8 + 25, len(content) - 12
    return content[:after_header] + before + content[after_header:end_chunk] + after + content[end_chunk:]


def raw_profile(exif: bytes) -> bytes:
    """Return EXIF data as the text that ImageMagick writes into a PNG."""
    data = b"Exif\0\0" + exif
    return f"\nexif\n{len(data):8}\n{data.hex()}\n".encode()


def webp(exif: bytes) -> bytes:
    return encoded("WEBP", exif=b"Exif\0\0" + exif, lossless=True)


def avif(exif: bytes) -> bytes:
    """Return an AVIF. Its EXIF payload always has the same length, so that the offsets in the file stay correct."""
    placeholder = (b"Exif\0\0" + tiff("<")).ljust(_AVIF_EXIF_LENGTH, b"\1")
    content = encoded("AVIF", exif=placeholder)
    assert content.count(placeholder) == 1
    return content.replace(placeholder, (b"Exif\0\0" + exif)[:_AVIF_EXIF_LENGTH].ljust(_AVIF_EXIF_LENGTH, b"\0"))


def _without_exif_segments(content: bytes) -> bytes:
    """Return a JPEG without its EXIF segments."""
    parts, position = [content[:2]], 2
    while content[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if content[position + 4 : position + 10] != b"Exif\0\0":
            parts.append(content[position:end])
        position = end
    return b"".join([*parts, content[position:]])


def _png_pixels(content: bytes) -> bytes:
    return b"".join(content[begin:end] for kind, begin, end in _png_chunks(content) if kind == b"IDAT")


def _webp_pixels(content: bytes) -> bytes:
    return b"".join(content[begin:end] for kind, begin, end in _riff_chunks(content) if kind.startswith(b"VP8L"))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk, and the start and end of its data."""
    position = 8
    while position + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        yield kind, position + 8, position + 8 + length
        position += 12 + length


def _riff_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk, and the start and end of its data."""
    position = 12
    while position + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, position)
        yield kind, position + 8, position + 8 + length
        position += 8 + length + length % 2


CONTAINERS = {
    "jpeg": Container(jpeg, _without_exif_segments),
    "jpeg-two-segments": Container(lambda exif: jpeg(exif[:70], exif[70:]), _without_exif_segments),
    "jpeg-without-density": Container(jpeg_without_density, _without_exif_segments),
    "mpo": Container(mpo, _without_exif_segments),
    "png-before": Container(lambda exif: png(before=png_chunk(b"eXIf", exif)), _png_pixels),
    "png-after": Container(lambda exif: png(after=png_chunk(b"eXIf", exif)), _png_pixels),
    "png-text": Container(
        lambda exif: png(before=png_chunk(b"tEXt", b"Raw profile type exif\0" + raw_profile(exif))), _png_pixels
    ),
    "png-compressed-text": Container(
        lambda exif: png(before=png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile(exif)))),
        _png_pixels,
    ),
    "webp": Container(webp, _webp_pixels),
}
if HAS_AVIF:
    CONTAINERS["avif"] = Container(avif, lambda content: content[-300:])
