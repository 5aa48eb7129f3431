"""Image files that cannot be read, each for a different reason."""

from __future__ import annotations

import struct
import zlib
from functools import cache

import numpy as np
from fuzz.image_mutations import encoded, jpeg_parts, png_of, png_parts, valid_images
from PIL import Image

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 24 16\n%%EndComments\nshowpage\n%%EOF\n"
_NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
_SIZE = struct.Struct(">II")


def _written_by_pillow(file_format: str) -> bytes:
    return encoded(_NOISE, file_format)


# Files of unsupported formats, and the name of the format in the error; None if the first bytes do not show the format.
UNSUPPORTED: dict[str, tuple[bytes, str | None]] = {
    "eps": (EPS, "EPS"),
    "eps of dos": (b"\xc5\xd0\xd3\xc6\x20\0\0\0" + bytes(24) + EPS, "EPS"),
    "icns": (_written_by_pillow("ICNS"), "ICNS"),
    "ico": (_written_by_pillow("ICO"), "ICO"),
    "cur": (b"\0\0\2\0\1\0" + _written_by_pillow("ICO")[6:], "CUR"),
    "pdf": (_written_by_pillow("PDF"), "PDF"),
    "dds": (_written_by_pillow("DDS"), "DDS"),
    "sgi": (_written_by_pillow("SGI"), "SGI"),
    "pcx": (_written_by_pillow("PCX"), "PCX"),
    "qoi": (b"qoif" + _SIZE.pack(1, 1) + b"\3\0\xfe\0\0\0" + bytes(7) + b"\1", "QOI"),
    "im": (
        b"Image type: RGB image\r\nName: a.im\r\nImage size (x*y): 24*16\r\n".ljust(511) + b"\x1a" + bytes(1152),
        "IM",
    ),
    "msp": (encoded(_NOISE.convert("1"), "MSP"), "MSP"),
    "xbm": (encoded(_NOISE.convert("1"), "XBM"), "XBM"),
    "blp": (encoded(_NOISE.convert("P"), "BLP"), "BLP"),
    "tga": (_written_by_pillow("TGA"), None),
    "dib": (_written_by_pillow("DIB"), None),
    "psd": (b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 16, 24, 8, 3) + bytes(200), "Photoshop"),
    "fits": (b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800), "FITS"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "HEIC"),
    "heif": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(64), "HEIC"),
    "jpeg xl": (b"\xff\x0a" + bytes(64), "JPEG XL"),
    "jpeg xl in boxes": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64), "JPEG XL"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "svg with a prologue": (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
}


def _huge_png() -> bytes:
    header = _SIZE.pack(60000, 60000) + b"\x08\0\0\0\0"
    return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")])


def _with_png_chunk(kind: bytes, data: bytes) -> bytes:
    header, *rest = png_parts(valid_images()["png rgb"])
    return png_of([header, (kind, data), *rest])


def _jpeg_without_height() -> bytes:
    *parts, (_, scan) = jpeg_parts(valid_images()["jpeg"])
    changed = b"\xff\xd8"
    for kind, data in parts:
        has_size = kind[1] in {0xC0, 0xC2}
        changed += kind + struct.pack(">H", len(data) + 2) + (data[:1] + b"\0\0" + data[3:] if has_size else data)
    return changed + scan


def _replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


def _run_length_bmp() -> bytes:
    """Return a BMP whose run lengths are longer than a row, and too few for the image."""
    head = struct.pack("<IiiHHIIiiII", 40, 24, 16, 1, 8, 1, 4, 0, 0, 256, 0)
    body = b"\xff\x01\xff\x01"
    return b"BM" + struct.pack("<IHHI", 14 + 40 + 1024 + len(body), 0, 0, 14 + 40 + 1024) + head + bytes(1024) + body


def _tiff_with_tag(tag: int, value: int) -> bytes:
    content = bytearray(valid_images()["tiff lzw"])
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    for position in range(directory + 2, directory + 2 + 12 * count, 12):
        if struct.unpack_from("<H", content, position)[0] == tag:
            struct.pack_into("<HII", content, position + 2, 4, 1, value)
    return bytes(content)


def _tiff_of_a_giant_tile() -> bytes:
    """Return a TIFF of 16 x 16 pixels in one compressed tile of 30,000 x 30,000 pixels."""
    data = zlib.compress(bytes(1000))
    tags = {256: 16, 257: 16, 258: 8, 259: 8, 262: 1, 277: 1, 322: 30000, 323: 30000, 324: 0, 325: len(data)}
    tags[324] = 8 + 2 + 12 * len(tags) + 4  # the offset of the tile
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + data


def _palette_png_without_palette() -> bytes:
    return png_of([part for part in png_parts(valid_images()["png palette"]) if part[0] != b"PLTE"])


def _damaged_avif() -> bytes:
    content = valid_images()["avif"]
    start = content.index(b"mdat") + 4
    return content[:start] + bytes(len(content) - start)


@cache
def damaged_images() -> dict[str, bytes]:
    """Return damaged files of supported formats, and files without an image, by a description of the damage."""
    valid = valid_images()
    # Some files are left out: a truncated file may still have all pixels, or the whole first image of an animation.
    truncated = {
        f"truncated {name}": content[: len(content) * 3 // 5]
        for name, content in valid.items()
        if name not in {"ppm text", "mpo", "gif animated", "webp animated", "apng", "tiff pages", "jpeg 2000"}
    }
    return truncated | {
        "damaged avif": _damaged_avif(),
        "png of 60,000 x 60,000": _huge_png(),
        "png with a text that decompresses to 80 MiB": _with_png_chunk(
            b"zTXt", b"a\0\0" + zlib.compress(bytes(80 * 2**20))
        ),
        "png with a profile that decompresses to 80 MiB": _with_png_chunk(
            b"iCCP", b"a\0\0" + zlib.compress(bytes(80 * 2**20))
        ),
        "png with a short gamma": _with_png_chunk(b"gAMA", b"\0"),
        "png without its palette": _palette_png_without_palette(),
        "jpeg without a height": _jpeg_without_height(),
        "bmp whose run lengths end too early": _run_length_bmp(),
        "tiff without a width": _tiff_with_tag(256, 0),
        "tiff of an unknown compression": _tiff_with_tag(259, 4711),
        "tiff with a strip after the end of the file": _tiff_with_tag(273, 2**31),
        "tiff of a giant tile": _tiff_of_a_giant_tile(),
        "gif without pixels": valid["gif"][:13] + b";",
        "bmp of size zero": valid["bmp"][:18] + bytes(8) + valid["bmp"][26:],
        "ppm of size zero": b"P6 0 0 255\n",
        "ppm with a size in words": b"P6 24 sixteen 255\n" + bytes(1152),
        "jpeg 2000 of a giant tile": _giant_tile(valid["jpeg 2000 codestream"]),
        "webp with pixels of another codec": _replaced(valid["webp lossless"], b"VP8L", b"VP8 "),
        "empty file": b"",
        "text": b"not found",
    }


def _giant_tile(content: bytes) -> bytes:
    """Return a JPEG 2000 whose header gives 2^31 pixels as each side of the image and its tile (ITU-T T.800, A.5.1)."""
    position = content.index(b"\xff\x51") + 6
    return content[:position] + struct.pack(">8I", 2**31, 2**31, 0, 0, 2**31, 2**31, 0, 0) + content[position + 32 :]
