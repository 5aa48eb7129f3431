"""Images whose EXIF data prevent `datasets` from reading them are repaired, and their pixels do not change."""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib

import datasets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from segments_hf.errors import AssetError
from segments_hf.images import ImageLimits, UnwantedError, check_and_repair, open_image, read_header
from segments_hf.images.exif_data.exif import lenient_orientation, orientation_block
from segments_hf.images.exif_data.exif_repair import with_orientation_only
from segments_hf.images.file_structure import structure_fault
from segments_hf.io.file_content import FileContent

from .exif_making import (
    CONTAINERS,
    HAS_AVIF,
    ORIENTATION,
    SIZE,
    avif,
    encoded,
    entry,
    jpeg,
    jpeg_without_density,
    mutated,
    orientation_entry,
    phone_exif,
    plain_image,
    png,
    png_chunk,
    tiff,
)

LIMITS = ImageLimits(max_bytes=2**24, max_pixels=2**24)
ROTATED_SIZE = SIZE[::-1]


def malformed(order: str = "<", orientation: int = 6) -> bytes:
    """Return EXIF data that Pillow cannot write, because they contain a text in place of a rational number."""
    text = entry(order, 0x011A, 2, 4, b"abc\0")
    return tiff(order, orientation_entry(order, orientation), text).ljust(80, b"\0")


def as_datasets_reads(content: bytes) -> Image.Image:
    return datasets.Image().decode_example({"bytes": content, "path": None})


def upright(orientation: int) -> Image.Image:
    """Return the image that the files of all containers hold, rotated or mirrored by an EXIF orientation."""
    image = plain_image()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image.info["exif"] = exif.tobytes()
    return ImageOps.exif_transpose(image)


def repaired(content: bytes) -> bytes:
    _, repair = check_and_repair(FileContent(content), LIMITS)
    assert repair is not None
    return repair.content


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("container", CONTAINERS)
def test_check_and_repair_keeps_orientation_and_pixel_data(container, order, orientation):
    make, pixels = CONTAINERS[container].make, CONTAINERS[container].pixels
    content = make(malformed(order, orientation))
    header, repair = check_and_repair(FileContent(content), LIMITS)
    if orientation == 1 and container != "avif":  # Pillow writes no EXIF data if it does not rotate
        assert repair is None
        assert as_datasets_reads(content).size == SIZE
        return
    if container != "avif":
        with pytest.raises((TypeError, ValueError)):  # which one depends on the version of Pillow
            as_datasets_reads(content)
    new = repair.content if repair else content
    assert pixels(new) == pixels(content) != b""
    assert structure_fault(new) is None
    shown = as_datasets_reads(new)
    assert shown.size == header.size == read_header(FileContent(new)).size == open_image(FileContent(new)).size
    assert shown.tobytes() == open_image(FileContent(new)).tobytes()
    if container != "avif":  # the AVIF decoder rotates by the orientation of the container
        assert shown.size == upright(orientation).size
    if container.startswith(("png", "webp")):
        assert shown.tobytes() == upright(orientation).tobytes()


@pytest.mark.parametrize("container", CONTAINERS)
def test_check_and_repair_leaves_valid_exif_unchanged(container):
    content = CONTAINERS[container].make(phone_exif(">", 6))
    header, repair = check_and_repair(FileContent(content), LIMITS)
    assert repair is None
    assert header.size == as_datasets_reads(content).size


@functools.cache
def cached_file(container: str) -> bytes:
    return CONTAINERS[container].make(phone_exif("<", 6))


def check_mutated_exif(container: str, seed: int) -> bool:
    """Check an image with faults in its EXIF data, and return whether it was repaired."""
    exif = mutated(random.Random(seed))
    content = CONTAINERS[container].make(exif)
    try:
        header, repair = check_and_repair(FileContent(content), LIMITS)
    except AssetError:
        return False
    new = repair.content if repair else content
    context = f"{container}, seed {seed}: {exif!r}"
    shown = as_datasets_reads(new)
    assert shown.size == header.size, context
    assert shown.tobytes() == open_image(FileContent(new)).tobytes(), context
    assert CONTAINERS[container].pixels(new) == CONTAINERS[container].pixels(content), context
    return repair is not None


