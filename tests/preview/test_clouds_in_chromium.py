"""The viewer shows the points and boxes of point clouds in a real browser, and turns and zooms the clouds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import cloud, cloud_label, cloud_sample, cuboid, xyz

import segments_hf
from preview.chromium import Browser
from preview.test_preview_of_clouds import CATEGORIES, write_clouds, write_kitti
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser

RED, GREEN = (item["color"] for item in CATEGORIES)
STAGE = ".stage .cloud"
IS_DRAWN = "document.querySelector('.stage .cloud.painted')"
QUARTER_TURN = 225  # pixels: the movement of the pointer that turns a cloud by 90 degrees
DISABLE_WEBGL = """
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
      return kind.startsWith("webgl") ? null : getContext.call(this, kind, ...options);
    };
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of two equal clouds of three clusters: red at x = -10, green at y = 10, and unlabeled at the origin."""
    rng = np.random.default_rng(0)
    clusters = [rng.uniform(-1, 1, (400, 3)) + center for center in ([-10, 0, 0], [0, 10, 0], [0, 0, 0])]
    annotations = [{"id": 1, "category_id": 1, "attributes": {"kind": "taxi"}}, {"id": 2, "category_id": 2}]
    label = cloud_label(annotations=annotations, point_annotations=[*[1] * 400, *[2] * 400, *[0] * 400])
    attributes = cloud(write_kitti(tmp_path / "a.bin", np.concatenate(clusters)))
    samples = [cloud_sample(name, attributes, label) for name in "ab"]
    return segments_hf.preview(write_clouds(tmp_path, samples, "pointcloud-segmentation"), tmp_path / "page.html")


@pytest.fixture
def page_of_boxes(tmp_path: Path) -> Path:
    """A page of two sequences: `scene` has two frames with two boxes, and `other` has one frame without a label.

    A red box of 8 x 4 is at the origin, with the heading +x. A green box of 8 x 4 is at y = 12, with the heading +y.
    """
    positions = np.random.default_rng(0).uniform([-20, -20, -3], [20, 20, -2], (300, 3))
    red = cuboid(1, 1, position=xyz(0, 0, 0), dimensions=xyz(8, 4, 2), yaw=0)
    green = cuboid(2, 2, position=xyz(0, 12, 0), dimensions=xyz(8, 4, 2), yaw=np.pi / 2)
    frames = [cloud(write_kitti(tmp_path / "a.bin", positions), name=name) for name in "ab"]
    label = cloud_label(frames=[{"annotations": [red, green]}] * 2)
    samples = [cloud_sample("scene", {"frames": frames}, label), cloud_sample("other", {"frames": frames[:1]})]
    return segments_hf.preview(write_clouds(tmp_path, samples, "pointcloud-cuboid-sequence"), tmp_path / "page.html")


def open_cloud(browser: Browser, page: Path, **options: Any) -> None:
    """Open a page, and show the point cloud of the first sample from above."""
    browser.open(page, fragment="#sample-1", **options)
    browser.until(IS_DRAWN)
    browser.type("t")


def pixels_of(browser: Browser, color: Any) -> np.ndarray:
    """Return the pixels of a color in the view: array of shape (N, 2), to the right and up from the center."""
    picture = np.asarray(browser.screenshot_of(STAGE), int)
    rows, columns = np.nonzero(np.abs(picture - color).max(axis=2) <= 3)
    return np.stack([columns - picture.shape[1] / 2, picture.shape[0] / 2 - rows], axis=1)


def center_of_color(browser: Browser, color: Any) -> np.ndarray:
    """Return the center of the pixels of a color. There must be more than 300 such pixels."""
    pixels = pixels_of(browser, color)
    assert len(pixels) > 300
    center: np.ndarray = pixels.mean(axis=0)
    return center


def mouse(browser: Browser, kind: str, x: float, y: float, **fields: Any) -> None:
    """Send an event of the pointer to the browser.

    Args:
        browser: The browser.
        kind: The type of the event, such as ``mousePressed``.
        x: The number of pixels to the right of the center of the view.
        y: The number of pixels below the center of the view.
        **fields: Other fields of the event.
    """
    box = browser.box(STAGE)
    event = {"type": kind, "x": box["x"] + box["width"] / 2 + x, "y": box["y"] + box["height"] / 2 + y}
    event |= {"button": "left", "buttons": 0 if kind == "mouseReleased" else 1, "clickCount": 1}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**event, **fields})


def drag(browser: Browser, x: float, y: float, **fields: Any) -> None:
    """Press the pointer in the view, move it by `x` pixels to the right and `y` pixels down, and release it."""
    mouse(browser, "mousePressed", -100, 0, **fields)
    for share in (0.5, 1):
        mouse(browser, "mouseMoved", -100 + share * x, share * y, **fields)
    mouse(browser, "mouseReleased", -100 + x, y, **{**fields, "buttons": 0})


def test_view_from_above_has_x_to_the_right_and_y_up(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    red, green = center_of_color(browser, RED), center_of_color(browser, GREEN)
    assert red[0] < -100
    assert green[1] > 100
    # Both distances are 10.
    distance_x, distance_y = green - red
    assert distance_x == pytest.approx(distance_y, rel=0.03)


def test_drag_turns_the_cloud_with_the_pointer(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    red, green = center_of_color(browser, RED), center_of_color(browser, GREEN)
    drag(browser, QUARTER_TURN, 0)
    turned_red, turned_green = center_of_color(browser, RED), center_of_color(browser, GREEN)
    # The cloud turns about the center of the view.
    assert np.abs(turned_red - [-red[1], red[0]]).max() < 8
    assert np.abs(turned_green - [-green[1], green[0]]).max() < 8
    drag(browser, 0, -QUARTER_TURN)  # the view is horizontal: all clusters are at the same height
    red, green = center_of_color(browser, RED), center_of_color(browser, GREEN)
    assert abs(red[1] - green[1]) < 5


def test_keys_turn_the_cloud_and_move_to_other_samples(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    before = center_of_color(browser, RED)
    for _ in range(6):  # 15 degrees each
        browser.type("\ue008\ue014")  # shift and the right arrow
    after = center_of_color(browser, RED)
    assert np.abs(after - [-before[1], before[0]]).max() < 8
    browser.type("j")
    browser.until("document.querySelector('#name').textContent === 'b'")
    browser.type("\ue012")  # the left arrow
    browser.until("document.querySelector('#name').textContent === 'a'")


def test_shift_and_drag_move_the_cloud_and_the_wheel_zooms_at_the_pointer(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    before = center_of_color(browser, RED)
    drag(browser, 60, -40, modifiers=8)
    assert np.abs(center_of_color(browser, RED) - before - [60, 40]).max() < 3
    red = center_of_color(browser, RED)
    mouse(browser, "mouseWheel", red[0], -red[1], deltaX=0, deltaY=-150, buttons=0)
    browser.until("document.querySelector('#zoom-fit').textContent !== '1×'")
    assert np.abs(center_of_color(browser, RED) - red).max() < 6
    browser.type("0")
    assert np.abs(center_of_color(browser, RED) - before).max() < 3


def test_checkboxes_hide_the_color_of_a_class_and_all_points(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    assert len(pixels_of(browser, RED)) > 300
    browser.click("#controls input[data-class='0']")
    assert len(pixels_of(browser, RED)) == 0
    assert len(pixels_of(browser, GREEN)) > 300
    browser.click("#controls input[data-class='0']")
    assert len(pixels_of(browser, RED)) > 300
    browser.click("#show-points")
    assert len(pixels_of(browser, RED)) == len(pixels_of(browser, GREEN)) == 0


def test_points_can_be_colored_by_height_instead_of_class(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    browser.click("#point-color option[value=height]")
    picture = np.asarray(browser.screenshot_of(STAGE), int)
    assert len(pixels_of(browser, RED)) == 0
    assert (np.ptp(picture, axis=2) > 60).sum() > 300  # many points are not gray


def test_pointer_on_a_point_describes_its_object(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    red = center_of_color(browser, RED)
    mouse(browser, "mouseMoved", red[0], -red[1], button="none", buttons=0)
    browser.until("!document.querySelector('#tip').hidden")
    assert browser.texts("#tip p") == ["car"]
    assert "taxi" in browser.text("#tip")
    assert len(pixels_of(browser, RED)) < 200  # the points of the object are white; the tooltip has a red square
    mouse(browser, "mouseMoved", 0, 0, button="none", buttons=0)  # to unlabeled points
    browser.until("document.querySelector('#tip').hidden")
    assert len(pixels_of(browser, RED)) > 300


def test_boxes_have_the_proportions_and_the_heading_of_the_label(browser: Browser, page_of_boxes: Path) -> None:
    open_cloud(browser, page_of_boxes)
    red, green = pixels_of(browser, RED), pixels_of(browser, GREEN)
    scale = (np.ptp(red[:, 1])) / 4  # pixels per unit of length: the box is 4 wide
    # The line of the heading ends at a distance of 6 from the center of the box, and the rear at a distance of 4.
    assert np.ptp(red[:, 0]) / scale == pytest.approx(10, rel=0.04)
    assert np.ptp(green[:, 1]) / scale == pytest.approx(10, rel=0.04)
    middle = (red[:, 1].min() + red[:, 1].max()) / 2
    line = red[np.abs(red[:, 1] - middle) <= 1]  # the pixels of the heading, and of the rear and front of the box
    rear, front = red[:, 0].min(), red[:, 0].max()
    assert line[:, 0].max() == front
    assert ((line[:, 0] > rear + 2 * scale) & (line[:, 0] < rear + 3.5 * scale)).sum() == 0  # only in the front half
    assert green[:, 1].mean() > red[:, 1].mean() + 8 * scale
    browser.click("#show-boxes")
    assert len(pixels_of(browser, RED)) == 0
    browser.click("#show-boxes")
    browser.click("#controls input[data-class='0']")
    assert len(pixels_of(browser, RED)) == 0
    assert len(pixels_of(browser, GREEN)) > 100


def test_frames_of_a_sequence_keep_the_direction_and_the_zoom(browser: Browser, page_of_boxes: Path) -> None:
    open_cloud(browser, page_of_boxes)
    drag(browser, 80, -40)
    browser.type("+")
    before = pixels_of(browser, RED)
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'scene · b'")
    browser.until(IS_DRAWN)
    assert np.array_equal(pixels_of(browser, RED), before)
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'other · a'")
    browser.until("document.querySelector('#zoom-fit').textContent === '1×'")


def test_object_with_the_focus_in_the_list_is_outlined_in_the_view(browser: Browser, page_of_boxes: Path) -> None:
    open_cloud(browser, page_of_boxes)
    assert "8 × 4 × 2" in browser.text("#objects")
    whites = len(pixels_of(browser, (255, 255, 255)))
    browser.run("void document.querySelector('#objects button').focus()")
    assert len(pixels_of(browser, (255, 255, 255))) > whites + 300


def test_boxes_without_points_and_a_single_point_are_shown(browser: Browser, tmp_path: Path) -> None:
    label = cloud_label(annotations=[cuboid(1, 1)])
    line_of_one_point = cloud_label(annotations=[{**cuboid(1, 1), "type": "polyline", "points": [[3, 4, 5]]}])
    single = cloud(write_kitti(tmp_path / "a.bin", np.array([[3, 4, 5]])))
    samples = [cloud_sample("boxes", cloud("missing.bin"), label), cloud_sample("point", single, line_of_one_point)]
    page = segments_hf.preview(write_clouds(tmp_path, samples), tmp_path / "page.html")
    open_cloud(browser, page)
    assert len(pixels_of(browser, RED)) > 300
    browser.click("#next")
    browser.until("document.querySelector('#point-count').textContent === '1 point.'")
    browser.until(IS_DRAWN)
    picture = np.asarray(browser.screenshot_of(STAGE), int)
    height, width = picture.shape[:2]
    assert picture[height // 2 - 3 : height // 2 + 3, width // 2 - 3 : width // 2 + 3].max() > 60


def test_page_states_how_many_points_are_shown(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(demo_release("street-segmentation"), tmp_path / "page.html", points=2000)
    open_cloud(browser, page)
    assert browser.text("#point-count") == "2,000 of 11,507 points are shown, chosen evenly."


def test_checkbox_hides_the_color_of_a_class_in_the_thumbnails(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.until("document.querySelectorAll('.gallery canvas').length === 2")

    def has_color(color: Any) -> bool:
        picture = np.asarray(browser.screenshot_of(".gallery .frame"), int)
        return bool((np.abs(picture - color).max(axis=2) <= 3).any())

    assert has_color(RED)
    assert has_color(GREEN)
    browser.click("#layers input[data-class='0']")
    assert not has_color(RED)
    assert has_color(GREEN)


@pytest.fixture
def without_webgl(browser: Browser) -> Iterator[Browser]:
    """A browser without WebGL."""
    script = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DISABLE_WEBGL})
    yield browser
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_browser_without_webgl_shows_the_view_from_above(without_webgl: Browser, page: Path) -> None:
    browser = without_webgl
    browser.open(page, fragment="#sample-1")
    browser.until("document.querySelector('.stage .frame.painted') && document.querySelector('.stage img').complete")
    assert "WebGL" in browser.text("#notices")
    assert browser.element("#controls").is_displayed()
    assert not browser.element("#cloud-controls").is_displayed()
    picture = np.asarray(browser.screenshot_of(".stage .frame"), int)
    _, columns = np.nonzero(np.abs(picture - RED).max(axis=2) <= 3)
    assert len(columns) > 100
    assert columns.mean() < picture.shape[1] / 3


def test_points_are_drawn_again_after_webgl_lost_its_context(browser: Browser, page: Path) -> None:
    open_cloud(browser, page)
    canvas = "document.querySelector('.stage canvas.points')"
    browser.run(
        f"void (window.extension = {canvas}.getContext('webgl').getExtension('WEBGL_lose_context')).loseContext()"
    )
    browser.until(f"{canvas}.getContext('webgl').isContextLost()")
    browser.run("void window.extension.restoreContext()")
    browser.until(f"!{canvas}.getContext('webgl').isContextLost()")
    assert len(pixels_of(browser, RED)) > 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_view_fits_the_width_of_the_window_in_both_themes(
    browser: Browser, page: Path, scheme: str, width: int
) -> None:
    open_cloud(browser, page, width=width, height=812, scheme=scheme)
    assert browser.run("document.querySelector('dialog').scrollWidth") <= width
    box = browser.box(STAGE)
    assert (box["width"], box["height"]) >= (width * 0.6, 200)
    assert len(pixels_of(browser, RED)) > 50
    background = np.asarray(browser.screenshot(), int)[3, 3].mean()
    assert background > 200 if scheme == "light" else background < 60
