"""The cameras of the format nuscenes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import jpeg
from PIL import Image
from points.planting import planted_cloud

from segments_hf import load_release
from segments_hf.demo import demo_release
from segments_hf.points import boxes, project
from segments_hf.points.undistortion import undistort

from ...making import files
from .nuscenes_reader import Export, export_and_read
from .planted_rows import camera, planted_sequence, png

STREET = demo_release("street-cuboids")


def assert_projections_are_equal(export: Export, row: dict[str, Any]) -> None:
    """Check that the boxes of an export are at the pixels where a camera without lens distortion sees them."""
    (sample_token,) = [
        record["sample_token"]
        for record in export.files("LIDAR_TOP")
        if export.get("sample", record["sample_token"])["timestamp"] == int(row["timestamp"]) // 1000
    ]
    records = [record for record in export.files() if record["sample_token"] == sample_token]
    centers = boxes(row, "sensor").center
    for record, item in zip(records[1:], row["cameras"], strict=True):
        calibration = export.get("calibrated_sensor", record["calibrated_sensor_token"])
        found = np.array([box.center for box in export.boxes_in(record)]) @ np.array(calibration["camera_intrinsic"]).T
        expected = project(centers, {**item, "distortion": None})
        np.testing.assert_allclose(found[:, 2], expected[:, 2], atol=1e-9)
        is_ahead = expected[:, 2] > 0
        np.testing.assert_allclose(found[is_ahead, :2] / found[is_ahead, 2:], expected[is_ahead, :2], rtol=1e-9)


def test_boxes_are_at_the_pixels_of_the_cameras_of_the_release(tmp_path: Path) -> None:
    cameras = [
        camera("front", jpeg((64, 48))),
        camera("side left", png(), camera_convention="OpenCV"),
        camera("CAM_BACK", png()),
    ]
    rows = planted_sequence([planted_cloud(3)], cameras=[cameras])
    export, _ = export_and_read(rows, tmp_path)
    assert_projections_are_equal(export, rows[0])


def test_boxes_are_at_the_pixels_of_undistorted_images(tmp_path: Path) -> None:
    rows = load_release(STREET, split="train", cameras=True)
    export, _ = export_and_read(rows, tmp_path)
    for row in rows:
        assert_projections_are_equal(export, row)
    record = export.files("CAM_FRONT")[0]
    with Image.open(export.folder / record["filename"]) as image:
        found = np.asarray(image)
    expected = undistort(np.asarray(rows[0]["cameras"][0]["image"]), rows[0]["cameras"][0])
    assert (record["height"], record["width"]) == found.shape[:2]
    assert np.abs(found.astype(int) - expected).mean() < 2  # JPEG compression changes the values


def test_images_without_lens_distortion_are_copied_byte_for_byte(tmp_path: Path) -> None:
    images = {"CAM_FRONT": jpeg((64, 48)), "CAM_BACK": png((32, 16))}
    cameras = [camera(name, image) for name, image in images.items()]
    export, result = export_and_read(planted_sequence([planted_cloud(3)], cameras=[cameras]), tmp_path)
    for (name, image), suffix, size in zip(images.items(), ("jpg", "png"), ((64, 48), (32, 16)), strict=True):
        (record,) = export.files(name)
        assert (export.folder / record["filename"]).read_bytes() == image
        assert (record["fileformat"], record["width"], record["height"]) == (suffix, *size)
        assert record["filename"].endswith(f".{suffix}")
    assert not [note for note in result.notes if "camera" in note]


def test_cameras_without_an_image_or_a_calibration_are_left_out_and_noted(tmp_path: Path) -> None:
    cameras = [camera("a", None), camera("b", png(), rotation=None), camera("c", png())]
    export, result = export_and_read(planted_sequence([planted_cloud(3)], cameras=[cameras]), tmp_path)
    assert {sensor["channel"] for sensor in export.tables["sensor"]} == {"LIDAR_TOP", "CAM_C"}
    assert [note for note in result.notes if "2 camera images left out" in note]


def test_export_without_images_has_no_cameras(tmp_path: Path) -> None:
    export, result = export_and_read(STREET, tmp_path, images="none")
    assert [sensor["channel"] for sensor in export.tables["sensor"]] == ["LIDAR_TOP"]
    assert not [name for name in files(export.folder) if "CAM" in name]
    assert not [note for note in result.notes if "camera" in note]


@pytest.mark.parametrize(
    ("names", "channels"),
    [
        (["CAM_FRONT", "CAM_BACK_LEFT"], ["CAM_FRONT", "CAM_BACK_LEFT"]),
        (["front left", "front-left", "Front_Left"], ["CAM_FRONT_LEFT", "CAM_FRONT_LEFT_2", "CAM_FRONT_LEFT_3"]),
        (["a", "a", None, "../../x", "车"], ["CAM_A", "CAM_A_2", "CAM_UNNAMED", "CAM_X", "CAM_UNNAMED_2"]),
    ],
)
def test_cameras_have_unique_channels(names: list[str | None], channels: list[str], tmp_path: Path) -> None:
    cameras = [camera(name, png()) for name in names]
    clouds = [planted_cloud(1), planted_cloud(2)]
    export, _ = export_and_read(planted_sequence(clouds, cameras=[cameras, cameras[:1]]), tmp_path)
    assert [sensor["channel"] for sensor in export.tables["sensor"]] == ["LIDAR_TOP", *channels]
    assert [len(export.files(channel)) for channel in channels] == [2] + [1] * (len(channels) - 1)
    assert all((export.folder / record["filename"]).is_file() for record in export.files())


def test_changed_calibration_has_its_own_record(tmp_path: Path) -> None:
    cameras = [[camera("front", png(), translation=[float(number), 0.0, 0.0])] for number in (0, 0, 1)]
    rows = planted_sequence([planted_cloud(seed) for seed in range(3)], cameras=cameras)
    export, _ = export_and_read(rows, tmp_path)
    calibrations = [
        export.get("calibrated_sensor", record["calibrated_sensor_token"])["translation"]
        for record in export.files("CAM_FRONT")
    ]
    assert calibrations == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
    assert len(export.tables["calibrated_sensor"]) == 3  # two of the camera and one of the lidar
