"""Boxes are drawn over camera images where the camera sees them, as OpenCV projects them."""

from __future__ import annotations

import itertools
from typing import Any

import cv2
import numpy as np
import pytest
from drawing.cloud_rows import BLUE, CATEGORIES, RED, camera, cloud_row, cuboid
from hypothesis import given, settings
from hypothesis import strategies as st

from segments_hf import contact_sheet, plot
from segments_hf.drawing.classes import classes_of
from segments_hf.drawing.clouds.camera_view import draw_camera
from segments_hf.errors import AssetError, PointCloudError
from segments_hf.points import boxes

BROWN_CONRADY = {"model": "brown-conrady", "coefficients": {"k1": -0.25, "k2": 0.05, "p1": 0.01, "p2": -0.01, "k3": 0}}
FISHEYE = {"model": "fisheye", "coefficients": {"k1": 0.1, "k2": -0.02, "k3": 0, "k4": 0}}
TO_OPENCV = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])  # from the sensor (x forward) to OpenCV (z forward)


def picture_of(camera: dict[str, Any], *cuboids: dict[str, Any]) -> np.ndarray:
    """Return the picture of a camera with boxes, scaled to a width of 960: uint8 array of shape (720, 960, 3)."""
    return np.asarray(draw_camera(camera, boxes(cloud_row([], cuboids)), classes_of(CATEGORIES), (960, 960)).picture)


def pixels_by_opencv(points: np.ndarray, camera: dict[str, Any]) -> np.ndarray:
    """Project points in front of a camera with OpenCV, in pixels of a picture with a width of 960."""
    matrix = np.array(camera["intrinsic_matrix"])
    distortion = camera["distortion"] or {"model": "brown-conrady", "coefficients": {}}
    values = distortion["coefficients"]
    in_camera = (points @ TO_OPENCV.T).reshape(-1, 1, 3)
    zeros = np.zeros(3)
    if distortion["model"] == "fisheye":
        coefficients = np.array([values[name] for name in ("k1", "k2", "k3", "k4")])
        pixels, _ = cv2.fisheye.projectPoints(in_camera, zeros, zeros, matrix, coefficients)
    else:
        coefficients = np.array([values.get(name, 0.0) for name in ("k1", "k2", "p1", "p2", "k3")])
        pixels, _ = cv2.projectPoints(in_camera, zeros, zeros, matrix, coefficients)
    return pixels.reshape(-1, 2) * (960 / camera["image"].width)


def points_on_edges(position: Any, dimensions: Any, yaw: float) -> np.ndarray:
    """Return 400 points on each edge of a box: array of shape (12, 400, 3)."""
    steps = np.linspace(-1, 1, 400)
    lines = []
    for axis in range(3):
        for signs in itertools.product((-1, 1), repeat=2):
            line = np.empty((400, 3))
            line[:, axis] = steps
            line[:, [other for other in range(3) if other != axis]] = signs
            lines.append(line)
    rotation = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    return np.array(lines) * np.array(dimensions) / 2 @ rotation.T + position


def test_plot_shows_the_pictures_of_cameras_in_pixels_of_their_images() -> None:
    row = cloud_row([], [cuboid((8, 1, 0.5))], cameras=[camera()])
    panel = plot(row, CATEGORIES).axes[1]
    assert panel.get_title() == "front"
    assert (panel.get_xlim(), panel.get_ylim()) == ((0, 320), (240, 0))
    assert (np.asarray(panel.images[0].get_array()) == picture_of(camera(), cuboid((8, 1, 0.5)))).all()