@pytest.mark.parametrize("warnings", [pytest.param("ignored", marks=pytest.mark.filterwarnings("ignore")), "raised"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_datasets_reads_every_accepted_image(container, warnings):
    seeds = range(30 if container == "avif" else 100)
    repaired_images = sum(check_mutated_exif(container, seed) for seed in seeds)
    assert repaired_images > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("container", CONTAINERS)
def test_datasets_reads_every_accepted_image_of_many_seeds(container):
    for seed in range(1000, 1300 if container == "avif" else 3000):
        check_mutated_exif(container, seed)


# Damaged EXIF data, by fault, each with the orientation that `lenient_orientation` reads; 1 if it reads none. Pillow
# cannot read most of them.
DAMAGED_EXIF = {
    "unknown byte order": (b"XX*\0" + malformed()[4:], 6),
    "unknown byte order, big-endian": (b"XX\0*" + malformed(">")[4:], 6),
    "truncated directory": (tiff("<", orientation_entry("<", 8))[:-2], 8),
    "directory after the end of the file": (struct.pack("<2sHL", b"II", 42, 10**6), 1),
    "no directory": (b"XX", 1),
    "orientation of 9": (b"XX*\0" + tiff("<", orientation_entry("<", 9))[4:], 1),
    "orientation as a 32-bit integer": (b"XX*\0" + tiff("<", entry("<", ORIENTATION, 4, 1, 3))[4:], 3),
    "orientation as a float": (b"XX*\0" + tiff("<", entry("<", ORIENTATION, 12, 1, 3))[4:], 1),
    "EXIF prefix twice": (b"Exif\0\0Exif\0\0XX*\0" + malformed()[4:], 6),
}


@pytest.mark.parametrize("fault", DAMAGED_EXIF)
def test_lenient_orientation_reads_damaged_exif(fault):
    exif, expected = DAMAGED_EXIF[fault]
    assert (lenient_orientation(exif) or 1) == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pillow_reads_the_orientation_block(orientation):
    exif = Image.Exif()
    exif.load(orientation_block(orientation))
    assert dict(exif) == {ORIENTATION: orientation}


@pytest.mark.parametrize("container", ["jpeg", "png-before", "png-after", "png-text", "webp"])
def test_unreadable_exif_has_the_same_orientation_before_and_after_the_repair(container):
    content = CONTAINERS[container].make(DAMAGED_EXIF["unknown byte order"][0])
    assert open_image(FileContent(content)).size == ROTATED_SIZE  # rows of earlier versions contain such images
    assert as_datasets_reads(repaired(content)).size == ROTATED_SIZE


@pytest.mark.parametrize("kind", [5, 10, 11, 12])
@pytest.mark.filterwarnings("ignore")
def test_orientation_of_any_number_type_is_applied_as_in_datasets(kind):
    value = {
        5: struct.pack("<2L", 6, 1),
        10: struct.pack("<2l", 6, 1),
        11: struct.pack("<f", 6),
        12: struct.pack("<d", 6),
    }
    offset = 0 if kind == 11 else 26  # a value of at most four bytes is stored in the entry
    number = entry("<", ORIENTATION, kind, 1, offset or value[kind])
    content = jpeg(tiff("<", number, data=value[kind]))
    assert as_datasets_reads(content).size == ROTATED_SIZE
    assert open_image(FileContent(content)).size == read_header(FileContent(content)).size == ROTATED_SIZE


def test_image_that_pillow_cannot_open_because_of_its_exif_is_repaired():
    # Pillow fails because it expects two numbers as the resolution, which is a text of one character here.
    length = 8 + 2 + 3 * 12 + 4
    resolution = [entry("<", 0x011A, 2, 1, b"7"), entry("<", 0x0128, 3, 1, struct.pack("<H", 2))]
    content = jpeg_without_density(tiff("<", orientation_entry("<", 6), *resolution, data=bytes(length)))
    with pytest.raises(AssetError):
        open_image(FileContent(content))
    assert as_datasets_reads(repaired(content)).size == ROTATED_SIZE


def text(keyword: bytes, value: bytes, kind: bytes = b"tEXt") -> bytes:
    separator = {b"tEXt": b"\0", b"zTXt": b"\0\0", b"iTXt": b"\0\0\0\0\0"}[kind]
    return png_chunk(kind, keyword + separator + (zlib.compress(value) if kind == b"zTXt" else value))


UNREADABLE_PNG_CHUNKS = {
    "profile that is not hexadecimal": text(b"Raw profile type exif", b"\nexif\n 8\nzz"),
    "EXIF as compressed text": text(b"exif", b"abc", b"zTXt"),
    "EXIF as international text": text(b"exif", b"abc", b"iTXt"),
    "EXIF as plain text": text(b"exif", b"abcdefghi"),
    "EXIF twice": png_chunk(b"eXIf", phone_exif("<", 3)) + png_chunk(b"eXIf", malformed()),
}


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("case", UNREADABLE_PNG_CHUNKS)
def test_png_with_exif_chunks_that_datasets_cannot_read_is_repaired(case, side):
    content = png(**{side: UNREADABLE_PNG_CHUNKS[case]})
    with pytest.raises(Exception):  # noqa: B017  (the cases raise different types)
        as_datasets_reads(content)
    new = repaired(content)
    assert CONTAINERS["png-before"].pixels(new) == CONTAINERS["png-before"].pixels(content)
    assert as_datasets_reads(new).size == open_image(FileContent(new)).size == open_image(FileContent(content)).size


@pytest.mark.parametrize("side", ["before", "after"])
def test_png_with_xmp_as_plain_text_can_be_read(side):
    content = png(**{side: text(b"xmp", b'tiff:Orientation="6"')})  # some versions of Pillow cannot read it
    header, repair = check_and_repair(FileContent(content), LIMITS)
    assert as_datasets_reads(repair.content if repair else content).size == header.size


def test_png_is_rotated_by_the_last_exif_chunk_as_in_datasets():
    content = png(png_chunk(b"eXIf", phone_exif("<", 6)), png_chunk(b"eXIf", phone_exif("<", 3)))
    header, repair = check_and_repair(FileContent(content), LIMITS)
    assert repair is None
    assert as_datasets_reads(content).size == header.size == SIZE


def test_header_of_a_png_with_an_orientation_before_its_pixels_is_read_without_decoding(monkeypatch):
    content = png(before=text(b"XML:com.adobe.xmp", b'tiff:Orientation="6"', b"iTXt"))
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda _: pytest.fail("decoded"))
    assert read_header(FileContent(content)).size == ROTATED_SIZE


@pytest.mark.parametrize("container", CONTAINERS)
@given(data=st.data())
@settings(max_examples=30)
def test_replacing_exif_of_a_damaged_file_never_raises(container, data):
    content = bytearray(cached_file(container))
    for _ in range(data.draw(st.integers(0, 3))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + 4] = data.draw(st.sampled_from([b"\xff" * 4, bytes(4), b"\0\0\0\1", b"Exif"]))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    new = with_orientation_only(cut, data.draw(st.sampled_from([None, 1, 6])))
    assert new is None or len(new) <= len(cut) + 40


def test_long_texts_of_exif_are_shortened_in_messages():
    text = entry("<", 0x011A, 2, 2000, 8 + 2 + 2 * 12 + 4)
    content = jpeg(tiff("<", orientation_entry("<", 6), text, data=b"a" * 1999 + b"\0"))
    _, repair = check_and_repair(FileContent(content), LIMITS)
    assert repair is not None
    assert len(repair.fault) < 400


def test_repair_keeps_xmp_and_texts():
    xmp = b"http://ns.adobe.com/xap/1.0/\0<xmp/>"
    segment = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    content = jpeg(malformed())
    new = repaired(content[:2] + segment + content[2:])
    assert segment in new
    comment = text(b"Comment", b"a meadow")
    assert comment in repaired(png(before=comment + png_chunk(b"eXIf", malformed())))


def test_repair_lengthens_exif_that_is_too_short():
    for make in (jpeg, lambda exif: encoded("WEBP", exif=exif, lossless=True)):
        content = make(b"XX*\0")
        assert structure_fault(repaired(content)) is None
        assert as_datasets_reads(repaired(content)).size == SIZE


def test_repair_keeps_the_second_image_of_an_mpo_readable():
    content = CONTAINERS["mpo"].make(malformed())
    new = repaired(content)
    assert len(new) == len(content)
    with Image.open(io.BytesIO(new)) as after, Image.open(io.BytesIO(content)) as before:
        before.seek(1)
        after.seek(1)
        assert after.tobytes() == before.tobytes()


@pytest.mark.skipif(not HAS_AVIF, reason="this version of Pillow cannot write AVIF")
def test_avif_without_space_for_new_exif_is_refused():
    content = encoded("AVIF", exif=b"Exif\0\0" + tiff("<")[:14])
    broken = content.replace(b"Exif\0\0II*\0", b"Exif\0\0XX*\0")
    assert broken != content
    with pytest.raises(AssetError):
        check_and_repair(FileContent(broken), LIMITS)


@pytest.mark.skipif(not HAS_AVIF, reason="this version of Pillow cannot write AVIF")
def test_repair_changes_only_the_exif_of_an_avif():
    content = avif(b"XX*\0" + malformed()[4:])
    new = repaired(content)
    changed = [position for position, (old, now) in enumerate(zip(content, new, strict=True)) if old != now]
    begin = content.index(b"Exif\0\0XX*\0")
    assert begin - 4 <= changed[0]
    assert changed[-1] < begin + 600


def test_damaged_image_with_valid_exif_is_not_repaired():
    content = jpeg(phone_exif("<", 6))
    for damaged in (content[:-200], content.replace(b"\xff\xc0", b"\xff\xc8")):
        with pytest.raises(AssetError):
            check_and_repair(FileContent(damaged), LIMITS)


def test_limits_apply_to_images_with_malformed_exif():
    with pytest.raises(UnwantedError, match="max_pixels"):
        check_and_repair(FileContent(jpeg(malformed())), ImageLimits(max_bytes=2**20, max_pixels=10))


@pytest.mark.parametrize("file_format", ["GIF", "BMP", "TIFF", "JPEG2000", "PPM"])
def test_formats_without_exif_repair_are_accepted_unchanged(file_format):
    content = encoded(file_format)
    header, repair = check_and_repair(FileContent(content), LIMITS)
    assert repair is None
    assert as_datasets_reads(content).size == header.size == SIZE


@pytest.mark.filterwarnings("ignore")
def test_datasets_reads_every_accepted_tiff():
    accepted = 0
    for seed in range(150):
        generator = random.Random(seed)
        exif = Image.Exif()
        exif[ORIENTATION] = generator.choice([1, 3, 6, 8])
        exif[0x010F], exif[0x011A] = "Apple", 72.0
        content = bytearray(encoded("TIFF", exif=exif))
        directory = int.from_bytes(content[4:8], "little")
        for _ in range(generator.randint(1, 2)):
            entries = int.from_bytes(content[directory : directory + 2], "little")
            start = directory + 2 + 12 * generator.randrange(entries)
            content[start + 2 : start + 4] = struct.pack("<H", generator.randrange(14))
        try:
            header, repair = check_and_repair(FileContent(bytes(content)), LIMITS)
        except AssetError:
            continue
        accepted += 1
        assert repair is None
        assert as_datasets_reads(bytes(content)).size == header.size, seed
    assert accepted
