"""The data of a page contain the images of the cameras, and the boxes over these images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import datasets
import numpy as np
import pytest
from PIL import Image

import segments_hf
from preview.cameras import FISHEYE, camera_release, front_box, front_camera, lines_of_path
from preview.reading import content_of, image_of, page_of
from segments_hf.demo import demo_release

MAX_IMAGE_BYTES = 190_000


def lines_of_box() -> np.ndarray:
    """Return the ends of the edges and of the heading of `front_box`, in OpenCV axes: array of shape (13, 2, 3)."""
    corners = np.array([[x, y, z] for x in (7, 9) for y in (0, 2) for z in (-1, 1)], float)
    pairs = [(a, b) for a in range(8) for b in range(a) if (a ^ b).bit_count() == 1]
    edges = [[corners[a], corners[b]] for a, b in pairs]
    in_sensor = np.array([*edges, [[8, 1, -1], [9, 1, -1]]], float)
    return np.stack([-in_sensor[..., 1], -in_sensor[..., 2], in_sensor[..., 0]], axis=-1)


def distances(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return the distance of each point from a line of several segments.

    Args:
        points: Array of shape (N, 2).
        line: The ends of the segments: array of shape (K, 2).
    """
    starts, directions = line[:-1], np.diff(line, axis=0)
    offsets = points[:, None] - starts
    shares = np.clip((offsets * directions).sum(-1) / (directions**2).sum(-1), 0, 1)
    return np.asarray(np.linalg.norm(offsets - shares[..., None] * directions, axis=-1).min(axis=1))


