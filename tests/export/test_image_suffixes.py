"""YOLO exports have only images that ultralytics can open: others are converted or left out.

Also, samples whose names cannot become paths are an error or are skipped.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import bitmap, label, sample
from PIL import Image
from typer.testing import CliRunner

from segments_hf import export_dataset, load_release
from segments_hf.cli.app import app
from segments_hf.errors import OptionError, PathError

from .formats.ultralytics_rules import check_folder
from .making import ANNOTATIONS, IDS, SIZE, bitmap_release, files, write

# The name of the sample, the file format, the name of the image in a YOLO export, and whether the image is converted.
IMAGES = [
    ("a.jpg", "JPEG", "a.jpg", False),
    ("b.jfif", "JPEG", "b.jpg", False),
    ("c.JPE", "JPEG", "c.jpg", False),
    ("d.PNG", "PNG", "d.PNG", False),
    ("e.webp", "WEBP", "e.webp", False),
    ("f.bmp", "BMP", "f.bmp", False),
    ("g", "TIFF", "g.tif", False),
    ("h.gif", "GIF", "h.png", True),
    ("i.ppm", "PPM", "i.png", True),
    ("j.jpg", "GIF", "j.png", True),
    ("k.jp2", "JPEG2000", "k.png", True),
    ("l.pdf", "PNG", "l.png", False),
]


def image_bytes(file_format: str, **options: Any) -> bytes:
    """Return the content of an image file with random colors."""
    file = io.BytesIO()
    colors = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    Image.fromarray(colors).save(file, file_format, **options)
    return file.getvalue()


def image_release(folder: Path, images: list[Any] = IMAGES) -> Path:
    """Write a release in which each image has the same bitmap. The name of an image file is its number.

    Args:
        folder: The folder of the release.
        images: The name of the sample and the file format of each image; other values are ignored.
    """
    folder.mkdir(exist_ok=True)
    bitmap_label = label(annotations=ANNOTATIONS, segmentation_bitmap={"url": "bitmap.png"})
    (folder / "bitmap.png").write_bytes(bitmap(IDS))
    samples = []
    for number, (name, file_format, *_) in enumerate(images):
        (folder / f"{number}.bin").write_bytes(image_bytes(file_format))
        samples.append(sample(name, f"{number}.bin", bitmap_label))
    return write(folder, samples, "segmentation-bitmap")


@pytest.mark.parametrize("embed", [False, True], ids=["files", "bytes"])
def test_yolo_export_converts_images_that_ultralytics_cannot_open(tmp_path: Path, embed: bool) -> None:
    rows = load_release(image_release(tmp_path), embed=embed)
    result = export_dataset(rows, "yolo", tmp_path / "out", images="convert")
    images = tmp_path / "out" / "images" / "train"
    assert files(images) == {expected for *_, expected, _ in IMAGES}
    assert (result.images, result.converted) == (len(IMAGES), sum(converted for *_, converted in IMAGES))
    check_folder(tmp_path / "out", "detect")
    for number, (_, file_format, expected, converted) in enumerate(IMAGES):
        source = tmp_path / f"{number}.bin"
        if not converted:
            assert (images / expected).read_bytes() == source.read_bytes()
            continue
        with Image.open(images / expected) as converted_image, Image.open(source) as original:
            assert converted_image.format == "PNG"
            if file_format != "JPEG2000":
                np.testing.assert_array_equal(converted_image.convert("RGB"), original.convert("RGB"))


@pytest.mark.parametrize("images", ["copy", "link"])
def test_yolo_export_leaves_out_images_that_ultralytics_cannot_open(
    tmp_path: Path, images: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = export_dataset(load_release(image_release(tmp_path)), "yolo", tmp_path / "out", images=images)
    supported_names = [expected for *_, expected, converted in IMAGES if not converted]
    assert files(tmp_path / "out" / "images" / "train") == set(supported_names)
    assert len(files(tmp_path / "out" / "labels")) == len(supported_names)
    assert (result.images, result.left_out) == (
        len(supported_names),
        {"unsupported image format": len(IMAGES) - len(supported_names)},
    )
    assert "images='convert'" in caplog.text
    check_folder(tmp_path / "out", "detect")


def test_export_without_images_has_labels_of_all_rows(tmp_path: Path) -> None:
    result = export_dataset(load_release(image_release(tmp_path)), "yolo", tmp_path / "out", images="none")
    assert result.images == len(files(tmp_path / "out" / "labels")) == len(IMAGES)


@pytest.mark.parametrize("name", ["coco", "semantic", "pascal-voc"])
def test_other_formats_copy_images_of_every_image_format(tmp_path: Path, name: str) -> None:
    result = export_dataset(load_release(image_release(tmp_path)), name, tmp_path / "out", images="convert")
    assert (result.images, result.converted, result.left_out) == (len(IMAGES), 0, {})
    (gif,) = (tmp_path / "out").rglob("h.gif")
    assert gif.read_bytes() == (tmp_path / "7.bin").read_bytes()


def test_converted_image_is_rotated_as_its_exif_says(tmp_path: Path) -> None:
    path = image_release(tmp_path, [("a.jp2", "JPEG2000")])
    stored_image = Image.new("L", SIZE[::-1])
    stored_image.putpixel((0, 0), 255)
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    stored_image.save(file, "AVIF", exif=exif, quality=100, subsampling="4:4:4")
    (tmp_path / "0.bin").write_bytes(file.getvalue())
    export_dataset(load_release(path), "yolo", tmp_path / "out", images="convert")
    with Image.open(tmp_path / "out/images/train/a.png") as image:
        assert image.size == SIZE
        assert not image.getexif()
        gray = np.asarray(image.convert("L"))
    assert np.unravel_index(gray.argmax(), gray.shape) == (0, SIZE[0] - 1)


def test_export_command_reports_left_out_and_converted_images(tmp_path: Path) -> None:
    path = str(image_release(tmp_path))
    copied = CliRunner().invoke(app, ["export", path, "yolo", str(tmp_path / "a"), "-q"])
    assert copied.exit_code == 0, copied.output
    assert "4" in copied.output
    assert "--images convert" in copied.output
    converted = CliRunner().invoke(app, ["export", path, "yolo", str(tmp_path / "b"), "-q", "--images", "convert"])
    assert converted.exit_code == 0, converted.output
    assert "PNG" in converted.output


def test_export_without_supported_images_raises_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="convert"):
        export_dataset(load_release(image_release(tmp_path, [("a.gif", "GIF")])), "yolo", tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["..", "/", "a/" * 3000 + "b.jpg", ("x" * 150 + "/") * 40 + "b.jpg"], ids=["dots", "empty", "deep", "long"]
)
@pytest.mark.parametrize("export_format", ["yolo", "coco", "pascal-voc", "semantic", "coco-panoptic"])
def test_sample_name_that_cannot_become_a_path_raises_error_or_is_skipped(
    tmp_path: Path, name: str, export_format: str
) -> None:
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, name: True, "c.jpg": True}))
    with pytest.raises(PathError, match="on_error='skip'"):
        export_dataset(rows, export_format, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    result = export_dataset(rows, export_format, tmp_path / "out", on_error="skip")
    assert (result.images, result.left_out) == (2, {"broken": 1})


def test_sample_names_of_about_the_maximum_length_are_written_or_left_out(tmp_path: Path) -> None:
    samples = {
        ("x" * 150 + "/") * parts + "y" * length + ".jpg": True for parts in (22, 24, 25) for length in range(1, 160, 8)
    }
    rows = load_release(bitmap_release(tmp_path, samples))
    result = export_dataset(rows, "yolo", tmp_path / "out", on_error="skip")
    assert result.images
    assert result.left_out["broken"]
