"""Image files of all modes and depths. Pillow can read all of them, but cannot write some of them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

SIZE = 7, 5  # width and height
RAMP = np.linspace(0, 1, SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0])  # of shape (H, W)


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def colors(mode: str) -> Image.Image:
    """Return an image whose channels differ, in a mode of at most 8 bits per channel."""
    if mode == "1":
        return Image.fromarray((RAMP > 0.5).astype(np.uint8) * 255).convert("1")
    channels = [np.roll(RAMP, 3 * shift) * 255 for shift in range(len(Image.new(mode, (1, 1)).getbands()))]
    if mode in {"P", "PA"}:
        made = colors("RGB").quantize(16)
        return made if mode == "P" else made.convert("PA")
    return Image.merge(mode, [Image.fromarray(channel.astype(np.uint8)) for channel in channels])


def palette_png(transparency: Any = None) -> bytes:
    options = {} if transparency is None else {"transparency": transparency}
    return encoded(colors("P"), "PNG", **options)


def png(values: np.ndarray[Any, Any], color_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a 16-bit PNG of uint16 values of shape (H, W) or (H, W, channels)."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def tiff(
    values: np.ndarray[Any, Any], sample_format: int = 1, bits: int = 0, pixels: bytes = b"", **tags: Any
) -> bytes:
    """Return a TIFF of one channel, or of as many channels as the last axis has.

    Args:
        values: The values, of shape (H, W) or (H, W, channels).
        sample_format: 1 for unsigned integers, 2 for signed ones, 3 for floats.
        bits: The number of bits of each value; by default that of the dtype.
        pixels: The stored bytes of the values; by default those of the array.
        tags: Additional tags, each with its type and values, such as ``t340=(3, [5])``.
    """
    height, width = values.shape[:2]
    channels = values.shape[2] if values.ndim == 3 else 1
    content = pixels or values.astype(values.dtype.newbyteorder("<")).tobytes()
    entries = {
        256: (3, [width]),
        257: (3, [height]),
        258: (3, [bits or values.dtype.itemsize * 8] * channels),
        259: (3, [1]),
        262: (3, [1 if channels == 1 else 2]),
        273: (4, [8]),
        277: (3, [channels]),
        278: (3, [height]),
        279: (4, [len(content)]),
        339: (3, [sample_format] * channels),
        **{int(tag[1:]): entry for tag, entry in tags.items()},
    }
    content += b"\0" * (len(content) % 2)
    directory = 8 + len(content)
    data_offset = directory + 2 + 12 * len(entries) + 4
    records, data = b"", b""
    for tag, (kind, numbers) in sorted(entries.items()):
        packed = struct.pack(f"<{len(numbers)}{ {3: 'H', 4: 'I', 8: 'h', 11: 'f', 12: 'd'}[kind] }", *numbers)
        if len(packed) > 4:
            packed, data = struct.pack("<I", data_offset + len(data)), data + packed
        records += struct.pack("<HHI", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
    return (
        b"II*\0" + struct.pack("<I", directory) + content + struct.pack("<H", len(entries)) + records + bytes(4) + data
    )


def packed_12(values: np.ndarray[Any, Any]) -> bytes:
    """Return values as 12 bits each, with each row padded to whole bytes."""
    rows = []
    for row in values.tolist():
        text = "".join(f"{value:012b}" for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    return b"".join(rows)


def pgm(values: np.ndarray[Any, Any], maximum: int) -> bytes:
    """Return a PGM or PPM of values of shape (H, W) or (H, W, 3)."""
    kind = b"P5" if values.ndim == 2 else b"P6"
    dtype = ">u2" if maximum > 255 else np.uint8
    return kind + b" %d %d %d\n" % (values.shape[1], values.shape[0], maximum) + values.astype(dtype).tobytes()


def pfm(values: np.ndarray[Any, Any]) -> bytes:
    """Return a gray PFM, whose rows are stored from bottom to top."""
    return b"Pf\n%d %d\n-1.0\n" % (values.shape[1], values.shape[0]) + values[::-1].astype("<f4").tobytes()


def ramp(high: float, dtype: Any = np.uint16, low: float = 0) -> np.ndarray[Any, Any]:
    """Return values from low to high, of shape (H, W)."""
    values = low + RAMP * (high - low)
    return values.astype(dtype) if np.dtype(dtype).kind == "f" else np.rint(values).astype(dtype)


# Files of 8-bit RGB and gray images.
PLAIN: dict[str, Callable[[], bytes]] = {
    **{
        f"{mode} {file_format}": lambda mode=mode, file_format=file_format: encoded(colors(mode), file_format)
        for mode in ("L", "RGB")
        for file_format in ("PNG", "JPEG", "BMP", "TIFF", "PPM", "JPEG2000")
    },
    "RGB WebP": lambda: encoded(colors("RGB"), "WEBP"),
}

# Files of the other modes of at most 8 bits, and of color images of more bits. `convert` of Pillow makes them 8-bit.
CONVERTED: dict[str, Callable[[], bytes]] = {
    **{f"{mode} TIFF": lambda mode=mode: encoded(colors(mode), "TIFF") for mode in
       ("1", "LA", "RGBA", "CMYK", "LAB", "P")},
    **{f"{mode} PNG": lambda mode=mode: encoded(colors(mode), "PNG") for mode in ("1", "LA", "RGBA")},
    "P PNG": palette_png,
    "P PNG, one color transparent": lambda: palette_png(3),
    "P PNG, colors half transparent": lambda: palette_png(bytes(range(0, 160, 10))),
    "RGB PNG, one color transparent": lambda: encoded(colors("RGB"), "PNG", transparency=(0, 80, 160)),
    "L PNG, one color transparent": lambda: encoded(colors("L"), "PNG", transparency=7),
    "P GIF": lambda: encoded(colors("P"), "GIF"),
    "1 BMP": lambda: encoded(colors("1"), "BMP"),
    "1 PPM": lambda: encoded(colors("1"), "PPM"),
    "RGBA WebP": lambda: encoded(colors("RGBA"), "WEBP", lossless=True),
    "RGBA JPEG 2000": lambda: encoded(colors("RGBA"), "JPEG2000"),
    "CMYK JPEG": lambda: encoded(colors("CMYK"), "JPEG"),
    "16-bit RGB PNG": lambda: png(np.stack([ramp(65535), ramp(9999), ramp(0, low=65535)], -1), 2),
    "16-bit RGBA PNG": lambda: png(np.stack([ramp(65535), ramp(9999), ramp(0, low=65535), ramp(4095)], -1), 6),
    "16-bit gray and alpha PNG": lambda: png(np.stack([ramp(65535), ramp(4095)], -1), 4),
    "16-bit RGB TIFF": lambda: tiff(np.stack([ramp(65535), ramp(9999), ramp(0, low=65535)], -1)),
    "12-bit RGB PPM": lambda: pgm(np.stack([ramp(4095), ramp(99), ramp(0, low=4095)], -1), 4095),
}  # fmt: skip

# Gray images of more than 8 bits: a function that makes the file, the values, and the two values that become 0 and 255.
DEEP: dict[str, tuple[Callable[[], bytes], Any, tuple[float, float]]] = {
    "16-bit PNG": (lambda: png(ramp(60000), 0), ramp(60000), (0, 65535)),
    "16-bit PNG, 12 bits stretched": (
        lambda: png(ramp(4095) * 16 + ramp(4095) // 256, 0, (b"sBIT", b"\x0c")),
        ramp(4095) * 16 + ramp(4095) // 256,
        (0, 65535),
    ),
    "16-bit PNG, 12 bits dark and stretched": (
        lambda: png(ramp(200) * 16, 0, (b"sBIT", b"\x0c")), ramp(200) * 16, (0, 65535),
    ),
    "16-bit PNG, 12 bits not stretched": (lambda: png(ramp(4000), 0, (b"sBIT", b"\x0c")), ramp(4000), (0, 4095)),
    "16-bit TIFF": (lambda: tiff(ramp(60000)), ramp(60000), (0, 65535)),
    "16-bit TIFF, big-endian": (
        lambda: encoded(Image.frombytes("I;16B", SIZE, ramp(60000).astype(">u2").tobytes()), "TIFF"),
        ramp(60000),
        (0, 65535),
    ),
    "16-bit TIFF, signed": (
        lambda: tiff(ramp(3000, np.int16, -30000), 2), ramp(3000, np.int16, -30000), (-32768, 32767),
    ),
    "12-bit TIFF": (lambda: tiff(ramp(4000), bits=12, pixels=packed_12(ramp(4000))), ramp(4000), (0, 4095)),
    "16-bit TIFF, SMaxSampleValue": (lambda: tiff(ramp(900), t341=(3, [1000])), ramp(900), (0, 1000)),
    "16-bit TIFF, SMinSampleValue and SMaxSampleValue": (
        lambda: tiff(ramp(900, low=200), t340=(3, [100]), t341=(3, [1000])), ramp(900, low=200), (100, 1000),
    ),
    "16-bit TIFF, MaxSampleValue": (lambda: tiff(ramp(900), t280=(3, [0]), t281=(3, [4095])), ramp(900), (0, 4095)),
    "16-bit TIFF, MaxSampleValue below its values": (
        lambda: tiff(ramp(60000), t281=(3, [1])), ramp(60000), (0, 65535),
    ),
    "16-bit TIFF, MinSampleValue equal to MaxSampleValue": (
        lambda: tiff(ramp(60000), t280=(3, [9]), t281=(3, [9])), ramp(60000), (0, 65535),
    ),
    "32-bit TIFF of 16-bit values": (lambda: tiff(ramp(60000, np.int32), 2), ramp(60000, np.int32), (0, 65535)),
    "32-bit TIFF": (
        lambda: tiff(ramp(2e9, np.int32, -2e9), 2), ramp(2e9, np.int32, -2e9), (-(2**31), 2**31 - 1),
    ),
    "32-bit TIFF, unsigned": (lambda: tiff(ramp(4e9, np.uint32)), ramp(4e9, np.uint32), (0, 2**32 - 1)),
    "float TIFF": (lambda: tiff(ramp(0.9, np.float32), 3), ramp(0.9, np.float32), (0, 1)),
    "float TIFF, a little over 1": (lambda: tiff(ramp(1.2, np.float32, -0.1), 3), ramp(1.2, np.float32, -0.1), (0, 1)),
    "float TIFF, to 255": (lambda: tiff(ramp(250, np.float32), 3), ramp(250, np.float32), (0, 255)),
    "float TIFF, to 65535": (lambda: tiff(ramp(40000, np.float32), 3), ramp(40000, np.float32), (0, 65535)),
    "float TIFF, half of the values negative": (
        lambda: tiff(ramp(64, np.float32, -64), 3), ramp(64, np.float32, -64), (-64, 64),
    ),
    "float TIFF, to 4095": (lambda: tiff(ramp(4095, np.float32), 3), ramp(4095, np.float32), (0, 4095)),
    "float TIFF, to 3": (lambda: tiff(ramp(3, np.float32), 3), ramp(3, np.float32), (0, 3)),
    "float TIFF, SMinSampleValue and SMaxSampleValue": (
        lambda: tiff(ramp(9, np.float32, -9), 3, t340=(11, [-10.0]), t341=(11, [10.0])),
        ramp(9, np.float32, -9),
        (-10, 10),
    ),
    "PFM": (lambda: pfm(ramp(0.9, np.float32)), ramp(0.9, np.float32), (0, 1)),
    "16-bit PGM": (lambda: pgm(ramp(60000), 65535), ramp(60000), (0, 65535)),
    "12-bit PGM": (lambda: pgm(ramp(4000), 4095), ramp(4000), (0, 4095)),
    "16-bit JPEG 2000": (
        lambda: encoded(Image.fromarray(ramp(60000)), "JPEG2000", irreversible=False), ramp(60000), (0, 65535),
    ),
}  # fmt: skip
