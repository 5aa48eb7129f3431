"""The viewer shows the images of cameras with the boxes of the point cloud over them, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segments_hf
from preview.cameras import FISHEYE, camera_release, front_box, front_camera, lines_of_path
from preview.chromium import Browser, fractions_of
from preview.reading import Page
from preview.test_clouds_in_chromium import GREEN, IS_DRAWN, RED
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser

WHITE = (255, 255, 255)
STAGE = ".stage .camera"
STRIP_IMAGE = "#cameras li:nth-child({}) .frame"  # the first child of the strip is the button of the point cloud
CAMERA_IS_SHOWN = f"document.querySelector('{STAGE}.painted')"
TILES_ARE_DRAWN = "[...document.querySelectorAll('#cameras img')].every(image => image.complete)"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of two frames with three cameras: `front`, `fisheye`, and `missing`, whose image is missing.

    The front camera sees a red box, and a green box on the right of the red box.
    """
    cameras = [
        front_camera(tmp_path),
        front_camera(tmp_path, "fisheye", (480, 480), distortion=FISHEYE),
        {**front_camera(tmp_path), "name": "missing", "url": "missing.png"},
    ]
    green = front_box(2, 2, position={"x": 8, "y": -3, "z": 0})
    return segments_hf.preview(
        camera_release(tmp_path, cameras, front_box(), green), tmp_path / "page.html", cameras=True
    )


def show_camera(browser: Browser, page: Path, number: int = 1, **options: Any) -> None:
    """Open a page, and show a camera of the first sample in the stage. The first camera has the number 1."""
    browser.open(page, fragment="#sample-1", **options)
    browser.until(IS_DRAWN)
    browser.until(TILES_ARE_DRAWN)
    browser.click(f"#cameras li:nth-child({number + 1}) button")
    browser.until(CAMERA_IS_SHOWN)


def count_pixels(browser: Browser, *colors: Any) -> list[list[int]]:
    """Count the pixels of each color in the stage, and in the first and the second image of the strip."""
    picture = np.asarray(browser.screenshot(), int)
    boxes = [browser.box(selector) for selector in (STAGE, STRIP_IMAGE.format(2), STRIP_IMAGE.format(3))]
    parts = [
        picture[round(box["top"]) : round(box["bottom"]), round(box["left"]) : round(box["right"])] for box in boxes
    ]
    return [[int((np.abs(part - color).max(axis=2) <= 3).sum()) for part in parts] for color in colors]


def has_color_near(picture: np.ndarray, point: np.ndarray, size: Any, color: Any) -> bool:
    """Tell whether a pixel near a point of the camera image has the hue of a color. The camera image is gray.

    Args:
        picture: A screenshot of the shown image.
        point: x and y in pixels of the image.
        size: The width and height of the image in pixels.
        color: Red, green and blue.
    """
    scale = np.array(picture.shape[1::-1]) / size
    x, y = np.round(point * scale).astype(int)
    near = picture[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].reshape(-1, 3).astype(int)
    channel = int(np.argmax(color))
    other_channels = np.delete(near, channel, axis=1).max(axis=1)
    return bool((near[:, channel] > other_channels + 80).any())


