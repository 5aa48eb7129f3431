"""`images="upright"` writes upright copies of images with an EXIF orientation, and copies all other images."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import label, sample
from images.exif_making import HAS_AVIF
from images.images_by_mode import encoded
from PIL import Image
from typer.testing import CliRunner

from segments_hf import export_dataset, load_release
from segments_hf.cli.app import app
from segments_hf.errors import AssetError
from segments_hf.images import open_image
from segments_hf.io.file_content import FileContent

from .making import write

BOX = {"id": 1, "category_id": 3, "type": "bbox", "points": [[1, 2], [5, 9]]}
SIZE = (30, 20)  # stored width and height
VALUES = np.random.default_rng(0).integers(0, 255, SIZE[::-1], np.uint8)
FILE_FORMATS = ["JPEG", "PNG", "TIFF", "WEBP", *(["AVIF"] if HAS_AVIF else [])]


def source_image(mode: str) -> Image.Image:
    """Return an image whose colors change smoothly, so that JPEG compression changes them little.

    An image of the mode ``I;16`` has random values.
    """
    smooth = Image.fromarray(VALUES[:4, :6]).resize(SIZE, Image.Resampling.BICUBIC)
    if mode == "I;16":
        return Image.fromarray(VALUES.astype(np.uint16) * 257)
    return (
        Image.merge(mode, [smooth.rotate(90 * n) for n in range(len(mode))]) if len(mode) > 2 else smooth.convert(mode)
    )


def rotated_file(file_format: str, orientation: int = 6, mode: str = "RGB") -> bytes:
    """Return the content of an image file with an EXIF orientation."""
    if file_format == "TIFF":
        return encoded(source_image(mode), file_format, tiffinfo={0x0112: orientation})
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(source_image(mode), file_format, exif=exif)


def release_of(folder: Path, *contents: bytes) -> Path:
    """Write a release of images with one box each.

    Args:
        folder: The folder of the release.
        contents: The content of each image file.
    """
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        (folder / f"{number}.bin").write_bytes(content)
    samples = [sample(f"{n}.jpg", f"{n}.bin", label(annotations=[BOX])) for n in range(len(contents))]
    return write(folder, samples, "vector")


def exported(data: Any, out: Path, images: str = "upright") -> tuple[Any, dict[str, Any], dict[str, bytes]]:
    """Export to COCO. Return the result, the JSON document, and the content of each image file by its name."""
    result = export_dataset(data, "coco", out, images=images)
    document = json.loads((out / "annotations" / "instances_train.json").read_bytes())
    names = [item["file_name"] for item in document["images"]]
    return result, document, {name: (out / "train" / name).read_bytes() for name in names}


@pytest.mark.each_choice(2)
@pytest.mark.parametrize("embed", [False, True], ids=["files", "bytes"])
@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_copy_of_a_rotated_image_is_upright_without_an_exif_orientation(
    tmp_path: Path, file_format: str, orientation: int, embed: bool
) -> None:
    content = rotated_file(file_format, orientation)
    rows = load_release(release_of(tmp_path / "in", content), embed=embed)
    result, document, files = exported(rows, tmp_path / "out")
    [(name, copy)] = files.items()
    assert result.rotated == result.images == 1
    assert "Rotated 1 image" in str(result)
    expected = np.asarray(open_image(FileContent(content)), int)
    with Image.open(io.BytesIO(copy)) as image:
        assert not image.getexif().get(0x0112)
        assert image.format == (file_format if file_format in {"JPEG", "PNG", "TIFF"} else "PNG")
        assert Path(name).suffix == (".jpg" if image.format == file_format else ".png")
        changes = np.abs(np.asarray(image, int) - expected)
    assert changes.max() <= (12 if file_format == "JPEG" else 0)
    assert (document["images"][0]["width"], document["images"][0]["height"]) == expected.shape[1::-1]


@pytest.mark.parametrize(
    ("file_format", "mode"),
    [("PNG", "I;16"), ("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "1"), ("TIFF", "I;16"), ("TIFF", "F")],
)
def test_copy_has_the_mode_and_the_values_of_the_image(tmp_path: Path, file_format: str, mode: str) -> None:
    content = rotated_file(file_format, 6, mode)
    _, _, files = exported(release_of(tmp_path / "in", content), tmp_path / "out")
    [copy] = files.values()
    upright = open_image(FileContent(content))
    with Image.open(io.BytesIO(copy)) as image:
        assert image.mode == upright.mode
        assert np.array_equal(np.asarray(image), np.asarray(upright))
        assert image.getpalette() == upright.getpalette()


def test_images_stored_upright_are_copied_byte_for_byte_and_labels_do_not_change(tmp_path: Path) -> None:
    contents = [rotated_file("JPEG"), rotated_file("JPEG", 1), encoded(source_image("RGB"), "WEBP", lossless=True)]
    release = release_of(tmp_path / "in", *contents)
    result, document, files = exported(release, tmp_path / "upright")
    _, expected, copies = exported(release, tmp_path / "copy", "copy")
    assert result.rotated == 1
    assert document["annotations"] == expected["annotations"]
    assert document["images"] == expected["images"]
    assert [files[name] == copies[name] for name in files] == [False, True, True]


def test_color_profile_of_a_photograph_is_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(source_image("RGB"), "JPEG", exif=exif, icc_profile=b"a color profile")
    _, _, files = exported(release_of(tmp_path / "in", content), tmp_path / "out")
    with Image.open(io.BytesIO(*files.values())) as image:
        assert image.info["icc_profile"] == b"a color profile"


def test_image_that_would_lose_depth_is_an_error(tmp_path: Path) -> None:
    # Pillow decodes PNG files of three channels of 16 bits to 8 bits.
    import cv2

    values = np.random.default_rng(0).integers(0, 65535, (20, 30, 3), np.uint16)
    without_exif = cv2.imencode(".png", values)[1].tobytes()
    with_exif = rotated_file("PNG")
    start = with_exif.index(b"eXIf") - 4
    chunk = with_exif[start : start + 12 + int.from_bytes(with_exif[start : start + 4], "big")]
    content = without_exif[:33] + chunk + without_exif[33:]  # the signature and the header have 33 bytes
    release = release_of(tmp_path / "in", content, rotated_file("JPEG"))
    with pytest.raises(AssetError, match="16-bit"):
        exported(release, tmp_path / "out")
    result = export_dataset(release, "coco", tmp_path / "skipped", images="upright", on_error="skip")
    assert (result.images, result.left_out["broken"]) == (1, 1)


def test_command_writes_upright_copies(tmp_path: Path) -> None:
    release = release_of(tmp_path / "in", rotated_file("JPEG"))
    arguments = ["export", str(release), "yolo", str(tmp_path / "out"), "--images", "upright", "-q"]
    outcome = CliRunner().invoke(app, arguments)
    assert outcome.exit_code == 0, outcome.output
    [copy] = (tmp_path / "out").rglob("*.jpg")
    with Image.open(copy) as image:
        assert image.size == SIZE[::-1]
