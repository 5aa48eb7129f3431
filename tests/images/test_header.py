"""`read_header` returns the size of an image after EXIF rotation."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from segments_hf.assets import Asset
from segments_hf.errors import AssetError
from segments_hf.images.header import read_header
from segments_hf.images.opening import open_image

SIZE = (13, 7)
ORIENTATION = 0x0112
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{}"/></rdf:RDF></x:xmpmeta>'
)

# Pillow warns about a damaged image before it raises an exception.
PILLOW_WARNS = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def blank(mode: str = "RGB") -> Image.Image:
    return Image.new(mode, SIZE)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return tags


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def png_chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    chunks, position = [], 8
    while position < len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        chunks.append((kind, content[position + 8 : position + 8 + length]))
        position += 12 + length
    return chunks


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_with_exif(orientation: int, *, before: bool) -> bytes:
    chunks = png_chunks(encoded(blank(), "PNG"))
    chunk = (b"eXIf", exif(orientation).tobytes().removeprefix(b"Exif\0\0"))
    index = 1 if before else len(chunks) - 1
    return png_of([*chunks[:index], chunk, *chunks[index:]])


def png_with_xmp(orientation: int, *, compressed: bool) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", "a text without an orientation")
    texts.add_itxt("XML:com.adobe.xmp", XMP.format(orientation), zip=compressed)
    return encoded(blank(), "PNG", pnginfo=texts)


def png_with_raw_profile(orientation: int) -> bytes:
    """Return a PNG as ImageMagick writes it, with EXIF data in hexadecimal in a compressed text."""
    tags = exif(orientation).tobytes()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n{len(tags):8}\n{tags.hex()}\n", zip=True)
    return encoded(blank(), "PNG", pnginfo=texts)


MAKERS = {
    "jpeg": lambda orientation: encoded(blank(), "JPEG", exif=exif(orientation)),
    "webp": lambda orientation: encoded(blank(), "WEBP", exif=exif(orientation)),
    "tiff": lambda orientation: encoded(blank(), "TIFF", exif=exif(orientation)),
    "tiff-compressed": lambda orientation: encoded(blank(), "TIFF", exif=exif(orientation), compression="tiff_lzw"),
    "png": lambda orientation: encoded(blank(), "PNG", exif=exif(orientation)),
    "png-exif-before-pixels": lambda orientation: png_with_exif(orientation, before=True),
    "png-exif-after-pixels": lambda orientation: png_with_exif(orientation, before=False),
    "png-xmp": lambda orientation: png_with_xmp(orientation, compressed=False),
    "png-xmp-compressed": lambda orientation: png_with_xmp(orientation, compressed=True),
    "png-raw-profile": png_with_raw_profile,
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", MAKERS)
def test_read_header_returns_the_size_of_the_upright_image(make, orientation, tmp_path):
    content = MAKERS[make](orientation)
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image).size
    assert upright == (SIZE if orientation < 5 else SIZE[::-1])  # checks the file that the test made
    assert read_header(Asset(content)).size == upright
    (tmp_path / "image").write_bytes(content)
    assert read_header(Asset(path=tmp_path / "image")).size == upright


@pytest.mark.parametrize("orientation", [0, 9, 65535], ids=str)
def test_an_invalid_orientation_is_ignored(orientation):
    assert read_header(Asset(MAKERS["jpeg"](orientation))).size == SIZE


@pytest.mark.parametrize(
    ("image", "file_format"),
    [
        (blank("L"), "PNG"),
        (blank("RGBA"), "PNG"),
        (blank("1"), "PNG"),
        (blank("P"), "PNG"),
        (Image.fromarray(np.full(SIZE[::-1], 65535, dtype=np.uint16)), "PNG"),
        (blank("LA"), "PNG"),
        (blank("L"), "JPEG"),
        (blank("CMYK"), "JPEG"),
        (blank(), "BMP"),
        (blank("P"), "GIF"),
        (blank("I;16"), "TIFF"),
        (blank("RGBA"), "WEBP"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.mode,
)
def test_read_header_reads_many_modes_and_formats(image, file_format):
    assert read_header(Asset(encoded(image, file_format))).size == SIZE


@PILLOW_WARNS
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"<html><body>Sign in</body></html>",
            r"got an HTML page that is not an image; it begins with b'<html><body>Sign'",
        ),
        (b'{"error": "expired"}', "got JSON that is not an image"),
        (b"", "got an empty file, expected an image"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image"),
        (encoded(blank(), "JPEG")[:4], "image"),
        (encoded(blank(), "JPEG")[:30], "image"),
        (encoded(blank(), "PNG")[:20], "image"),
        (encoded(blank(), "WEBP")[:14], "image"),
        (encoded(blank(), "TIFF")[:8], "image"),
    ],
    ids=["html", "json", "empty", "png-8", "png-10", "jpeg-4", "jpeg-30", "png-20", "webp-14", "tiff-8"],
)
def test_files_without_a_complete_image_header_raise_asset_error(content, message):
    with pytest.raises(AssetError, match=message):
        read_header(Asset(content))


@PILLOW_WARNS
@given(st.sampled_from(sorted(MAKERS)), st.integers(1, 8), st.data())
def test_read_header_of_a_damaged_image_returns_a_size_or_raises_asset_error(make, orientation, data):
    content = bytearray(MAKERS[make](orientation))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        width, height = read_header(Asset(bytes(content[: data.draw(st.integers(0, len(content)))]))).size
    except AssetError:
        return
    assert width > 0
    assert height > 0


@pytest.mark.parametrize(("before", "after"), [(6, 1), (1, 6), (6, 6), (6, 3)])
def test_an_orientation_after_the_pixels_replaces_one_before_them(before, after):
    """Pillow and `datasets` also use the last orientation when they decode the image."""
    first, *rest = png_chunks(encoded(blank(), "PNG"))
    chunks = [(b"eXIf", exif(orientation).tobytes().removeprefix(b"Exif\0\0")) for orientation in (before, after)]
    content = png_of([first, chunks[0], *rest[:-1], chunks[1], rest[-1]])
    assert read_header(Asset(content)).size == open_image(Asset(content)).size
    assert read_header(Asset(content)).size == (SIZE if after < 5 else SIZE[::-1])


def test_a_missing_file_raises_asset_error(tmp_path):
    with pytest.raises(AssetError, match=r"gone\.jpg: "):
        read_header(Asset(path=tmp_path / "gone.jpg"))


def test_read_header_ignores_truncated_pixels():
    """Only the header is read, because a build must not decode every image."""
    content = encoded(Image.effect_noise((200, 100), 50), "PNG")
    assert read_header(Asset(content[:500])).size == (200, 100)