@pytest.mark.parametrize("number", [1, 2], ids=["front", "fisheye"])
def test_edges_of_boxes_have_the_color_of_the_class(browser: Browser, page: Path, number: int) -> None:
    camera = Page(page).details[0]["cameras"][number - 1]
    show_camera(browser, page, number)
    for selector in (STAGE, STRIP_IMAGE.format(number + 1)):
        picture = np.asarray(browser.screenshot_of(selector))
        for item, path in camera["boxes"]:
            for line in lines_of_path(path):
                middle = (line[len(line) // 2 - 1] + line[len(line) // 2]) / 2
                assert has_color_near(picture, middle, camera["size"], RED if item == 1 else GREEN)
    # The corner of the red box at x = 7, y = 0, z = -1 is 1/7 of the focal length below the center of the image.
    if number == 1:
        picture = np.asarray(browser.screenshot_of(STAGE))
        assert has_color_near(picture, np.array([320, 240 + 320 / 7]), (640, 480), RED)


def test_checkboxes_hide_and_show_classes_and_boxes_in_the_stage_and_in_the_strip(browser: Browser, page: Path) -> None:
    show_camera(browser, page)
    before = count_pixels(browser, RED, GREEN)
    assert min(map(min, before)) > 20
    browser.click("#controls input[data-class='0']")
    red, green = count_pixels(browser, RED, GREEN)
    assert red == [0, 0, 0]
    assert min(green) > 20
    browser.click("#show-boxes")
    assert count_pixels(browser, RED, GREEN) == [[0, 0, 0]] * 2
    browser.click("#controls input[data-class='0']")
    browser.click("#show-boxes")
    assert count_pixels(browser, RED, GREEN) == before


def test_object_with_the_focus_in_the_list_is_outlined_in_all_images(browser: Browser, page: Path) -> None:
    show_camera(browser, page)
    [before] = count_pixels(browser, WHITE)  # the zoom bar is white
    browser.run("void document.querySelector('#objects button').focus()")
    [after] = count_pixels(browser, WHITE)
    assert all(number_after > number_before + 20 for number_before, number_after in zip(before, after, strict=True))
    browser.run("document.activeElement.blur()")
    assert count_pixels(browser, WHITE) == [before]


def test_tooltip_describes_the_object_whose_edge_is_under_the_pointer(browser: Browser, page: Path) -> None:
    show_camera(browser, page)
    browser.hover(STAGE, *fractions_of((480, 640), (round(240 + 320 / 7), 320 - 20)))
    browser.until("!document.querySelector('#tip').hidden")
    assert browser.texts("#tip p") == ["car"]
    browser.hover(STAGE, 0.1, 0.1)
    browser.until("document.querySelector('#tip').hidden")


def test_next_frame_shows_the_chosen_camera_until_the_point_cloud_is_chosen(browser: Browser, page: Path) -> None:
    show_camera(browser, page)
    browser.type("+")
    assert browser.text("#zoom-fit") == "1.5×"
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'scene · second'")
    browser.until(CAMERA_IS_SHOWN)
    assert min(count_pixels(browser, RED)[0]) > 20
    assert not browser.element("#look-top").is_enabled()
    browser.click("#cameras li:first-child button")
    browser.until(IS_DRAWN)
    assert browser.element("#look-top").is_enabled()
    assert browser.run("document.querySelectorAll('#cameras [aria-pressed=true]').length") == 1


def test_button_of_a_camera_without_an_image_has_a_name_and_is_disabled(browser: Browser, page: Path) -> None:
    browser.open(page, fragment="#sample-1")
    browser.until(IS_DRAWN)
    assert browser.texts("#cameras .camera-name") == ["front", "fisheye", "missing"]
    assert not browser.element("#cameras li:last-child button").is_enabled()
    assert "missing.png" in browser.text("#findings")


def test_camera_names_with_markup_are_text(browser: Browser, tmp_path: Path) -> None:
    camera = front_camera(tmp_path)
    names = ["<b>left</b>", "<img src=x onerror=alert(1)>"]
    release = camera_release(tmp_path, [{**camera, "name": name} for name in names], front_box())
    browser.open(segments_hf.preview(release, tmp_path / "page.html", cameras=True), fragment="#sample-1")
    browser.until(IS_DRAWN)
    assert browser.texts("#cameras .camera-name") == names


def test_sample_without_camera_images_has_no_strip(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(demo_release("street-cuboids"), tmp_path / "page.html")
    browser.open(page, fragment="#sample-1")
    browser.until(IS_DRAWN)
    assert not browser.element("#cameras").is_displayed()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_strip_fits_the_window_in_both_themes(browser: Browser, tmp_path: Path, scheme: str, width: int) -> None:
    cameras = [front_camera(tmp_path, f"camera {number}") for number in range(6)]
    page = segments_hf.preview(camera_release(tmp_path, cameras, front_box()), tmp_path / "page.html", cameras=True)
    show_camera(browser, page, width=width, height=844, scheme=scheme)
    assert browser.run("document.querySelector('dialog').scrollWidth") <= width
    strip, stage = browser.box("#cameras"), browser.box(".stage")
    assert strip["y"] >= stage["y"] + stage["height"]
    assert strip["y"] + strip["height"] <= 844
    assert browser.box(STRIP_IMAGE.format(2))["height"] >= 72
    assert min(count_pixels(browser, RED)[0]) > 20
