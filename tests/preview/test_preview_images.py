"""Images on a page are scaled and compressed, and have the colors that training code sees."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from assets.fetching import encoded
from dataset.making import bitmap, label, sample
from PIL import Image

import segments_hf
from preview.reading import Page, content_of, image_of, page_of, unpacked
from segments_hf.bitmaps import decode_bitmap, instance_mask
from segments_hf.demo import demo_release


def page_of_image(write_release: Any, folder: Path, content: bytes, **options: Any) -> Page:
    """Return the page of one sample whose image file has this content."""
    (folder / "a.bin").write_bytes(content)
    return page_of(write_release([sample("a", "a.bin")]), folder, **options)


def test_images_are_scaled_and_masks_are_scaled_by_nearest_neighbor(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path, size=100)
    rows = segments_hf.load_release(demo_release(), split="train")
    detail, row = page.details[0], rows[0]
    assert detail["size"] == [100, 75]
    assert image_of(detail["image"]).size == (100, 75)
    ids = decode_bitmap(row["segmentation_bitmap"])
    ys, xs = ((np.arange(count) + 0.5) * 4.8 for count in (75, 100))
    full_mask = instance_mask(ids, row["annotations"])
    assert np.array_equal(unpacked(detail["numbers"]), full_mask[ys.astype(int)][:, xs.astype(int)])
    assert detail["objects"][0]["area"] == np.sum(full_mask == 1)  # in the original bitmap


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_images_are_rotated_upright_and_lose_their_metadata(orientation: int, tmp_path: Path, write_release) -> None:
    image = Image.new("RGB", (64, 48), (20, 20, 200))
    image.paste((220, 30, 30), (0, 0, 24, 20))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "a secret"
    content = encoded(image, "JPEG", quality=95, exif=exif)
    with Image.open(io.BytesIO(content)) as original:
        upright = datasets.Image().decode_example({"bytes": content, "path": None})
        assert original.size == (64, 48)
    detail = page_of_image(write_release, tmp_path, content).details[0]
    assert detail["full_size"] == list(upright.size)
    shown = image_of(detail["image"])
    assert shown.size == upright.size
    assert np.abs(np.asarray(shown, int) - np.asarray(upright, int)).mean() < 6
    assert b"secret" not in content_of(detail["image"])


@pytest.mark.parametrize(
    ("image", "file_format", "expected"),
    [
        (Image.new("RGBA", (4, 4), (250, 0, 0, 255)), "PNG", (250, 0, 0)),
        (Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("L", (4, 4), 99), "PNG", (99, 99, 99)),
        (Image.new("P", (4, 4)), "PNG", (0, 0, 0)),
        (Image.fromarray(np.array([[0, 4095]] * 2, np.uint16)), "PNG", (0, 0, 0)),
        (Image.fromarray(np.full((2, 2), 7, np.int32)), "TIFF", (0, 0, 0)),
        (Image.new("RGB", (4, 4), (10, 200, 30)), "BMP", (10, 200, 30)),
        (Image.new("RGB", (4, 4), (10, 200, 30)), "GIF", (10, 200, 30)),
    ],
)
def test_images_of_each_mode_keep_their_colors(
    image: Image.Image, file_format: str, expected: tuple[int, ...], tmp_path: Path, write_release
) -> None:
    detail = page_of_image(write_release, tmp_path, encoded(image, file_format)).details[0]
    assert detail["notices"] == []
    shown = image_of(detail["image"])
    assert shown.format in {"WEBP", "PNG", "JPEG", "GIF"}
    color = np.asarray(shown.convert("RGB"), int)[0, 0]
    assert np.abs(color - expected).max() <= 6


def test_images_of_16_bits_are_scaled_to_8_bits(tmp_path: Path, write_release) -> None:
    image = Image.fromarray(np.repeat([[1000, 3000]], 16, axis=0).repeat(16, axis=1).astype(np.uint16))
    shown = np.asarray(image_of(page_of_image(write_release, tmp_path, encoded(image, "PNG")).details[0]["image"]))
    assert shown[8, 4].max() < 8
    assert shown[8, 28].min() > 247


def noise(width: int, height: int) -> bytes:
    """Return a PNG file of random pixels, which every encoder compresses badly."""
    return encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)), "PNG")


def test_image_with_many_bytes_is_compressed_and_then_scaled_down(tmp_path: Path, write_release) -> None:
    detail = page_of_image(write_release, tmp_path, noise(900, 700)).details[0]
    assert len(content_of(detail["image"])) < 190_000
    assert image_of(detail["image"]).size == tuple(detail["size"])
    assert 320 < detail["size"][0] < 900
    assert detail["full_size"] == [900, 700]


def test_images_on_a_page_of_many_samples_have_fewer_bytes_and_masks_have_the_size_of_the_images(
    tmp_path: Path, write_release
) -> None:
    with Image.open(io.BytesIO(noise(160, 120))) as small:
        small.resize((640, 480)).save(tmp_path / "a.png")
    ids = np.arange(8).repeat(80)[None].repeat(480, axis=0)
    (tmp_path / "mask.png").write_bytes(bitmap(ids))
    annotations = [{"id": number, "category_id": 1} for number in range(1, 8)]
    labels = label(annotations=annotations, segmentation_bitmap={"url": "mask.png"})
    release = write_release([sample("a", "a.png", labels)])
    few = page_of(release, tmp_path)
    many = page_of(segments_hf.load_release(release, streaming=True), tmp_path)  # a stream may have up to 1,000 rows
    for page, max_bytes in ((few, 190_000), (many, 38_000)):
        detail, thumb = page.details[0], page.thumbs[0]
        assert len(content_of(detail["image"])) + len(content_of(thumb["image"])) <= max_bytes
        shown = unpacked(detail["numbers"])
        assert image_of(detail["image"]).size == tuple(detail["size"]) == shown.shape[::-1]
        columns = ((np.arange(shown.shape[1]) + 0.5) * 640 / shown.shape[1]).astype(int)
        assert np.array_equal(shown, ids[: shown.shape[0], columns])  # the exact id of each shown pixel
    assert many.details[0]["size"] < few.details[0]["size"]


@pytest.mark.parametrize("size", [100, 400])
def test_size_limits_the_longest_side_of_the_image(tmp_path: Path, write_release, size: int) -> None:
    detail = page_of_image(write_release, tmp_path, noise(600, 300), size=size).details[0]
    assert detail["size"] == [size, size // 2]
