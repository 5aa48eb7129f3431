"""`images="upright"` writes upright copies of images with an EXIF orientation, and copies all others."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import label, sample
from images.exif_making import HAS_AVIF
from images.odd_images import encoded
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
FORMATS = ["JPEG", "PNG", "TIFF", "WEBP", *(["AVIF"] if HAS_AVIF else [])]


def picture(mode: str) -> Image.Image:
    """Return an image with smooth changes, so that JPEG changes it little."""
    smooth = Image.fromarray(VALUES[:4, :6]).resize(SIZE, Image.Resampling.BICUBIC)
    if mode == "I;16":
        return Image.fromarray(VALUES.astype(np.uint16) * 257)
    return (
        Image.merge(mode, [smooth.rotate(90 * n) for n in range(len(mode))]) if len(mode) > 2 else smooth.convert(mode)
    )


def rotated_file(kind: str, orientation: int = 6, mode: str = "RGB") -> bytes:
    if kind == "TIFF":
        return encoded(picture(mode), kind, tiffinfo={0x0112: orientation})
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture(mode), kind, exif=exif)


def release_of(folder: Path, *contents: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        (folder / f"{number}.bin").write_bytes(content)
    samples = [sample(f"{n}.jpg", f"{n}.bin", label(annotations=[BOX])) for n in range(len(contents))]
    return write(folder, samples, "vector")


def exported(data: Any, out: Path, images: str = "upright") -> tuple[Any, dict[str, Any], dict[str, bytes]]:
    result = export_dataset(data, "coco", out, images=images)
    content = json.loads((out / "annotations" / "instances_train.json").read_bytes())
    names = [item["file_name"] for item in content["images"]]
    return result, content, {name: (out / "train" / name).read_bytes() for name in names}


@pytest.mark.each_choice(2)
@pytest.mark.parametrize("embed", [False, True], ids=["files", "bytes"])
@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
@pytest.mark.parametrize("kind", FORMATS)
def test_copy_of_a_rotated_image_is_upright_without_exif(
    tmp_path: Path, kind: str, orientation: int, embed: bool
) -> None:
    content = rotated_file(kind, orientation)
    rows = load_release(release_of(tmp_path / "in", content), embed=embed)
    result, document, files = exported(rows, tmp_path / "out")
    [(name, copy)] = files.items()
    assert result.rotated == result.images == 1
    assert "Rotated 1 image" in str(result)
    expected = np.asarray(open_image(FileContent(content)), int)
    with Image.open(io.BytesIO(copy)) as read:
        assert not read.getexif().get(0x0112)
        assert read.format == (kind if kind in {"JPEG", "PNG", "TIFF"} else "PNG")
        assert Path(name).suffix == (".jpg" if read.format == kind else ".png")
        changes = np.abs(np.asarray(read, int) - expected)
    assert changes.max() <= (12 if kind == "JPEG" else 0)
    assert (document["images"][0]["width"], document["images"][0]["height"]) == expected.shape[1::-1]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "I;16"), ("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "1"), ("TIFF", "I;16"), ("TIFF", "F")],
)
def test_copy_has_the_mode_and_the_values_of_the_image(tmp_path: Path, kind: str, mode: str) -> None:
    content = rotated_file(kind, 6, mode)
    _, _, files = exported(release_of(tmp_path / "in", content), tmp_path / "out")
    [copy] = files.values()
    upright = open_image(FileContent(content))
    with Image.open(io.BytesIO(copy)) as read:
        assert read.mode == upright.mode
        assert np.array_equal(np.asarray(read), np.asarray(upright))
        assert read.getpalette() == upright.getpalette()


def test_other_images_are_copied_byte_for_byte_and_labels_do_not_change(tmp_path: Path) -> None:
    contents = [rotated_file("JPEG"), rotated_file("JPEG", 1), encoded(picture("RGB"), "WEBP", lossless=True)]
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
    content = encoded(picture("RGB"), "JPEG", exif=exif, icc_profile=b"a color profile")
    _, _, files = exported(release_of(tmp_path / "in", content), tmp_path / "out")
    with Image.open(io.BytesIO(*files.values())) as read:
        assert read.info["icc_profile"] == b"a color profile"


def test_image_that_would_lose_depth_is_an_error(tmp_path: Path) -> None:
    # Pillow decodes PNG files of three channels of 16 bits to 8 bits.
    import cv2

    values = np.random.default_rng(0).integers(0, 65535, (20, 30, 3), np.uint16)
    plain = cv2.imencode(".png", values)[1].tobytes()
    rotated = rotated_file("PNG")
    start = rotated.index(b"eXIf") - 4
    chunk = rotated[start : start + 12 + int.from_bytes(rotated[start : start + 4], "big")]
    release = release_of(tmp_path / "in", plain[:33] + chunk + plain[33:], rotated_file("JPEG"))
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
    with Image.open(copy) as read:
        assert read.size == SIZE[::-1]
