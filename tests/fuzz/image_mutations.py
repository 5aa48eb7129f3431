"""Small images of every format, and damaged copies of them.

A change affects single bytes or whole parts of a file: PNG chunks, JPEG segments, RIFF chunks, TIFF tags, or the boxes
of AVIF and JPEG 2000.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Small integers, and integers at the limits of integer types.
_INTEGERS = (0, 1, 2, 3, 7, 8, 13, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 2**16, 2**31 - 1, 2**31, 2**32 - 1)

Part = tuple[bytes, bytes]  # the type of a part, such as ``IHDR``, and its data


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    """Return the content of an image file."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


@cache
def valid_images() -> dict[str, bytes]:
    """Return small image files in each supported format, in several modes, by name."""
    noise = np.random.default_rng(0).integers(0, 256, (16, 24, 4), dtype=np.uint8)
    rgba = Image.fromarray(noise)
    rgb, gray = rgba.convert("RGB"), rgba.convert("L")
    deep = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "an image"
    second_frame = {"save_all": True, "append_images": [rgb.rotate(180)]}
    modes = {"rgb": rgb, "rgba": rgba, "gray": gray, "palette": rgb.convert("P"), "1": gray.convert("1"), "deep": deep}
    images = {f"png {name}": encoded(image, "PNG") for name, image in modes.items()}
    images |= {
        "png exif": encoded(rgb, "PNG", exif=exif, icc_profile=b"a profile", dpi=(72, 72)),
        "png palette with alpha": encoded(rgb.convert("P"), "PNG", transparency=b"\0\x80\xff"),
        "apng": encoded(rgb, "PNG", **second_frame),
        "jpeg": encoded(rgb, "JPEG", comment=b"a comment"),
        "jpeg gray": encoded(gray, "JPEG", icc_profile=b"a profile"),
        "jpeg cmyk": encoded(rgb.convert("CMYK"), "JPEG"),
        "jpeg progressive": encoded(rgb, "JPEG", progressive=True, restart_marker_blocks=1),
        "jpeg exif": encoded(rgb, "JPEG", exif=exif, xmp=b"<x:xmpmeta/>"),
        "mpo": encoded(rgb, "MPO", **second_frame),
        "webp": encoded(rgb, "WEBP"),
        "webp lossless": encoded(rgba, "WEBP", lossless=True, exif=exif),
        "webp animated": encoded(rgb, "WEBP", **second_frame),
        "gif": encoded(rgb, "GIF"),
        "gif animated": encoded(rgb, "GIF", **second_frame),
        "bmp": encoded(rgb, "BMP"),
        "bmp palette": encoded(gray, "BMP"),
        "tiff": encoded(rgb, "TIFF", exif=exif),
        "tiff deep": encoded(deep, "TIFF"),
        "tiff lzw": encoded(rgb, "TIFF", compression="tiff_lzw"),
        "tiff jpeg": encoded(rgb, "TIFF", compression="jpeg"),
        "tiff deflate": encoded(gray, "TIFF", compression="tiff_adobe_deflate"),
        "tiff pages": encoded(rgb.copy(), "TIFF", save_all=True, append_images=[rgb.rotate(90)]),
        "avif": encoded(rgb, "AVIF", exif=exif),
        "jpeg 2000": encoded(rgb, "JPEG2000"),
        "jpeg 2000 codestream": encoded(gray, "JPEG2000", no_jp2=True),
        "ppm": encoded(rgb, "PPM"),
        "pgm": encoded(gray, "PPM"),
        "pfm": encoded(gray.convert("F"), "PPM"),
        "ppm text": b"P3\n# a comment\n2 2\n255\n" + b"0 128 255 " * 4,
    }
    return images


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return a copy of an image with one to three changes."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        change_part = _change_of_parts(content)
        change = change_part if change_part and rng.random() < 0.6 else rng.choice(_CHANGES)
        content = change(content, rng) or content
    return content


