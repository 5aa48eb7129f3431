"""Files of a small bitmap in formats that store ids exactly, and in formats that do not."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin, features

WIDTH, HEIGHT = 12, 10
# The ids of `GRAY_IDS` need 8 bits, of `DEEP_IDS` 16 and of `COLOR_IDS` 24. The ids of neighbors differ, so a lossy
# codec changes them.
GRAY_IDS = (np.arange(WIDTH * HEIGHT, dtype=np.uint32).reshape(HEIGHT, WIDTH) * 37) % 251
COLOR_IDS = GRAY_IDS * 66_777 % 2**24
DEEP_IDS = GRAY_IDS * 257


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def gray() -> Image.Image:
    """Return a bitmap of `GRAY_IDS`."""
    return Image.fromarray(GRAY_IDS.astype(np.uint8))


def deep() -> Image.Image:
    """Return a bitmap of `DEEP_IDS`."""
    return Image.fromarray(DEEP_IDS.astype(np.uint16))


def color(mode: str = "RGBA") -> Image.Image:
    """Return a bitmap of `COLOR_IDS`, encoded as the platform encodes ids."""
    pixels = (COLOR_IDS | 255 << 24).astype("<u4").view(np.uint8).reshape(HEIGHT, WIDTH, 4)
    return Image.fromarray(pixels).convert(mode)


def with_palette() -> Image.Image:
    """Return a bitmap with the ids of `COLOR_IDS` as the colors of its palette."""
    ids, indices = np.unique(COLOR_IDS, return_inverse=True)
    image = Image.fromarray(indices.reshape(COLOR_IDS.shape).astype(np.uint8))
    image.putpalette(ids.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    return image


def png(depth: int, color_type: int, *, before: bytes = b"", interlace: int = 0) -> bytes:
    """Return a PNG of `WIDTH` x `HEIGHT` black pixels.

    Args:
        depth: The bits per channel.
        color_type: The color type.
        before: Chunks between the header and the pixels.
        interlace: The interlace method in the header. The pixels are never interlaced.
    """
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color_type]
    line = bytes(1 + (WIDTH * channels * depth + 7) // 8)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color_type, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), before, chunk(b"IDAT", zlib.compress(line * HEIGHT)), chunk(b"IEND", b"")]
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pnm(kind: bytes, highest: int, pixels: bytes) -> bytes:
    return b"%s %d %d %d\n" % (kind, WIDTH, HEIGHT, highest) + pixels


def _exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def _text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "a program")
    return info


def _gray_with(kind: bytes, data: bytes) -> bytes:
    whole = encoded(gray(), "PNG")
    return whole[:33] + chunk(kind, data) + whole[33:]


def _rotated_after_pixels() -> bytes:
    """Return a PNG with an EXIF orientation after its pixels."""
    whole = encoded(gray(), "PNG")
    return whole[:-12] + chunk(b"eXIf", _exif(6).tobytes().removeprefix(b"Exif\0\0")) + whole[-12:]


def _with_two_headers() -> bytes:
    deep_png = png(16, 2)
    return deep_png[:8] + png(8, 2)[8:33] + deep_png[8:]


TIFF_COMPRESSIONS = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]
# Files that store ids exactly: a function that makes the file, and the ids.
EXACT: dict[str, tuple[Callable[[], bytes], np.ndarray]] = {
    "RGBA PNG": (lambda: encoded(color(), "PNG"), COLOR_IDS),
    "RGB PNG": (lambda: encoded(color("RGB"), "PNG"), COLOR_IDS),
    "gray PNG": (lambda: encoded(gray(), "PNG"), GRAY_IDS),
    "16-bit gray PNG": (lambda: encoded(deep(), "PNG"), DEEP_IDS),
    "PNG with text": (lambda: encoded(color(), "PNG", pnginfo=_text()), COLOR_IDS),
    "upright PNG with EXIF": (lambda: encoded(color(), "PNG", exif=_exif(1)), COLOR_IDS),
    "gray PNG with tRNS": (lambda: _gray_with(b"tRNS", b"\0\5"), GRAY_IDS),
    "gray PNG with gAMA": (lambda: _gray_with(b"gAMA", struct.pack(">I", 220_000)), GRAY_IDS),
    "gray PNG with sBIT": (lambda: _gray_with(b"sBIT", b"\4"), GRAY_IDS),
    "lossless RGBA WebP": (lambda: encoded(color(), "WEBP", lossless=True, exact=True), COLOR_IDS),
    "lossless RGB WebP": (lambda: encoded(color("RGB"), "WEBP", lossless=True), COLOR_IDS),
    "lossless WebP with metadata": (
        lambda: encoded(color("RGB"), "WEBP", lossless=True, exif=_exif(1).tobytes()),
        COLOR_IDS,
    ),
    "32-bit gray TIFF": (lambda: encoded(Image.fromarray(COLOR_IDS.astype(np.int32)), "TIFF"), COLOR_IDS),
    "RGB BMP": (lambda: encoded(color("RGB"), "BMP"), COLOR_IDS),
    "RGB PPM": (lambda: encoded(color("RGB"), "PPM"), COLOR_IDS),
    "gray PPM": (lambda: encoded(gray(), "PPM"), GRAY_IDS),
    "16-bit gray PPM": (lambda: pnm(b"P5", 65535, DEEP_IDS.astype(">u2").tobytes()), DEEP_IDS),
    **{
        f"{name} TIFF, {compression}": (
            lambda make=make, compression=compression: encoded(make(), "TIFF", compression=compression),
            ids,
        )
        for name, make, ids in [
            ("RGBA", color, COLOR_IDS),
            ("RGB", lambda: color("RGB"), COLOR_IDS),
            ("gray", gray, GRAY_IDS),
            ("16-bit gray", deep, DEEP_IDS),
        ]
        for compression in TIFF_COMPRESSIONS
    },
}

# Files that do not store ids exactly, or from which different programs read different ids.
INEXACT: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(gray(), "JPEG"),
    "JPEG of the highest quality": lambda: encoded(color("RGB"), "JPEG", quality=100, subsampling=0),
    "MPO": lambda: encoded(color("RGB"), "MPO", save_all=True, append_images=[color("RGB")]),
    "JPEG 2000": lambda: encoded(color("RGB"), "JPEG2000"),
    "reversible JPEG 2000": lambda: encoded(color("RGB"), "JPEG2000", irreversible=False),
    "lossy WebP": lambda: encoded(color("RGB"), "WEBP"),
    "lossy WebP with alpha": lambda: encoded(_half_transparent(), "WEBP"),
    "animated WebP": lambda: encoded(
        color(), "WEBP", lossless=True, save_all=True, append_images=[color().rotate(180)]
    ),
    "animated PNG": lambda: encoded(color(), "PNG", save_all=True, append_images=[color().rotate(180)]),
    "GIF": lambda: encoded(gray(), "GIF"),
    "JPEG in TIFF": lambda: encoded(color("RGB"), "TIFF", compression="jpeg"),
    "TIFF of two images": lambda: encoded(gray(), "TIFF", save_all=True, append_images=[gray()]),
    "palette TIFF": lambda: encoded(with_palette(), "TIFF"),
    "1-bit TIFF, group 4": lambda: encoded(gray().convert("1"), "TIFF", compression="group4"),
    "float TIFF": lambda: encoded(Image.fromarray(GRAY_IDS.astype(np.float32)), "TIFF"),
    "CMYK TIFF": lambda: encoded(color("RGB").convert("CMYK"), "TIFF"),
    "inverted gray TIFF": lambda: encoded(gray(), "TIFF", tiffinfo={262: 0}),
    "rotated TIFF": lambda: encoded(gray(), "TIFF", tiffinfo={274: 6}),
    "palette BMP": lambda: encoded(with_palette(), "BMP"),
    "1-bit BMP": lambda: encoded(gray().convert("1"), "BMP"),
    "1-bit PPM": lambda: encoded(gray().convert("1"), "PPM"),
    "gray PPM of maximum 254": lambda: pnm(b"P5", 254, GRAY_IDS.astype(np.uint8).tobytes()),
    "RGB PPM of maximum 100": lambda: pnm(b"P6", 100, bytes(3 * WIDTH * HEIGHT)),
    "16-bit RGB PPM": lambda: pnm(b"P6", 65535, bytes(6 * WIDTH * HEIGHT)),
    "1-bit gray PNG": lambda: png(1, 0),
    "2-bit gray PNG": lambda: png(2, 0),
    "4-bit gray PNG": lambda: png(4, 0),
    "gray PNG with alpha": lambda: png(8, 4),
    "16-bit gray PNG with alpha": lambda: png(16, 4),
    "16-bit RGB PNG": lambda: png(16, 2),
    "16-bit RGBA PNG": lambda: png(16, 6),
    "rotated PNG": lambda: encoded(color(), "PNG", exif=_exif(6)),
    "rotated PNG, EXIF data after the pixels": _rotated_after_pixels,
    "mirrored PNG": lambda: encoded(color(), "PNG", exif=_exif(2)),
    "rotated lossless WebP": lambda: encoded(color("RGB"), "WEBP", lossless=True, exif=_exif(3).tobytes()),
    "PNG with two headers": _with_two_headers,
}
if features.check("avif"):
    INEXACT |= {
        "AVIF": lambda: encoded(color("RGB"), "AVIF"),
        "AVIF of the highest quality": lambda: encoded(color("RGB"), "AVIF", quality=100),
    }


def _half_transparent() -> Image.Image:
    image = color()
    image.putalpha(gray())
    return image
