"""Images have suffixes that readers of the format open; others are converted or left out, and counted."""

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

from .making import ANNOTATIONS, IDS, SIZE, bitmap_release, files, write
from .ultralytics_rules import check_folder

# Name and format of a picture, the name in a YOLO export, and whether it is converted.
PICTURES = [
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


def picture(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    colors = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    Image.fromarray(colors).save(file, kind, **options)
    return file.getvalue()


def release(folder: Path, pictures: list[Any] = PICTURES) -> Path:
    folder.mkdir(exist_ok=True)
    whole = label(annotations=ANNOTATIONS, segmentation_bitmap={"url": "bitmap.png"})
    (folder / "bitmap.png").write_bytes(bitmap(IDS))
    samples = []
    for number, (name, kind, *_) in enumerate(pictures):
        (folder / f"{number}.bin").write_bytes(picture(kind))
        samples.append(sample(name, f"{number}.bin", whole))
    return write(folder, samples, "segmentation-bitmap")


@pytest.mark.parametrize("embed", [False, True], ids=["files", "bytes"])
def test_yolo_export_converts_images_that_ultralytics_does_not_open(tmp_path: Path, embed: bool) -> None:
    rows = load_release(release(tmp_path), embed=embed)
    done = export_dataset(rows, "yolo", tmp_path / "out", images="convert")
    images = tmp_path / "out" / "images" / "train"
    assert files(images) == {wanted for *_, wanted, _ in PICTURES}
    assert (done.images, done.converted) == (len(PICTURES), sum(converted for *_, converted in PICTURES))
    check_folder(tmp_path / "out", "detect")
    for number, (_, kind, wanted, converted) in enumerate(PICTURES):
        source = tmp_path / f"{number}.bin"
        if not converted:
            assert (images / wanted).read_bytes() == source.read_bytes()
            continue
        with Image.open(images / wanted) as made, Image.open(source) as original:
            assert made.format == "PNG"
            if kind != "JPEG2000":
                np.testing.assert_array_equal(made.convert("RGB"), original.convert("RGB"))


@pytest.mark.parametrize("images", ["copy", "link"])
def test_yolo_export_leaves_out_images_that_ultralytics_does_not_open(
    tmp_path: Path, images: str, caplog: pytest.LogCaptureFixture
) -> None:
    done = export_dataset(load_release(release(tmp_path)), "yolo", tmp_path / "out", images=images)
    opened = [wanted for *_, wanted, converted in PICTURES if not converted]
    assert files(tmp_path / "out" / "images" / "train") == set(opened)
    assert len(files(tmp_path / "out" / "labels")) == len(opened)
    assert (done.images, done.left_out) == (len(opened), {"unsupported image format": len(PICTURES) - len(opened)})
    assert "images='convert'" in caplog.text
    check_folder(tmp_path / "out", "detect")


def test_export_without_images_has_labels_of_all_rows(tmp_path: Path) -> None:
    done = export_dataset(load_release(release(tmp_path)), "yolo", tmp_path / "out", images="none")
    assert done.images == len(files(tmp_path / "out" / "labels")) == len(PICTURES)


@pytest.mark.parametrize("name", ["coco", "semantic", "pascal-voc"])
def test_formats_whose_readers_open_all_images_copy_them(tmp_path: Path, name: str) -> None:
    done = export_dataset(load_release(release(tmp_path)), name, tmp_path / "out", images="convert")
    assert (done.images, done.converted, done.left_out) == (len(PICTURES), 0, {})
    (gif,) = (tmp_path / "out").rglob("h.gif")
    assert gif.read_bytes() == (tmp_path / "7.bin").read_bytes()


def test_converted_image_is_upright_under_its_label(tmp_path: Path) -> None:
    path = release(tmp_path, [("a.jp2", "JPEG2000")])
    turned = Image.new("L", SIZE[::-1])
    turned.putpixel((0, 0), 255)
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    turned.save(file, "AVIF", exif=exif, quality=100, subsampling="4:4:4")
    (tmp_path / "0.bin").write_bytes(file.getvalue())
    export_dataset(load_release(path), "yolo", tmp_path / "out", images="convert")
    with Image.open(tmp_path / "out/images/train/a.png") as made:
        assert made.size == SIZE
        assert not made.getexif()
        gray = np.asarray(made.convert("L"))
    assert np.unravel_index(gray.argmax(), gray.shape) == (0, SIZE[0] - 1)


def test_export_command_counts_converted_and_left_out_images(tmp_path: Path) -> None:
    path = str(release(tmp_path))
    left_out = CliRunner().invoke(app, ["export", path, "yolo", str(tmp_path / "a"), "-q"])
    assert left_out.exit_code == 0, left_out.output
    assert "4" in left_out.output
    assert "--images convert" in left_out.output
    converted = CliRunner().invoke(app, ["export", path, "yolo", str(tmp_path / "b"), "-q", "--images", "convert"])
    assert converted.exit_code == 0, converted.output
    assert "PNG" in converted.output


def test_export_without_supported_images_raises_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="convert"):
        export_dataset(load_release(release(tmp_path, [("a.gif", "GIF")])), "yolo", tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["..", "/", "a/" * 3000 + "b.jpg", ("x" * 150 + "/") * 40 + "b.jpg"], ids=["dots", "empty", "deep", "long"]
)
@pytest.mark.parametrize("export_format", ["yolo", "coco", "pascal-voc", "semantic", "coco-panoptic"])
def test_name_that_cannot_become_a_path_follows_on_error(tmp_path: Path, name: str, export_format: str) -> None:
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, name: True, "c.jpg": True}))
    with pytest.raises(PathError, match="on_error='skip'"):
        export_dataset(rows, export_format, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    done = export_dataset(rows, export_format, tmp_path / "out", on_error="skip")
    assert (done.images, done.left_out) == (2, {"broken": 1})


def test_export_writes_longest_accepted_name(tmp_path: Path) -> None:
    samples = {
        ("x" * 150 + "/") * parts + "y" * length + ".jpg": True for parts in (22, 24, 25) for length in range(1, 160, 8)
    }
    rows = load_release(bitmap_release(tmp_path, samples))
    done = export_dataset(rows, "yolo", tmp_path / "out", on_error="skip")
    assert done.images
    assert done.left_out["broken"]
