"""The size of a plain PNG or JPEG, which has no unusual parts, is read without Pillow and equals that of Pillow."""

from __future__ import annotations

import contextlib
import io
import struct

import pytest
from assets.fetching import encoded
from fuzz.image_headers import check_decoded_size, check_plain_header
from fuzz.image_mutations import jpeg_parts, mutated, png_of, png_parts, valid_images
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size

WHOLE = valid_images()
SIZES = st.tuples(st.integers(1, 70), st.integers(1, 70))
TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("Comment", "a text")
EXIF = Image.Exif()
EXIF[0x0112] = 6


@given(SIZES, st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]))
def test_plain_png_size_reads_plain_files(size, mode):
    assert plain_png_size(encoded(Image.new(mode, size), "PNG")) == size


@given(SIZES, st.sampled_from(["L", "RGB", "CMYK"]), st.booleans(), st.sampled_from([None, b"a profile"]))
def test_plain_jpeg_size_reads_plain_files(size, mode, progressive, profile):
    content = encoded(Image.new(mode, size), "JPEG", progressive=progressive, icc_profile=profile, comment=b"\xff\xc0")
    assert plain_jpeg_size(content) == size


@pytest.mark.parametrize("options", [{"pnginfo": TEXT}, {"exif": EXIF}], ids=["text", "exif"])
def test_a_png_that_may_have_an_orientation_is_left_to_pillow(options):
    assert plain_png_size(encoded(Image.new("L", (2, 3)), "PNG", **options)) is None


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("JPEG", {"exif": EXIF}),
        ("JPEG", {"xmp": b"<x:xmpmeta/>"}),
        ("MPO", {"save_all": True, "append_images": [Image.new("L", (2, 3))]}),
    ],
    ids=["exif", "xmp", "mpo"],
)
def test_a_jpeg_that_may_have_an_orientation_or_several_images_is_left_to_pillow(file_format, options):
    assert plain_jpeg_size(encoded(Image.new("L", (2, 3)), file_format, **options)) is None


SOF = b"\xff\xc0"  # the marker of the segment with the size of a JPEG


def with_parts(content: bytes, change) -> bytes:
    """Return a PNG or JPEG with changed parts, each of which has a correct length and checksum.

    Args:
        content: The file.
        change: A function from the list of parts to the list of changed parts. A part is a chunk of a PNG, or a segment
            of a JPEG before its scan, as a pair of its kind and its data.
    """
    if content.startswith(b"\x89PNG"):
        return png_of(change(png_parts(content)))
    *parts, (_, scan) = jpeg_parts(content)
    segments = [kind + struct.pack(">H", len(data) + 2) + data for kind, data in change(parts)]
    return b"\xff\xd8" + b"".join(segments) + scan


# The functions below return a `change` for `with_parts`.


def repeated(kind: bytes):
    return lambda parts: [copy for part in parts for copy in [part] * (1 + (part[0] == kind))]


def without(kind: bytes):
    return lambda parts: [part for part in parts if part[0] != kind]


def shortened(kind: bytes, num_bytes: int = 1):
    return lambda parts: [(other, data[:-num_bytes] if other == kind else data) for other, data in parts]


def added(*part: bytes, index: int = 1):
    return lambda parts: [*parts[:index], part, *parts[index:]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("png rgb", repeated(b"IHDR"), id="two headers"),
        pytest.param("png rgb", added(b"gAMA", b"\0\0", index=0), id="a chunk before the header"),
        pytest.param("png rgb", added(b"abcd", b""), id="unknown chunk"),
        pytest.param("png rgb", added(b"gAMA", b"\0\0"), id="short gamma chunk"),
        pytest.param("png rgb", without(b"IDAT"), id="no pixels"),
        pytest.param("png rgb", without(b"IEND"), id="no end chunk"),
        pytest.param("png rgb", added(b"eXIf", b"", index=-1), id="EXIF after the pixels"),
        pytest.param("png rgb", added(b"tRNS", b"\0\0"), id="transparency of another color type"),
        pytest.param("png palette", without(b"PLTE"), id="no palette"),
        pytest.param("png palette", repeated(b"PLTE"), id="two palettes"),
        pytest.param("png palette", shortened(b"PLTE"), id="palette with an incomplete color"),
        pytest.param("apng", lambda parts: parts, id="animation"),
        pytest.param("jpeg", repeated(SOF), id="two frames"),
        pytest.param("jpeg", shortened(SOF), id="short frame"),
        pytest.param("jpeg", without(SOF), id="no frame"),
        pytest.param("jpeg", shortened(b"\xff\xdb"), id="short quantization table"),
        pytest.param("jpeg", shortened(b"\xff\xe0", 12), id="short JFIF segment"),
        pytest.param("jpeg gray", shortened(b"\xff\xe2", 11), id="short color profile"),
        pytest.param("jpeg cmyk", shortened(b"\xff\xee"), id="short Adobe segment"),
        pytest.param("jpeg", added(b"\xff\xed", b"Photoshop 3.0\0"), id="Photoshop segment"),
        pytest.param("jpeg", added(b"\xff\xcc", b""), id="arithmetic coding"),
        pytest.param("jpeg exif", lambda parts: parts, id="EXIF"),
    ],
)
def test_files_with_unusual_parts_are_left_to_pillow(name, change):
    plain_size = plain_png_size if "png" in name else plain_jpeg_size
    assert plain_size(with_parts(WHOLE[name], change)) is None


def test_a_png_header_with_a_wrong_checksum_is_left_to_pillow():
    content = WHOLE["png rgb"]
    assert plain_png_size(content)
    assert plain_png_size(content[:30] + bytes([content[30] ^ 1]) + content[31:]) is None


@pytest.mark.parametrize("junk", [b"\xff", b"\0", b"junk"])
def test_a_jpeg_with_junk_between_its_segments_is_left_to_pillow(junk):
    content = WHOLE["jpeg"]
    assert plain_jpeg_size(content)
    assert plain_jpeg_size(content[:20] + junk + content[20:]) is None


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@settings(max_examples=300)
@given(st.sampled_from(sorted(WHOLE)), st.randoms(use_true_random=False))
def test_the_header_and_the_decoded_image_have_the_same_size(name, rng):
    content = mutated(WHOLE[name], rng)
    check_plain_header(content)
    check_decoded_size(content)


PNG = encoded(Image.new("P", (5, 4)), "PNG")
JPEG = encoded(Image.new("RGB", (5, 4)), "JPEG")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("content", "plain_size"), [(PNG, plain_png_size), (JPEG, plain_jpeg_size)], ids=["png", "jpeg"]
)
@given(data=st.data())
def test_plain_size_of_a_damaged_header_equals_the_size_of_pillow(content, plain_size, data):
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, min(len(content) - 1, 700)))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        with Image.open(io.BytesIO(changed)) as image:
            size = image.size
        assert plain_size(bytes(changed)) in {size, None}
