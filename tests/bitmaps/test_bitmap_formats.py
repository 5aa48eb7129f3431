"""`decode_bitmap` reads the same ids from every format that stores ids exactly, and refuses all other formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from images.bitmap_files import COLOR_IDS, EXACT, GRAY_IDS, INEXACT, color, encoded, gray, with_palette
from PIL import Image

from segments_hf.bitmaps import (
    binary_masks,
    boxes,
    decode_bitmap,
    get_semantic_bitmap,
    instance_mask,
    panoptic,
    semantic_mask,
)
from segments_hf.errors import BitmapError

pytestmark = pytest.mark.usefixtures("extra")


@pytest.mark.parametrize("name", EXACT)
def test_decode_bitmap_reads_exact_formats(name: str, tmp_path: Path) -> None:
    make, ids = EXACT[name]
    content = make()
    (tmp_path / "bitmap").write_bytes(content)
    for bitmap in (content, tmp_path / "bitmap", {"bytes": content, "path": None}):
        np.testing.assert_array_equal(decode_bitmap(bitmap), ids)


@pytest.mark.parametrize("name", INEXACT)
def test_decode_bitmap_refuses_inexact_formats(name: str, tmp_path: Path) -> None:
    content = INEXACT[name]()
    (tmp_path / "bitmap").write_bytes(content)
    for bitmap in (content, tmp_path / "bitmap", {"bytes": content, "path": None}):
        with pytest.raises(BitmapError, match="got .*expected"):
            decode_bitmap(bitmap, known_ids=range(256))


def test_decode_bitmap_reads_interlaced_png() -> None:
    """An interlaced PNG stores its pixels in seven passes (PNG specification, section 8)."""
    import zlib

    from images.bitmap_files import HEIGHT, WIDTH, chunk, png

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    lines = b"".join(
        b"\0" + GRAY_IDS[y, left::step_x].astype(np.uint8).tobytes()
        for left, top, step_x, step_y in passes
        for y in range(top, HEIGHT, step_y)
        if left < WIDTH
    )
    plain = png(8, 0, interlace=1)
    content = plain[:33] + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    np.testing.assert_array_equal(decode_bitmap(content), GRAY_IDS)


def test_decode_bitmap_refuses_pil_image_of_lossy_format() -> None:
    import io

    with Image.open(io.BytesIO(encoded(gray(), "JPEG"))) as picture, pytest.raises(BitmapError, match="JPEG"):
        decode_bitmap(picture)


PALETTE_PNG = encoded(with_palette(), "PNG")
ANNOTATIONS = [{"id": number, "category": 3, "category_id": 3} for number in np.unique(COLOR_IDS).tolist() if number]


def test_decode_bitmap_reads_palette_whose_colors_are_ids_of_annotations() -> None:
    ids = [item["id"] for item in ANNOTATIONS]
    np.testing.assert_array_equal(decode_bitmap(PALETTE_PNG, known_ids=[*ids, 5]), COLOR_IDS)
    np.testing.assert_array_equal(decode_bitmap(with_palette(), known_ids=ids), COLOR_IDS)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_decode_bitmap_reads_palette_colors_if_the_indices_have_few_bits(bits: int) -> None:
    picture = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    picture.putpalette([0, 0, 0, 1, 2, 3])
    content = encoded(picture, "PNG", bits=bits)
    np.testing.assert_array_equal(decode_bitmap(content, known_ids=[197121]), [[0, 197121], [197121, 0]])


@pytest.mark.parametrize(
    "known_ids",
    [
        pytest.param(None, id="annotations unknown"),
        pytest.param([], id="no annotations"),
        pytest.param([item["id"] for item in ANNOTATIONS[1:]], id="one color is not an id"),
        pytest.param(range(256), id="ids of annotations are the palette indices"),
    ],
)
def test_decode_bitmap_refuses_palette_whose_colors_are_not_ids_of_annotations(known_ids: object) -> None:
    with pytest.raises(BitmapError, match="palette indices .*palette colors.*expected"):
        decode_bitmap(PALETTE_PNG, known_ids=known_ids)


def test_decode_bitmap_refuses_palette_with_the_same_color_twice() -> None:
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    picture.putpalette([0, 0, 0] * 3)
    with pytest.raises(BitmapError, match="same color"):
        decode_bitmap(encoded(picture, "PNG"), known_ids=[1, 2])


def test_mask_functions_read_palette_whose_colors_are_ids_of_annotations() -> None:
    rgba = encoded(color(), "PNG")
    for function in (semantic_mask, instance_mask, binary_masks, panoptic, get_semantic_bitmap):
        expected, found = function(rgba, ANNOTATIONS), function(PALETTE_PNG, ANNOTATIONS)
        results = (result if isinstance(result, tuple) else (result,) for result in (expected, found))
        for expected_part, found_part in zip(*results, strict=True):
            assert np.array_equal(expected_part, found_part)
    with pytest.raises(BitmapError, match="palette"):
        boxes(PALETTE_PNG)
