"""Files of camera images have no lens distortion, are upright, and are the files of the release where possible."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf import AssetError, PointCloudError
from segments_hf.export.point_clouds.camera_files import camera_of, image_file, image_size, usable_cameras
from segments_hf.points import project

WIDTH, HEIGHT = 160, 120
LENS = {"model": "brown-conrady", "coefficients": {"k1": -0.2, "k2": 0.02}}
STRAIGHT = {"model": "brown-conrady", "coefficients": {"k1": 0, "k2": 0, "p1": 0}}


def encoded(picture: Image.Image, image_format: str, orientation: int | None = None) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    picture.save(file, image_format, exif=exif)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def picture(mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    width, height = size
    ramp = np.add.outer(np.arange(height), np.arange(width)) // 2
    if mode == "I;16":
        return Image.fromarray((ramp * 200).astype(np.uint16))
    return Image.fromarray(np.stack([ramp, 255 - ramp, ramp // 2], axis=-1).astype(np.uint8)).convert(mode)


def camera(content: bytes | None, distortion: object = None, **fields: Any) -> dict[str, Any]:
    return {
        "name": "front",
        "image": content and {"bytes": content, "path": None},
        "intrinsic_matrix": [[100.0, 0.0, 80.0], [0.0, 100.0, 60.0], [0.0, 0.0, 1.0]],
        "translation": [0.5, 0.0, -0.25],
        "rotation": [0.5, -0.5, 0.5, -0.5],
        "camera_convention": "OpenCV",
        "distortion": distortion,
        **fields,
    }


@pytest.mark.parametrize("distortion", [None, STRAIGHT])
@pytest.mark.parametrize(("stored", "wanted"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("MPO", "JPEG")])
def test_file_of_a_lens_without_distortion_is_that_of_the_release(
    stored: str, wanted: Any, distortion: object, tmp_path: Path
) -> None:
    content = encoded(picture(), stored)
    assert image_file(camera(content, distortion), wanted) == content
    file = tmp_path / "front"
    file.write_bytes(content)
    assert image_file({**camera(None, distortion), "image": {"bytes": None, "path": str(file)}}, wanted) == content


@pytest.mark.parametrize(("stored", "wanted"), [("JPEG", "PNG"), ("WEBP", "PNG"), ("PNG", "JPEG"), ("BMP", "JPEG")])
def test_file_of_another_format_is_converted(stored: str, wanted: Any) -> None:
    content = encoded(picture(), stored)
    found = decoded(image_file(camera(content), wanted))
    assert found.format == wanted
    difference = np.abs(np.asarray(found, int) - np.asarray(decoded(content).convert("RGB"), int))
    assert difference.max() <= (0 if wanted == "PNG" else 8)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1"])
@pytest.mark.parametrize("wanted", ["PNG", "JPEG"])
def test_distorted_image_of_any_mode_becomes_8_bit(mode: str, wanted: Any) -> None:
    found = decoded(image_file(camera(encoded(picture(mode), "PNG"), LENS), wanted))
    assert (found.size, found.format) == ((WIDTH, HEIGHT), wanted)
    assert found.mode == ("L" if mode in {"L", "I;16", "1"} else "RGB")


@pytest.mark.parametrize("distortion", [LENS, {"model": "fisheye", "coefficients": {"k1": 0.02}}])
@pytest.mark.parametrize("wanted", ["PNG", "JPEG"])
def test_object_is_where_the_camera_without_distortion_sees_it(distortion: object, wanted: Any) -> None:
    target = np.array([[5.0, 2.2, -1.5]])
    drawn = camera(None, distortion)
    u, v = project(target, drawn)[0, :2]
    columns, rows = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    spot = 255 * np.exp(-((columns - u) ** 2 + (rows - v) ** 2) / 8)
    content = encoded(Image.fromarray(spot.round().astype(np.uint8)), "PNG")
    found = np.asarray(decoded(image_file(camera(content, distortion), wanted)), float)
    found[found < 20] = 0  # the noise of a JPEG
    center = (found * columns).sum() / found.sum(), (found * rows).sum() / found.sum()
    expected = project(target, {**drawn, "distortion": None})[0, :2]
    assert np.hypot(*(expected - (u, v))) > 2
    np.testing.assert_allclose(center, expected, atol=0.2)


@pytest.mark.parametrize("distortion", [None, LENS])
@pytest.mark.parametrize("stored", ["JPEG", "PNG"])
def test_image_with_an_orientation_becomes_upright(stored: Any, distortion: object) -> None:
    stored_sideways = picture(size=(HEIGHT, WIDTH))
    front = camera(encoded(stored_sideways, stored, orientation=6), distortion)
    assert image_size(front) == (WIDTH, HEIGHT)
    upright = stored_sideways.transpose(Image.Transpose.ROTATE_270)
    expected = decoded(image_file(camera(encoded(upright, stored), distortion), "PNG"))
    found = decoded(image_file(front, stored))
    assert found.getexif().get(0x0112, 1) == 1
    assert np.abs(np.asarray(found, int) - np.asarray(expected, int)).max() <= (0 if stored == "PNG" else 12)


def test_cameras_without_an_image_or_a_calibration_are_not_usable() -> None:
    content = encoded(picture(), "PNG")
    whole = camera(content)
    broken = [{**whole, field: None} for field in ("image", "intrinsic_matrix", "translation", "rotation")]
    assert usable_cameras({"cameras": [*broken, whole]}) == [whole]
    assert usable_cameras({"cameras": None}) == usable_cameras({}) == []


def test_camera_has_the_axes_of_opencv() -> None:
    found = camera_of(camera(None))
    np.testing.assert_allclose(found.rotation, [[0, 0, 1], [-1, 0, 0], [0, -1, 0]], atol=1e-12)
    assert found.translation.tolist() == [0.5, 0.0, -0.25]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"image": {"bytes": b"no image", "path": None}}, AssetError),
        ({"image": {"bytes": None, "path": "/no/such/file.png"}}, AssetError),
        ({"image": {"bytes": encoded(picture(), "PNG")[:-200], "path": None}, "distortion": LENS}, AssetError),
        ({"distortion": {"model": "unknown", "coefficients": {}}}, PointCloudError),
        ({"distortion": LENS, "intrinsic_matrix": [[1, 2], [3, 4]]}, PointCloudError),
    ],
)
def test_errors_name_the_camera(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="camera 'front'"):
        image_file({**camera(encoded(picture(), "PNG")), **changes}, "PNG")


def test_error_of_a_broken_calibration_names_the_camera() -> None:
    with pytest.raises(PointCloudError, match="camera 'front'.*rotation"):
        camera_of(camera(None, rotation=[0, 0, 1]))


def test_intrinsic_matrix_without_an_inverse_is_an_error() -> None:
    flat = camera(encoded(picture(), "PNG"), intrinsic_matrix=[[0.0, 0.0, 80.0], [0.0, 100.0, 60.0], [0.0, 0.0, 1.0]])
    with pytest.raises(PointCloudError, match="camera 'front'.*inverse"):
        camera_of(flat)