def has_color_nearby(picture: np.ndarray, pixels: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """Tell for each pixel inside of the picture whether a pixel of a color is at most two pixels away."""
    mask = cv2.dilate((picture == color).all(axis=2).astype(np.uint8), np.ones((5, 5), np.uint8))
    columns, lines = np.round(pixels).astype(int).T
    inside = (columns >= 3) & (lines >= 3) & (columns < picture.shape[1] - 3) & (lines < picture.shape[0] - 3)
    return mask[lines[inside], columns[inside]] == 1


@pytest.mark.parametrize(
    "distortion", [None, BROWN_CONRADY, FISHEYE], ids=["no distortion", "brown-conrady", "fisheye"]
)
@settings(max_examples=12)
@given(
    x=st.floats(4, 12), side=st.floats(-3, 3), height=st.floats(-2, 2), yaw=st.floats(-3.1, 3.1), length=st.floats(1, 3)
)
def test_edges_are_where_opencv_projects_them(
    distortion: Any, x: float, side: float, height: float, yaw: float, length: float
) -> None:
    tested_camera = camera(distortion=distortion)
    box = cuboid((x, side, height), (length, 1.5, 1), yaw)
    pixels = pixels_by_opencv(points_on_edges(box["position"], box["dimensions"], yaw).reshape(-1, 3), tested_camera)
    assert has_color_nearby(picture_of(tested_camera, box), pixels, RED).all()


def test_edges_are_curved_in_the_picture_of_a_fisheye_lens() -> None:
    tested_camera = camera(focal=80.0, distortion=FISHEYE)
    wall = cuboid((3, 0, 1.5), (0.1, 10, 3))
    edge = points_on_edges(wall["position"], wall["dimensions"], 0)
    pixels = pixels_by_opencv(edge.reshape(-1, 3), tested_camera).reshape(12, 400, 2)
    straight = pixels[:, :1] + np.linspace(0, 1, 400)[:, None] * (pixels[:, -1:] - pixels[:, :1])
    assert np.abs(straight - pixels).max() > 20
    assert has_color_nearby(picture_of(tested_camera, wall), pixels.reshape(-1, 2), RED).all()


@pytest.mark.parametrize(
    "distortion", [None, BROWN_CONRADY, FISHEYE], ids=["no distortion", "brown-conrady", "fisheye"]
)
@settings(max_examples=12)
@given(x=st.floats(-3, 3), side=st.floats(-2, 2), yaw=st.floats(-3.1, 3.1))
def test_box_partly_behind_the_camera_has_lines_only_where_the_camera_sees_it(
    distortion: Any, x: float, side: float, yaw: float
) -> None:
    tested_camera = camera(distortion=distortion)
    box = cuboid((x, side, -1), (8, 2, 1.5), yaw)
    heading = np.linspace((0, 0, -0.75), (4, 0, -0.75), 400)
    rotation = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    lines = [*points_on_edges(box["position"], box["dimensions"], yaw), heading @ rotation.T + box["position"]]
    visible = np.zeros((720, 960), np.uint8)
    for line in lines:
        front = line[line[:, 0] > 0.09]
        angles = np.degrees(np.arctan2(np.hypot(front[:, 1], front[:, 2]), front[:, 0]))
        pixels = np.clip(pixels_by_opencv(front[angles < 89], tested_camera), -3e4, 3e4) if len(front) else []
        for start, end in itertools.pairwise(np.round(pixels).astype(int).tolist()):
            cv2.line(visible, start, end, 1, 9)
    picture = picture_of(tested_camera, box)
    assert not ((picture == RED).all(axis=2) & (visible == 0)).any()


def test_box_behind_the_camera_is_not_drawn() -> None:
    assert (picture_of(camera(), cuboid((-10, 0, 0)), cuboid((0, 0, 900), (0.1, 0.1, 0.1))) == 128).all()


def test_near_boxes_cover_far_boxes() -> None:
    far, near = cuboid((20, 0, 0), (0.1, 20, 10), category=0), cuboid((10, 0, 0), (0.1, 10, 5), category=2)
    for ordered in ((far, near), (near, far)):
        picture = picture_of(camera(), *ordered)
        assert (picture == BLUE).all(axis=2).any()
        [corner] = pixels_by_opencv(np.array([[9.95, 5.0, 0]]), camera()).round().astype(int)
        assert tuple(picture[corner[1], corner[0]]) == BLUE


def test_opencv_and_opengl_axes_give_the_same_picture() -> None:
    box = cuboid((8, 1, 0.5), yaw=0.4)
    opencv = camera(rotation=[-0.5, 0.5, -0.5, 0.5], camera_convention="OpenCV")
    picture = picture_of(opencv, box)
    assert (picture == picture_of(camera(), box)).all()
    assert (picture == RED).all(axis=2).any()


@pytest.mark.parametrize("field", ["intrinsic_matrix", "translation", "rotation"])
def test_camera_without_a_calibration_is_shown_without_boxes(field: str) -> None:
    assert (picture_of(camera(**{field: None}), cuboid((8, 0, 0))) == 128).all()


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        pytest.param({"camera_convention": "DirectX"}, PointCloudError, "DirectX", id="convention"),
        pytest.param({"translation": [0.0, 0.0]}, PointCloudError, "translation", id="translation"),
        pytest.param({"distortion": '{"model": "pinhole"}'}, PointCloudError, "pinhole", id="distortion"),
        pytest.param({"image": {"bytes": b"<html>", "path": None}}, AssetError, "got ", id="image"),
    ],
)
def test_errors_name_the_sample_and_the_camera(fields: dict[str, Any], error: type[Exception], message: str) -> None:
    row = cloud_row([], [cuboid((8, 0, 0))], cameras=[camera(**fields)])
    for draw in (lambda: plot(row, CATEGORIES), lambda: contact_sheet([row], of=CATEGORIES)):
        with pytest.raises(error, match=f"sample 'street': camera 'front': .*{message}"):
            draw()


def test_cameras_without_images_are_left_out() -> None:
    row = cloud_row([(0, 0, 0)], cameras=[camera(image=None), camera(name="left"), camera(name="right")])
    assert [panel.get_title() for panel in plot(row, CATEGORIES).axes] == ["1 point from above", "left", "right"]