@pytest.mark.parametrize(("distortion", "size"), [(None, 640), (None, 320), (FISHEYE, 320)])
def test_boxes_are_where_opencv_projects_their_edges(tmp_path: Path, distortion: Any, size: int) -> None:
    camera = front_camera(tmp_path, distortion=distortion)
    [detail, _] = page_of(camera_release(tmp_path, [camera], front_box()), tmp_path, cameras=True, size=size).details
    [shown] = detail["cameras"]
    assert (shown["name"], shown["size"], shown["full_size"]) == ("front", [size, size * 3 // 4], [640, 480])
    assert image_of(shown["image"]).size == (size, size * 3 // 4)
    [[number, path]] = shown["boxes"]
    assert number == 1
    lines = lines_of_path(path)
    matrix, zeros, steps = (
        np.array(camera["intrinsics"]["intrinsic_matrix"], float),
        np.zeros(3),
        np.linspace(0, 1, 200),
    )
    for start, end in lines_of_box():
        points = (start + steps[:, None] * (end - start)).reshape(-1, 1, 3)
        if distortion:
            pixels, _ = cv2.fisheye.projectPoints(points, zeros, zeros, matrix, np.array([0.1, -0.02, 0, 0]))
        else:
            pixels, _ = cv2.projectPoints(points, zeros, zeros, matrix, None)
        expected = pixels.reshape(-1, 2) * size / 640
        assert min(distances(expected, line).max() for line in lines) < 0.25
    assert len(lines) == 13
    assert distortion or all(len(line) == 2 for line in lines)


def test_page_has_no_cameras_without_the_option(tmp_path: Path) -> None:
    page = page_of(camera_release(tmp_path, [front_camera(tmp_path)], front_box()), tmp_path)
    assert [(detail["cameras"], detail["notices"]) for detail in page.details] == [([], [])] * 2


def test_box_behind_the_camera_is_not_in_its_image(tmp_path: Path) -> None:
    behind = front_box(position={"x": -8, "y": 0, "z": 0})
    page = page_of(camera_release(tmp_path, [front_camera(tmp_path)], behind), tmp_path, cameras=True)
    [camera] = page.details[0]["cameras"]
    assert (camera["boxes"], camera["image"] is None) == ([], False)


def test_boxes_are_listed_from_the_farthest_to_the_nearest(tmp_path: Path) -> None:
    far, near = front_box(7, position={"x": 30, "y": 0, "z": 0}), front_box()
    (tmp_path / "other").mkdir()
    for folder, cuboids, expected in ((tmp_path, (far, near), [1, 2]), (tmp_path / "other", (near, far), [2, 1])):
        page = page_of(camera_release(folder, [front_camera(folder)], *cuboids), folder, cameras=True)
        assert [number for number, _ in page.details[0]["cameras"][0]["boxes"]] == expected


def test_findings_name_missing_and_damaged_images_and_other_cameras_are_shown(tmp_path: Path) -> None:
    cameras = [front_camera(tmp_path, name) for name in ("front", "damaged", "left")]
    (tmp_path / "damaged.png").write_bytes(b"<html>")
    cameras.append({**cameras[0], "name": "missing", "url": "missing.png"})
    page = page_of(camera_release(tmp_path, cameras, front_box()), tmp_path, cameras=True)
    shown = page.details[0]["cameras"]
    assert [(item["name"], item["image"] is None) for item in shown] == [
        ("front", False),
        ("damaged", True),
        ("left", False),
        ("missing", True),
    ]
    findings = json.dumps(page.entries[0]["findings"])
    assert "damaged.png" in findings
    assert "missing.png" in findings


def changed_cameras(folder: Path, *changes: dict[str, Any]) -> datasets.Dataset:
    """Return a dataset of two rows with embedded camera images.

    Args:
        folder: The folder for the release.
        *changes: The fields to change, for each camera in both rows.
    """
    cameras = [front_camera(folder, f"camera {number}") for number in range(len(changes))]
    release = camera_release(folder, cameras, front_box())
    dataset = segments_hf.load_release(release, split="train", cameras=True, embed=True)

    def changed_row(row: Any) -> dict[str, Any]:
        pairs = zip(row["cameras"], changes, strict=True)
        return {"cameras": [{**camera, **change} for camera, change in pairs]}

    return dataset.map(changed_row, features=dataset.features)


def test_notices_name_the_cameras_with_a_damaged_image_or_an_invalid_calibration(tmp_path: Path) -> None:
    damaged, invalid = {"image": {"bytes": b"GIF89a?", "path": None}}, {"rotation": [0.0, 0.0, 0.0, float("nan")]}
    [detail, _] = page_of(changed_cameras(tmp_path, damaged, invalid, {}), tmp_path).details
    assert [item["image"] is None for item in detail["cameras"]] == [True, False, False]
    assert [len(item["boxes"]) for item in detail["cameras"]] == [0, 0, 1]
    first, second = detail["notices"]
    assert "'camera 0'" in first
    assert "'camera 1'" in second
    assert "rotation" in second


def test_cameras_are_shown_without_boxes_if_the_calibration_is_missing_or_the_pose_is_invalid(tmp_path: Path) -> None:
    dataset = changed_cameras(tmp_path, {"intrinsic_matrix": None}, {})
    [detail, _] = page_of(dataset, tmp_path).details
    assert [len(item["boxes"]) for item in detail["cameras"]] == [0, 1]
    invalid_pose = {"position": [0.0, 0, 0], "heading": [0.0, 0, 0, float("nan")]}
    with_invalid_pose = dataset.map(lambda row: {"ego_pose": invalid_pose}, features=dataset.features)
    [detail, _] = page_of(with_invalid_pose, tmp_path).details
    assert [(item["image"] is None, item["boxes"]) for item in detail["cameras"]] == [(False, [])] * 2


@pytest.mark.parametrize("form", ["dataset", "embedded dataset", "stream", "Parquet"])
def test_page_of_a_dataset_has_the_camera_images_of_the_release(tmp_path: Path, form: str) -> None:
    release = demo_release("street-cuboids")

    def from_parquet() -> Any:
        rows = segments_hf.load_release(release, split="train", cameras=True, embed=True)
        rows.to_parquet(tmp_path / "rows.parquet")
        return datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"), split="train")

    data: Any = {
        "dataset": lambda: segments_hf.load_release(release, split="train", cameras=True),
        "embedded dataset": lambda: segments_hf.load_release(release, split="train", cameras=True, embed=True),
        "stream": lambda: segments_hf.load_release(release, split="train", cameras=True, streaming=True),
        "Parquet": from_parquet,
    }[form]()
    expected = [item["cameras"] for item in page_of(release, tmp_path, cameras=True).details]
    found = [item["cameras"] for item in page_of(data, tmp_path).details]
    assert [item["name"] for cameras in expected for item in cameras] == ["front"] * 5
    if form == "stream":  # the number of rows is not known, so the images are smaller
        assert [len(item["boxes"]) for [item] in found] == [len(item["boxes"]) for [item] in expected]
    else:
        assert found == expected


def test_images_of_several_cameras_share_the_bytes_of_a_sample(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (270, 360, 3), np.uint8)
    cameras = [front_camera(tmp_path, f"{number}") for number in range(3)]
    for camera in cameras:
        Image.fromarray(noise).save(tmp_path / camera["url"])
    release = camera_release(tmp_path, cameras)

    def largest_image_bytes(data: Any, **options: Any) -> int:
        details = page_of(data, tmp_path, **options).details
        return max(len(content_of(camera["image"])) for detail in details for camera in detail["cameras"])

    assert 60_000 < largest_image_bytes(release, cameras=True) <= MAX_IMAGE_BYTES
    stream = segments_hf.load_release(release, split="train", cameras=True, streaming=True)
    # Each camera has a third of 38,000 bytes. An image of noise has more bytes even at the smallest size, 240 pixels.
    assert largest_image_bytes(stream, limit=None) < 38_000
