"""Create bitmaps and annotations. Write PNGs with Pillow, and byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)
IDS = st.one_of(st.integers(0, 5), st.integers(0, 2**24 - 1), st.sampled_from([2**24 - 1, 2**24, 2**32 - 1]))
CLASSES = st.one_of(st.integers(0, 3), st.sampled_from([254, 255, 256, 65535]))
ANNOTATIONS = st.lists(
    st.fixed_dictionaries({"id": IDS, "category": st.one_of(st.none(), CLASSES)}), unique_by=lambda item: item["id"]
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}


@st.composite
def bitmaps(draw: st.DrawFn) -> np.ndarray:
    """Draw read-only arrays of at most five different instance ids."""
    ids = draw(st.lists(IDS, min_size=1, max_size=5))
    bitmap = draw(hnp.arrays(np.uint32, SHAPES, elements=st.sampled_from(ids)))
    bitmap.flags.writeable = False
    return bitmap


def chunk(kind: bytes, data: bytes = b"", *, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def ihdr(width: int, height: int, depth: int, color: int, *methods: int) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, color, *(methods or (0, 0, 0)))


def filtered(lines: np.ndarray, pixel_bytes: int, filters: Sequence[int]) -> bytes:
    """Return the filtered lines of a PNG, each after the number of its filter (PNG specification, section 9)."""
    up = np.vstack([np.zeros_like(lines[:1]), lines[:-1]]).astype(int)
    padding = np.zeros((len(lines), pixel_bytes), int)
    left = np.hstack([padding, lines])[:, : lines.shape[1]].astype(int)
    upper_left = np.hstack([padding, up])[:, : lines.shape[1]]
    far_left, far_up, far_corner = (abs(left + up - upper_left - pixel) for pixel in (left, up, upper_left))
    nearest_left = (far_left <= far_up) & (far_left <= far_corner)
    paeth = np.where(nearest_left, left, np.where(far_up <= far_corner, up, upper_left))
    predicted = [np.zeros_like(left), left, up, (left + up) // 2, paeth]
    return b"".join(
        bytes([kind]) + (lines[y] - predicted[kind][y]).astype(np.uint8).tobytes() for y, kind in enumerate(filters)
    )


def png_by_hand(pixels: np.ndarray, filters: Sequence[int], *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a PNG of uint8 (H, W, 4), uint8 (H, W) or uint16 (H, W). `before` and `after` are chunks."""
    height, width = pixels.shape[:2]
    stored = pixels.astype(">u2") if pixels.dtype == np.uint16 else pixels
    lines = np.frombuffer(stored.tobytes(), np.uint8).reshape(height, -1)
    compressed = zlib.compress(filtered(lines, lines.shape[1] // width, filters))
    header = ihdr(width, height, 8 * pixels.itemsize, RGBA if pixels.ndim == 3 else GRAY)
    return SIGNATURE + chunk(b"IHDR", header) + before + chunk(b"IDAT", compressed) + after + chunk(b"IEND")


def raw_png(header: bytes, compressed: bytes, *, before: bytes = b"") -> bytes:
    """Return a PNG with any header and any compressed pixels. `before` are chunks before the pixels."""
    return SIGNATURE + chunk(b"IHDR", header) + before + chunk(b"IDAT", compressed) + chunk(b"IEND")


def plain_png(depth: int, color: int, interlace: int = 0, *, before: bytes = b"") -> bytes:
    """Return a PNG of 2 x 2 pixels, of any color type and depth."""
    line = b"\0" + bytes(range(1, 1 + (2 * CHANNELS[color] * depth + 7) // 8))
    one_pixel = b"\0" + bytes(range(1, 1 + (CHANNELS[color] * depth + 7) // 8))
    # An interlaced PNG of this size has one pixel in pass 1, one pixel in pass 6, and the second line in pass 7.
    lines = one_pixel + one_pixel + line if interlace else line + line
    return raw_png(ihdr(2, 2, depth, color, 0, 0, interlace), zlib.compress(lines), before=before)


def saved_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def decoded_by_pillow(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)
