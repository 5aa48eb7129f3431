"""A point cloud is drawn from above: x to the right, y up, classes in their colors, boxes with their headings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing.cloud_rows import BLUE, CATEGORIES, GREEN, RED, cloud_row, color_at, cuboid, is_gray
from hypothesis import given, settings
from hypothesis import strategies as st
from points.planting import planted_cloud
from scipy.spatial.transform import Rotation

from segments_hf import contact_sheet, plot
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.errors import AssetError, PointCloudError

TOO_MANY_FOR_IDS = 16  # the number of objects; the ids of more than 15 objects are not drawn
CORNERS = [(-20, -20, 0), (20, -20, 0), (-20, 20, 0), (20, 20, 1)]


def from_above(row: dict[str, Any]) -> Any:
    """Return the panel of a plot that shows a row from above."""
    return plot(row, CATEGORIES).axes[0]


def clusters(*centers: tuple[float, float, float]) -> np.ndarray:
    """Return nine points around each center."""
    return (np.array(centers)[:, None] + np.indices((3, 3, 1)).reshape(3, -1).T * 0.2 - [0.2, 0.2, 0]).reshape(-1, 3)


def test_x_is_to_the_right_and_y_is_up_and_points_have_the_color_of_their_class() -> None:
    points = clusters((10, 0, 0), (0, 10, 0), (-10, -10, 0))
    annotations = [{"category": 0}, {"category": 1}]
    row = cloud_row(points, annotations, point_annotations=[1] * 9 + [2] * 9 + [0] * 9)
    panel = from_above(row)
    assert (color_at(panel, 10, 0), color_at(panel, 0, 10)) == (RED, GREEN)
    assert is_gray(color_at(panel, -10, -10))
    for empty in ((-10, 0), (0, -10), (10, 10), (-10, 10), (10, -10)):
        assert color_at(panel, *empty) == UNLABELED_COLOR
    sheet = np.asarray(contact_sheet([row], of=CATEGORIES))[12:332, 12:492]
    (red_line, red_column), (green_line, green_column) = (
        np.argwhere((sheet == color).all(axis=2)).mean(axis=0) for color in (RED, GREEN)
    )
    assert red_column > green_column + 50
    assert green_line < red_line - 50


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_points_in_boxes_have_the_color_of_the_box_for_every_pose_of_the_sensor(seed: int) -> None:
    planted = planted_cloud(seed, TOO_MANY_FOR_IDS)
    row = planted.row
    panel = from_above(row)
    pose = Rotation.from_quat(row["ego_pose"]["heading"])
    heading = np.arctan2(*pose.apply([1, 0, 0])[1::-1])
    leveled = Rotation.from_euler("z", -heading).apply(planted.in_world - row["ego_pose"]["position"])
    for position, box in zip(leveled, planted.box_indices, strict=True):
        if box >= 0:
            assert color_at(panel, *position[:2]) == CATEGORIES[box % 3].color


@pytest.mark.parametrize("yaw", [0.4, 2.0, -2.8])
def test_boxes_have_corners_and_a_heading_in_the_color_of_their_class(yaw: float) -> None:
    panel = from_above(cloud_row(CORNERS, [cuboid((5, 3, 0), (12, 4, 2), yaw, category=2)] * TOO_MANY_FOR_IDS))

    def shown_in_box(forward: float, left: float) -> tuple[int, int, int]:
        x = 5 + forward * np.cos(yaw) - left * np.sin(yaw)
        return color_at(panel, x, 3 + forward * np.sin(yaw) + left * np.cos(yaw))

    for corner in ((5.95, 1.95), (5.95, -1.95), (-5.95, 1.95), (-5.95, -1.95)):
        assert shown_in_box(*corner) == BLUE
    assert [shown_in_box(forward, 0) for forward in (1, 4, 8.5)] == [BLUE] * 3  # from the center beyond the front
    assert [shown_in_box(forward, 0) for forward in (-1, -4, -8.5)] == [UNLABELED_COLOR] * 3
    assert [shown_in_box(3, left) for left in (1, -1)] == [UNLABELED_COLOR] * 2


def test_box_without_a_class_is_drawn_with_an_entry_in_the_legend() -> None:
    row = cloud_row(CORNERS, [cuboid((0, 0, 0)), cuboid((9, 9, 0), category=None)])
    (legend,) = plot(row, CATEGORIES).legends
    assert [text.get_text() for text in legend.get_texts()] == ["car (1)", "no class (1)"]


def test_labeled_points_cover_other_points_and_high_points_cover_low_points() -> None:
    in_box = [(5, 0, height) for height in (-5, 0, 30)]
    column = [(10, 10, height) for height in (30, 20, -5)]
    panel = from_above(cloud_row([*in_box, *column, *CORNERS], [cuboid((5, 0, 0), (0.4, 0.4, 0.4))] * TOO_MANY_FOR_IDS))
    assert color_at(panel, 5, 0) == RED
    (high, low) = (color_at(panel, 10, 10)[0], color_at(panel, -20, -20)[0])
    assert high > low


@pytest.mark.parametrize("outlier", [(1e6, 0, 0), (-1e6, 1e6, 0), (0, 0, 1e9), (np.nan, 0, 0), (np.inf, -np.inf, 0)])
def test_outliers_do_not_change_the_visible_area(outlier: tuple[float, float, float]) -> None:
    grid = np.indices((20, 20, 1)).reshape(3, -1).T * 2.0
    boxes = [cuboid((10, 20, 0), yaw=0.3)]
    extent = from_above(cloud_row(grid, boxes)).images[0].get_extent()
    panel = from_above(cloud_row([*grid, outlier], boxes))
    assert panel.images[0].get_extent() == pytest.approx(extent, abs=2)
    assert is_gray(color_at(panel, 20, 20))


def test_object_inside_of_the_cloud_is_visible_and_object_far_outside_is_not() -> None:
    dense = np.random.default_rng(0).normal(0, 1, (2000, 3))
    left, right, *_ = from_above(cloud_row([*dense, (60, 0, 0)], [cuboid((55, 0, 0))])).images[0].get_extent()
    assert (left > -60, right > 57) == (True, True)
    row = cloud_row(dense, [cuboid((0, 0, 0)), cuboid((5000, 0, 0))])
    assert from_above(row).images[0].get_extent()[1] < 60


def test_small_cluster_of_labeled_points_far_from_the_other_points_is_visible() -> None:
    dense = np.random.default_rng(0).normal(0, 1, (5000, 3))
    row = cloud_row([*dense, *clusters((40, 0, 0))], [{"category": 1}], point_annotations=[0] * 5000 + [1] * 9)
    assert color_at(from_above(row), 40, 0) == GREEN


def test_polygons_lines_and_points_are_drawn_in_the_color_of_their_class() -> None:
    line = {"type": "polyline", "points": [[-10, 5, 0], [10, 5, 3]], "category": 0}
    polygon = {"type": "polygon", "points": [[0, -4, 0], [8, -4, 0], [8, -12, 0], [0, -12, 0]], "category": 1}
    point = {"type": "point", "points": [[-12, -12, 0]], "category": 2}
    flat = {"type": "polygon", "points": [[100, 200], [300, 200], [300, 400]], "category": 0}  # in a camera image
    panel = from_above(cloud_row(CORNERS, [line, polygon, point, flat]))
    assert color_at(panel, 5, 5) == RED
    assert (color_at(panel, 4, -4), color_at(panel, 8, -8)) == (GREEN, GREEN)
    assert color_at(panel, -12, -12) == BLUE
    inside = color_at(panel, 2, -10)
    assert UNLABELED_COLOR[1] < inside[1] < GREEN[1]


def test_objects_are_drawn_without_points_and_points_without_objects() -> None:
    assert color_at(from_above(cloud_row([], [cuboid((5, 5, 0))])), 7, 6) == RED
    assert is_gray(color_at(from_above(cloud_row([(5.0, 5.0, 0.0)])), 5, 5))
    unlabeled_columns = {"point_cloud": None, "annotations": None, "status": "UNLABELED"}
    for row in (cloud_row([]), {**cloud_row([]), **unlabeled_columns}):
        assert [text.get_text() for text in from_above(row).texts] == ["no points"]
        assert contact_sheet([row], of=CATEGORIES).width == 504


def test_ids_are_drawn_for_at_most_15_objects() -> None:
    boxes = [cuboid((3 * number, 0, 0)) for number in range(16)]
    for number, differs in ((15, True), (16, False)):
        row = cloud_row(CORNERS, boxes[:number])
        other = {**row, "annotations": [{**item, "id": item["id"] + 100} for item in row["annotations"]]}
        shown, others = (np.asarray(from_above(drawn).images[0].get_array()) for drawn in (row, other))
        assert (shown != others).any() == differs


def test_map_coordinates_are_drawn_with_the_resolution_of_the_file() -> None:
    dtype = np.dtype([(axis, "<f8") for axis in "xyz"])
    points = np.zeros(100, dtype)
    points["x"], points["y"] = 500_000 + np.arange(100) / 100, 5_000_000 + np.arange(100) / 100
    header = "ply\nformat binary_little_endian 1.0\nelement vertex 100\n" + "".join(
        f"property double {axis}\n" for axis in "xyz"
    )
    content = f"{header}end_header\n".encode() + points.tobytes()
    row = {**cloud_row([]), "point_cloud": {"bytes": content, "path": None}, "point_cloud_type": "ply"}
    picture = np.asarray(from_above(row).images[0].get_array())
    assert len(np.unique(np.argwhere((picture != UNLABELED_COLOR).any(axis=2))[:, 1])) > 90


def test_all_points_of_a_large_cloud_are_counted() -> None:
    points = np.random.default_rng(0).uniform(-20, 20, (1_100_000, 3))
    labels = np.repeat([1, 2], [600_000, 500_000]).tolist()
    row = cloud_row(points, [{"category": 0}, {"category": 1}], point_annotations=labels)
    figure = plot(row, CATEGORIES)
    assert figure.axes[0].get_title().startswith("1,100,000 points")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["car (600,000)", "tree (500,000)"]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        pytest.param({"point_annotations": [1, 1]}, PointCloudError, "2 .*4 points", id="number of labels"),
        pytest.param({"point_annotations": [1, 1, 7, 0]}, PointCloudError, "7", id="id without an annotation"),
        pytest.param({"point_cloud": {"bytes": b"123", "path": None}}, AssetError, "3", id="damaged file"),
        pytest.param({"ego_pose": {"position": [0, 0], "heading": [0] * 4}}, PointCloudError, "position", id="pose"),
        pytest.param(
            {"annotations": [{"id": 1, **cuboid((0, 0))}]}, PointCloudError, "position", id="position of a cuboid"
        ),
    ],
)
def test_errors_name_the_sample(columns: dict[str, Any], error: type[Exception], message: str) -> None:
    row = {**cloud_row(CORNERS, [{"category": 0}]), **columns}
    for draw in (lambda: plot(row, CATEGORIES), lambda: contact_sheet([row], of=CATEGORIES)):
        with pytest.raises(error, match=f"sample 'street'.*{message}"):
            draw()


def test_error_for_a_file_without_a_coordinate_names_the_fields_of_the_file() -> None:
    content = b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float z\nend_header\n1 2\n"
    row = {**cloud_row([]), "point_cloud": {"bytes": content, "path": None}, "point_cloud_type": "ply"}
    with pytest.raises(AssetError, match="'y'.*x, z"):
        plot(row, CATEGORIES)


def test_coordinate_with_several_values_per_point_is_an_error() -> None:
    header = "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 3 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\nDATA ascii\n"
    content = f"{header}1 2 3 4 5\n".encode()
    row = {**cloud_row([]), "point_cloud": {"bytes": content, "path": None}, "point_cloud_type": "pcd"}
    with pytest.raises(AssetError, match="'x'"):
        plot(row, CATEGORIES)