def png_of(chunks: list[Part]) -> bytes:
    """Return a PNG file with these chunks and correct checksums."""
    content = PNG_SIGNATURE
    for kind, data in chunks:
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content


def png_parts(content: bytes) -> list[Part]:
    """Return the chunks of a PNG."""
    parts, position = [], len(PNG_SIGNATURE)
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        parts.append((kind, content[position + 8 : position + 8 + length]))
        position += 12 + length
    return parts


def jpeg_parts(content: bytes) -> list[Part]:
    """Return the segments of a JPEG. The last segment has no type, and contains all bytes from the first scan on."""
    parts, position = [], 2
    while position + 4 <= len(content) and content[position] == 0xFF and content[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        parts.append((content[position : position + 2], content[position + 4 : end]))
        position = max(end, position + 2)
    return [*parts, (b"", content[position:])]


def _changed_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    end = len(content) if rng.random() < 0.5 else min(len(content), 200)
    for _ in range(rng.choice((1, 1, 2, 8))):
        if end:
            changed[rng.randrange(end)] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    return bytes(changed)


def _changed_number(content: bytes, rng: random.Random) -> bytes:
    size, order = rng.choice((1, 2, 4)), rng.choice(("big", "little"))
    if len(content) < size:
        return content
    position = (
        rng.randrange(len(content) - size + 1) if rng.random() < 0.5 else rng.randrange(min(64, len(content)) or 1)
    )
    number = rng.choice(_INTEGERS) % 256**size
    return content[:position] + number.to_bytes(size, order) + content[position + size :]


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _without_slice(content: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(len(content) + 1)
    return content[:position] + content[position + rng.choice((1, 2, 4, 16, 64)) :]


def _repeated_slice(content: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(len(content) + 1)
    return content[:position] + content[position : position + rng.choice((1, 2, 4, 16, 64))] + content[position:]


def _with_inserted_bytes(content: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(len(content) + 1)
    inserted = rng.choice((b"\xff", b"\xff\xff", b"\0", b"\xff\0", b"\xff\xd8", b"\xff\xc0", rng.randbytes(5)))
    return content[:position] + inserted + content[position:]


_CHANGES: list[Callable[[bytes, random.Random], bytes]] = [
    _changed_bytes,
    _changed_bytes,
    _changed_number,
    _changed_number,
    _cut,
    _without_slice,
    _repeated_slice,
    _with_inserted_bytes,
]


def _change_of_parts(content: bytes) -> Callable[[bytes, random.Random], bytes] | None:
    """Return the function that changes the parts of a file of this format; None if the format has no such function."""
    if content.startswith(PNG_SIGNATURE):
        return _changed_png
    if content.startswith(b"\xff\xd8"):
        return _changed_jpeg
    if content.startswith(b"RIFF"):
        return _changed_riff
    if content[:4] in {b"II*\0", b"MM\0*"}:
        return _changed_tiff
    if content[4:8] in {b"ftyp", b"jP  "}:
        return _changed_boxes
    return None


def _changed_parts(parts: list[Part], rng: random.Random, kinds: list[bytes]) -> list[Part]:
    """Return the parts after one or two changes.

    A change swaps, repeats, removes, modifies or inserts a part, or sets its type to one of `kinds`.
    """
    parts = list(parts)
    for _ in range(rng.choice((1, 2))):
        position, to = rng.randrange(len(parts)), rng.randrange(len(parts))
        kind, data = parts[position]
        match rng.randrange(7):
            case 0:
                parts[position], parts[to] = parts[to], parts[position]
            case 1:
                parts.insert(to, parts[position])
            case 2 if len(parts) > 1:
                del parts[position]
            case 3:
                parts[position] = kind, _changed_number(data, rng)
            case 4:
                parts[position] = kind, rng.choice(_CHANGES)(data, rng)
            case 5:
                parts.insert(to, (rng.choice(kinds), rng.choice((data, rng.randbytes(rng.randrange(40))))))
            case _:
                parts[position] = rng.choice(kinds), data
    return parts


_PNG_KINDS = [
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"iCCP", b"tEXt", b"zTXt"),
    *(b"iTXt", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"tIME", b"sBIT", b"bKGD", b"abcd", b"ABCD"),
]

# Compressed texts for PNG chunks: a small text, and two texts above Pillow's limit of 1 MiB for one text.
_TEXTS = [b"a\0\0" + zlib.compress(bytes(length)) for length in (10, 2**20 + 1, 3 * 2**20)]


def _changed_png(content: bytes, rng: random.Random) -> bytes:
    parts = png_parts(content)
    if not parts:
        return content
    parts = _changed_parts(parts, rng, _PNG_KINDS)
    if rng.random() < 0.05:
        parts.insert(min(1, len(parts)), (rng.choice((b"zTXt", b"iCCP")), rng.choice(_TEXTS)))
    return png_of(parts)


_JPEG_KINDS = [bytes([0xFF, marker]) for marker in (*range(0xC0, 0xD0), *range(0xD8, 0xF0), 0xFE, 0x01, 0x00, 0xFF)]


def _changed_jpeg(content: bytes, rng: random.Random) -> bytes:
    *parts, (_, rest) = jpeg_parts(content)
    if not parts:
        return content
    changed = b"\xff\xd8"
    for kind, data in _changed_parts(parts, rng, _JPEG_KINDS):
        length = len(data) + 2 + (rng.choice((-2, -1, 1, 2, 60000)) if rng.random() < 0.03 else 0)
        changed += kind + max(length, 0).to_bytes(4, "big")[-2:] + data
        if rng.random() < 0.02:
            changed += rng.choice((b"\xff", b"\0", b"junk", b"\xff\xff\xff"))
    return changed + rest


def _changed_riff(content: bytes, rng: random.Random) -> bytes:
    parts, position = [], 12
    while position + 8 <= len(content):
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        parts.append((content[position : position + 4], content[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    if not parts:
        return content
    kinds = [b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"EXIF", b"XMP ", b"ICCP", b"none"]
    body = b"WEBP"
    for kind, data in _changed_parts(parts, rng, kinds):
        body += kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _changed_boxes(content: bytes, rng: random.Random) -> bytes:
    """Return a file of boxes, such as AVIF, in which one or two of the outermost boxes were changed."""
    parts, position = [], 0
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        if length < 8:
            break
        parts.append((content[position + 4 : position + 8], content[position + 8 : position + length]))
        position += length
    if not parts:
        return content
    kinds = [b"ftyp", b"meta", b"mdat", b"moov", b"jp2h", b"jp2c", b"ihdr", b"colr", b"pclr", b"cmap", b"none"]
    changed = _changed_parts(parts, rng, kinds)
    return b"".join(struct.pack(">I", len(data) + 8) + kind + data for kind, data in changed)


def _changed_tiff(content: bytes, rng: random.Random) -> bytes:
    """Return a TIFF in which one field of one tag has another value."""
    order = "<" if content.startswith(b"II") else ">"
    directory = int.from_bytes(content[4:8], "little" if order == "<" else "big")
    if directory + 2 > len(content):
        return content
    (count,) = struct.unpack_from(order + "H", content, directory)
    position = directory + 2 + 12 * rng.randrange(max(count, 1))
    if position + 12 > len(content):
        return content
    tag, kind, number, value = struct.unpack_from(order + "HHII", content, position)
    match rng.randrange(4):
        case 0:
            tag = rng.choice((254, 256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 284, 317, 322, 323, 324, 325, 338))
        case 1:
            kind = rng.randrange(20)
        case 2:
            number = rng.choice(_INTEGERS)
        case _:
            value = rng.choice((*_INTEGERS, rng.randrange(2**16), 0x10001, 5 << 16))
    return content[:position] + struct.pack(order + "HHII", tag, kind, number, value) + content[position + 12 :]
