"""Camera images in exports have no lens distortion and are upright. Images that need no change are copied."""

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
DISTORTION = {"model": "brown-conrady", "coefficients": {"k1": -0.2, "k2": 0.02}}
NO_DISTORTION = {"model": "brown-conrady", "coefficients": {"k1": 0, "k2": 0, "p1": 0}}


def encoded(image: Image.Image, image_format: str, orientation: int | None = None) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    image.save(file, image_format, exif=exif)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def source_image(mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    width, height = size
    gradient = np.add.outer(np.arange(height), np.arange(width)) // 2
    if mode == "I;16":
        return Image.fromarray((gradient * 200).astype(np.uint16))
    return Image.fromarray(np.stack([gradient, 255 - gradient, gradient // 2], axis=-1).astype(np.uint8)).convert(mode)


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


@pytest.mark.parametrize("distortion", [None, NO_DISTORTION])
@pytest.mark.parametrize(("stored_format", "target_format"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("MPO", "JPEG")])
def test_image_without_distortion_is_the_file_of_the_release(
    stored_format: str, target_format: Any, distortion: object, tmp_path: Path
) -> None:
    content = encoded(source_image(), stored_format)
    assert image_file(camera(content, distortion), target_format) == content
    file = tmp_path / "front"
    file.write_bytes(content)
    assert (
        image_file({**camera(None, distortion), "image": {"bytes": None, "path": str(file)}}, target_format) == content
    )


@pytest.mark.parametrize(
    ("stored_format", "target_format"), [("JPEG", "PNG"), ("WEBP", "PNG"), ("PNG", "JPEG"), ("BMP", "JPEG")]
)
def test_image_of_another_file_format_is_converted(stored_format: str, target_format: Any) -> None:
    content = encoded(source_image(), stored_format)
    found = decoded(image_file(camera(content), target_format))
    assert found.format == target_format
    difference = np.abs(np.asarray(found, int) - np.asarray(decoded(content).convert("RGB"), int))
    assert difference.max() <= (0 if target_format == "PNG" else 8)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1"])
@pytest.mark.parametrize("target_format", ["PNG", "JPEG"])
def test_distorted_image_of_any_mode_becomes_8_bit(mode: str, target_format: Any) -> None:
    found = decoded(image_file(camera(encoded(source_image(mode), "PNG"), DISTORTION), target_format))
    assert (found.size, found.format) == ((WIDTH, HEIGHT), target_format)
    assert found.mode == ("L" if mode in {"L", "I;16", "1"} else "RGB")


@pytest.mark.parametrize("distortion", [DISTORTION, {"model": "fisheye", "coefficients": {"k1": 0.02}}])
@pytest.mark.parametrize("target_format", ["PNG", "JPEG"])
def test_spot_in_an_undistorted_image_is_at_the_pixel_of_a_camera_without_distortion(
    distortion: object, target_format: Any
) -> None:
    point = np.array([[5.0, 2.2, -1.5]])
    entry = camera(None, distortion)
    u, v = project(point, entry)[0, :2]
    columns, rows = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    spot = 255 * np.exp(-((columns - u) ** 2 + (rows - v) ** 2) / 8)
    content = encoded(Image.fromarray(spot.round().astype(np.uint8)), "PNG")
    found = np.asarray(decoded(image_file(camera(content, distortion), target_format)), float)
    found[found < 20] = 0  # the noise of a JPEG
    center = (found * columns).sum() / found.sum(), (found * rows).sum() / found.sum()
    expected = project(point, {**entry, "distortion": None})[0, :2]
    assert np.hypot(*(expected - (u, v))) > 2
    np.testing.assert_allclose(center, expected, atol=0.2)


@pytest.mark.parametrize("distortion", [None, DISTORTION])
@pytest.mark.parametrize("stored_format", ["JPEG", "PNG"])
def test_image_with_an_orientation_becomes_upright(stored_format: Any, distortion: object) -> None:
    stored_image = source_image(size=(HEIGHT, WIDTH))
    entry = camera(encoded(stored_image, stored_format, orientation=6), distortion)
    assert image_size(entry) == (WIDTH, HEIGHT)
    upright = stored_image.transpose(Image.Transpose.ROTATE_270)
    expected = decoded(image_file(camera(encoded(upright, stored_format), distortion), "PNG"))
    found = decoded(image_file(entry, stored_format))
    assert found.getexif().get(0x0112, 1) == 1
    assert np.abs(np.asarray(found, int) - np.asarray(expected, int)).max() <= (0 if stored_format == "PNG" else 12)


def test_cameras_without_an_image_or_a_calibration_are_not_usable() -> None:
    content = encoded(source_image(), "PNG")
    complete_entry = camera(content)
    incomplete_entries = [
        {**complete_entry, field: None} for field in ("image", "intrinsic_matrix", "translation", "rotation")
    ]
    assert usable_cameras({"cameras": [*incomplete_entries, complete_entry]}) == [complete_entry]
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
        (
            {"image": {"bytes": encoded(source_image(), "PNG")[:-200], "path": None}, "distortion": DISTORTION},
            AssetError,
        ),
        ({"distortion": {"model": "unknown", "coefficients": {}}}, PointCloudError),
        ({"distortion": DISTORTION, "intrinsic_matrix": [[1, 2], [3, 4]]}, PointCloudError),
    ],
)
def test_errors_name_the_camera(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="camera 'front'"):
        image_file({**camera(encoded(source_image(), "PNG")), **changes}, "PNG")


def test_error_of_a_broken_calibration_names_the_camera() -> None:
    with pytest.raises(PointCloudError, match="camera 'front'.*rotation"):
        camera_of(camera(None, rotation=[0, 0, 1]))


def test_intrinsic_matrix_without_an_inverse_is_an_error() -> None:
    entry = camera(
        encoded(source_image(), "PNG"), intrinsic_matrix=[[0.0, 0.0, 80.0], [0.0, 100.0, 60.0], [0.0, 0.0, 1.0]]
    )
    with pytest.raises(PointCloudError, match="camera 'front'.*inverse"):
        camera_of(entry)
