"""In the street releases, boxes, point labels, pictures and calibration agree. The tests have their own formulas."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from segments_hf.demo import demo_release

CUBOIDS, SEGMENTATION = demo_release("street-cuboids"), demo_release("street-segmentation")
FRAMES = json.loads(CUBOIDS.read_text("utf-8"))["dataset"]["samples"][0]["attributes"]["frames"]
LABEL = json.loads(CUBOIDS.read_text("utf-8"))["dataset"]["samples"][0]["labels"]["ground-truth"]["attributes"]
SAMPLES = json.loads(SEGMENTATION.read_text("utf-8"))["dataset"]["samples"]
RECORDS = {  # the dtype of a point in each type of file
    "pcd": [("xyz", "<f4", 3), ("intensity", "u1")],
    "ply": [("xyz", "<f4", 3), ("intensity", "u1"), ("ring", "u1")],
    "nuscenes": [("xyz", "<f4", 3), ("intensity", "<f4"), ("ring", "<f4")],
}
HEADER_ENDS = {"pcd": b"DATA binary\n", "ply": b"end_header\n", "nuscenes": b""}
EACH_FRAME = pytest.mark.parametrize("frame", range(5))


def points_of(pcd: dict[str, str]) -> np.ndarray:
    """Return the points (N, 3) of a file, in the frame of the sensor."""
    # `rpartition` returns the whole file if it has no header, because the separator is not found.
    _, _, content = (CUBOIDS.parent / pcd["url"]).read_bytes().rpartition(HEADER_ENDS[pcd["type"]] or b"\0never\0")
    return np.frombuffer(content, RECORDS[pcd["type"]])["xyz"].astype(np.float64)


def rotation_of(quaternion: dict[str, float]) -> np.ndarray:
    x, y, z, w = (quaternion[name] for name in ("qx", "qy", "qz", "qw"))
    assert x * x + y * y + z * z + w * w == pytest.approx(1, abs=1e-8)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def vector(values: dict[str, float]) -> np.ndarray:
    return np.array([values["x"], values["y"], values["z"]])


def in_world(points: np.ndarray, ego_pose: dict[str, Any]) -> np.ndarray:
    return points @ rotation_of(ego_pose["heading"]).T + vector(ego_pose["position"])


def box_rotation(annotation: dict[str, Any]) -> np.ndarray:
    c, s = np.cos(annotation["yaw"]), np.sin(annotation["yaw"])
    flat = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return rotation_of(annotation["rotation"]) if "rotation" in annotation else flat


def is_in_box(points: np.ndarray, annotation: dict[str, Any]) -> np.ndarray:
    local = (points - vector(annotation["position"])) @ box_rotation(annotation)
    return (np.abs(local) <= vector(annotation["dimensions"]) / 2).all(axis=1)


def pixel_of(point: np.ndarray, frame: dict[str, Any]) -> tuple[int, int]:
    """Project a point of the world into the picture of a frame with OpenCV."""
    ego, image = frame["ego_pose"], frame["images"][0]
    in_sensor = (point - vector(ego["position"])) @ rotation_of(ego["heading"])
    in_camera = (in_sensor - vector(image["extrinsics"]["translation"])) @ rotation_of(image["extrinsics"]["rotation"])
    assert image["camera_convention"] == "OpenGL"
    in_opencv = in_camera * (1, -1, -1)
    assert in_opencv[2] > 0
    matrix = np.array(image["intrinsics"]["intrinsic_matrix"])
    distortion = np.array([image["distortion"]["coefficients"][name] for name in ("k1", "k2", "p1", "p2", "k3")])
    pixels, _ = cv2.projectPoints(in_opencv[None], np.zeros(3), np.zeros(3), matrix, distortion)
    x, y = np.round(pixels[0, 0]).astype(int)
    return int(x), int(y)


def object_ids_of(frame: int) -> np.ndarray | None:
    """Return the object id of each point of a frame; None for the frame whose sample is unlabeled."""
    label = SAMPLES[frame]["labels"]["ground-truth"]
    return None if label is None else np.array(label["attributes"]["point_annotations"])


@EACH_FRAME
def test_points_of_each_object_are_in_its_box_in_the_world(frame: int) -> None:
    points = in_world(points_of(FRAMES[frame]["pcd"]), FRAMES[frame]["ego_pose"])
    object_ids = object_ids_of(frame)
    for annotation in LABEL["frames"][frame]["annotations"]:
        inside = is_in_box(points, annotation)
        assert inside.sum() > 20
        if object_ids is not None:
            is_object = object_ids == annotation["id"]
            assert inside[is_object].all()
            assert is_object.sum() > 20
            others = inside & ~is_object  # points of the ground below the object
            assert others.sum() <= 0.25 * inside.sum()


@pytest.mark.parametrize("frame", range(4))
def test_points_of_each_car_cover_a_third_of_its_box_along_each_axis(frame: int) -> None:
    object_ids = object_ids_of(frame)
    points = in_world(points_of(FRAMES[frame]["pcd"]), FRAMES[frame]["ego_pose"])
    for annotation in LABEL["frames"][frame]["annotations"][:2]:
        local = (points[object_ids == annotation["id"]] - vector(annotation["position"])) @ box_rotation(annotation)
        assert (np.ptp(local, axis=0) > 0.35 * vector(annotation["dimensions"])).all()


is_red, is_blue = (lambda r, g, b: r > 1.5 * max(g, b)), (lambda r, g, b: b > 1.25 * r)


@EACH_FRAME
@pytest.mark.parametrize(("track_id", "is_color"), [(1, is_red), (2, is_blue)], ids=["red car", "blue car"])
def test_picture_has_the_color_of_each_car_at_the_center_of_its_box(frame: int, track_id: int, is_color) -> None:
    (annotation,) = [a for a in LABEL["frames"][frame]["annotations"] if a["track_id"] == track_id]
    center = vector(annotation["position"]) - box_rotation(annotation)[:, 2] * 0.1  # below the windows
    with Image.open(CUBOIDS.parent / FRAMES[frame]["images"][0]["url"]) as picture:
        assert picture.size == (480, 270)
        assert is_color(*picture.getpixel(pixel_of(center, FRAMES[frame])))


def test_frames_are_tracked_and_non_key_frames_are_interpolated() -> None:
    frames = LABEL["frames"]
    assert [frame["annotations"][0]["is_keyframe"] for frame in frames] == [True, False, True, False, True]
    for index in range(3):
        positions = np.array([vector(frame["annotations"][index]["position"]) for frame in frames])
        np.testing.assert_allclose(positions[1:-1], (positions[:-2] + positions[2:]) / 2, atol=1e-8)
        assert len({frame["annotations"][index]["track_id"] for frame in frames}) == 1
    assert [int(frame["timestamp"]) for frame in FRAMES] == [
        1_770_113_700_000_000_000 + n * 500_000_000 for n in range(5)
    ]


@pytest.mark.parametrize("index", [0, 2], ids=["red car", "pedestrian"])
def test_moving_objects_move_in_the_direction_of_their_front(index: int) -> None:
    start, end = (LABEL["frames"][frame]["annotations"][index] for frame in (0, -1))
    moved = vector(end["position"]) - vector(start["position"])
    assert np.linalg.norm(moved) > 3
    np.testing.assert_allclose(moved / np.linalg.norm(moved), box_rotation(start)[:, 0], atol=1e-6)


def test_yaw_of_the_tilted_car_is_the_direction_of_its_front() -> None:
    (tilted,) = [annotation for annotation in LABEL["frames"][0]["annotations"] if "rotation" in annotation]
    front = rotation_of(tilted["rotation"])[:, 0]
    assert np.arctan2(front[1], front[0]) == pytest.approx(tilted["yaw"], abs=1e-6)
    assert rotation_of(tilted["rotation"])[2, 2] < 0.998


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["attributes"]["pcd"]["type"])
def test_point_labels_have_one_id_per_point_and_all_classes(sample: dict[str, Any]) -> None:
    points = points_of(sample["attributes"]["pcd"])
    assert 10_000 < len(points) < 16_000
    assert np.isfinite(points).all()
    if (label := sample["labels"]["ground-truth"]) is None:
        return
    counts = Counter(label["attributes"]["point_annotations"])
    assert counts.total() == len(points)
    assert set(counts) - {0} == {annotation["id"] for annotation in label["attributes"]["annotations"]}
    assert counts[0] > 10
    assert {annotation["category_id"] for annotation in label["attributes"]["annotations"]} == set(range(1, 8))


def test_files_of_the_same_frame_hold_the_same_points() -> None:
    for sample, frame in zip(SAMPLES, FRAMES, strict=True):
        np.testing.assert_array_equal(points_of(sample["attributes"]["pcd"]), points_of(frame["pcd"]))
    assert {sample["attributes"]["pcd"]["type"] for sample in SAMPLES} == {"pcd", "ply", "nuscenes"}


def test_rectangles_of_the_camera_surround_the_cuboids_of_the_same_tracks() -> None:
    samples = json.loads(demo_release("street-sensors").read_text("utf-8"))["dataset"]["samples"]
    assert [len(sample["attributes"]["sensors"][0]["attributes"]["frames"]) for sample in samples] == [3, 2]
    for sample in samples:
        clouds = sample["attributes"]["sensors"][0]["attributes"]["frames"]
        labels = sample["labels"]["ground-truth"]["attributes"]["sensors"]
        cuboids, rectangles = ([frame["annotations"] for frame in part["attributes"]["frames"]] for part in labels)
        for cloud, in_cloud, in_image in zip(clouds, cuboids, rectangles, strict=True):
            assert [item["track_id"] for item in in_cloud] == [item["track_id"] for item in in_image] == [1, 2, 3]
            for annotation, rectangle in zip(in_cloud, in_image, strict=True):
                signs = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3), axis=-1).reshape(-1, 3)
                corners = signs * vector(annotation["dimensions"]) @ box_rotation(annotation).T
                pixels = [pixel_of(corner, cloud) for corner in corners + vector(annotation["position"])]
                expected = np.clip([np.min(pixels, axis=0), np.max(pixels, axis=0)], 0, (479, 269))
                np.testing.assert_allclose(rectangle["points"], expected, atol=0.51)


def test_files_of_the_street_are_smaller_than_1500_kb() -> None:
    assert sum(file.stat().st_size for file in CUBOIDS.parent.rglob("*") if file.is_file()) < 1_500_000
