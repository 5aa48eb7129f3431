"""The viewer zooms and moves an image. The masks, outlines and tooltips stay aligned with the image.

The last two tests check other content of a page: splits, the size of the file, keys, and the link to an original image.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample
from export.making import POINT, POLYGON, vector_release
from PIL import Image

import segments_hf
from preview.chromium import FRAME, IS_DRAWN, Browser, open_sample, set_opacity
from preview.reading import Page, unpacked, write_samples
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser

SCALE = "zoom-fit"  # the id of the button that shows the scale
SIZE = (40, 30)
IDS = np.zeros(SIZE[::-1], int)
IDS[5:12, 8:20] = 1
IDS[12:20, 20:31] = 2
IDS[25, 35] = 1  # a single pixel
COLORS = {0: (0, 0, 0), 1: (255, 0, 0), 2: (0, 200, 0)}


@pytest.fixture
def page(tmp_path: Path, write_release: Any) -> Path:
    """A page with two equal samples: a black image with one white pixel, a red object and a green object.

    One pixel of the red object is separate from its other pixels.
    """
    photo = Image.new("RGB", SIZE)
    photo.putpixel((2, 2), (255, 255, 255))
    photo.save(tmp_path / "a.png")
    (tmp_path / "mask.png").write_bytes(bitmap(IDS))
    categories = [{"id": number, "name": f"class {number}", "color": list(COLORS[number])} for number in (1, 2)]
    annotations = [{"id": number, "category_id": number} for number in (1, 2)]
    labels = label(annotations=annotations, segmentation_bitmap={"url": "mask.png"})
    release = write_release(
        [sample(name, "a.png", labels) for name in "ab"], task_attributes={"categories": categories}
    )
    return segments_hf.preview(release, tmp_path / "page.html")


def shown_scale(browser: Browser) -> float:
    """Return the scale that the page shows, such as 1.5."""
    return float(browser.text(f"#{SCALE}").rstrip("×"))


def turn_wheel(browser: Browser, x: float, y: float, delta: float) -> None:
    """Turn the mouse wheel by `delta` pixels at a position in the window."""
    event = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": delta}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def mouse(browser: Browser, kind: str, x: float, y: float) -> None:
    """Send an event of the pointer, such as ``mousePressed``, at a position in the window."""
    event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 0 if kind == "mouseReleased" else 1}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**event, "clickCount": 1})


def touch(browser: Browser, kind: str, *points: tuple[float, float]) -> None:
    """Send an event of fingers, such as ``touchStart``, at positions in the window."""
    touch_points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch_points})


def center_of(browser: Browser, x: float, y: float) -> tuple[float, float]:
    """Return the position in the window of the center of a pixel of the image."""
    return center_in(browser.box(FRAME), x, y)


def center_in(box: dict[str, float], x: float, y: float) -> tuple[float, float]:
    """Return the position in the window of the center of a pixel of an image that fills a box."""
    return box["x"] + (x + 0.5) * box["width"] / SIZE[0], box["y"] + (y + 0.5) * box["height"] / SIZE[1]


def check_alignment(browser: Browser, opacity: int = 100) -> int:
    """Check the colors of all visible pixels of the image, and return the number of these pixels."""
    set_opacity(browser, opacity)
    screen, stage, frame = np.asarray(browser.screenshot(), int), browser.box("#stage"), browser.box(FRAME)
    covering = covering_boxes(browser)
    checked = 0
    for y, x in np.ndindex(IDS.shape):
        center_x, center_y = center_in(frame, x, y)
        if not (stage["left"] < center_x - 2 < center_x + 2 < stage["right"]):
            continue
        if not (stage["top"] < center_y - 2 < center_y + 2 < stage["bottom"]) or any(
            left <= center_x <= right and top <= center_y <= bottom for left, top, right, bottom in covering
        ):
            continue
        found, expected = screen[int(center_y), int(center_x)], COLORS[int(IDS[y, x])]
        if (x, y) == (2, 2):
            expected = (255, 255, 255)  # the white pixel of the image, beside black pixels
        assert np.abs(found - expected).max() <= 3, (x, y, found.tolist())
        checked += 1
    return checked


def covering_boxes(browser: Browser) -> list[tuple[float, float, float, float]]:
    """Return the boxes (left, top, right, bottom) of the buttons and the tooltip, which are drawn over the image."""
    margins = {"#zoom-bar": 1, "#tip": 30}  # pixels; the tooltip has a shadow
    boxes = [(browser.box(selector), margin) for selector, margin in margins.items()]
    return [
        (box["left"] - margin, box["top"] - margin, box["right"] + margin, box["bottom"] + margin)
        for box, margin in boxes
    ]


def test_wheel_zooms_at_the_pointer_and_drag_moves_the_image(browser: Browser, page: Path) -> None:
    open_sample(browser, page, 1)
    assert shown_scale(browser) == 1
    assert check_alignment(browser) > 1000
    position = center_of(browser, 21, 13)
    browser.hover(FRAME, 21.5 / 40, 13.5 / 30)
    browser.until("!document.querySelector('#tip').hidden")
    turn_wheel(browser, *position, -200)
    browser.until(f"document.querySelector('#{SCALE}').textContent !== '1×'")
    assert np.abs(np.subtract(center_of(browser, 21, 13), position)).max() <= 1.5  # the pixel stays under the pointer
    assert 100 < check_alignment(browser) < 1100
    assert browser.texts("#tip p") == ["class 2"]
    before = browser.box(FRAME)
    mouse(browser, "mousePressed", *position)
    mouse(browser, "mouseMoved", position[0] - 70, position[1] - 40)
    browser.until(f"document.querySelector('{FRAME}').getBoundingClientRect().x < {before['x'] - 60}")
    assert not browser.element("#tip").is_displayed()  # while the image moves
    mouse(browser, "mouseReleased", position[0] - 70, position[1] - 40)
    after = browser.box(FRAME)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (-70, -40)
    assert 100 < check_alignment(browser) < 1100
    turn_wheel(browser, *position, 5000)
    browser.until(f"document.querySelector('#{SCALE}').textContent === '1×'")
    assert check_alignment(browser) > 1000


def test_outline_and_tooltip_in_a_zoomed_image_belong_to_the_object_under_the_pointer(
    browser: Browser, page: Path
) -> None:
    open_sample(browser, page, 1)
    turn_wheel(browser, *center_of(browser, 35, 25), -250)
    browser.until(f"document.querySelector('#{SCALE}').textContent !== '1×'")
    for (x, y), expected in (((35, 25), ["class 1"]), ((34, 25), []), ((35, 24), []), ((30, 19), ["class 2"])):
        center_x, center_y = center_of(browser, x, y)
        event = {"type": "mouseMoved", "x": center_x, "y": center_y}
        browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        browser.until(f"document.querySelector('#tip').hidden === {str(not expected).lower()}")
        assert browser.texts("#tip p") == expected
    # The outline of the object is on the edges of its pixels.
    box, frame = browser.box(".outline .line"), browser.box(FRAME)
    scale = frame["width"] / SIZE[0]
    assert box["x"] == pytest.approx(frame["x"] + 20 * scale, abs=2.5)
    assert box["width"] == pytest.approx(11 * scale, abs=4)


def test_keys_and_buttons_zoom_and_arrow_keys_move_a_zoomed_image(browser: Browser, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_sample(browser, page, 1)
    browser.type("+")
    assert shown_scale(browser) == 1.5
    before = browser.box(FRAME)
    browser.type(Keys.ARROW_RIGHT)
    assert browser.box(FRAME)["x"] < before["x"]
    assert browser.text("#name") == "a"  # the sample does not change
    browser.type(Keys.ARROW_LEFT)
    browser.type(Keys.ARROW_DOWN)
    assert browser.box(FRAME)["y"] < before["y"]
    browser.type("-")
    assert shown_scale(browser) == 1
    browser.click("#zoom-in")
    browser.click("#zoom-in")
    assert shown_scale(browser) == pytest.approx(2.25, abs=0.06)
    assert "whole image" in browser.element(f"#{SCALE}").get_attribute("aria-label")
    browser.click("#zoom-out")
    browser.type("0")
    assert shown_scale(browser) == 1
    assert not browser.element("#zoom-out").is_enabled()
    browser.type("+")
    browser.type("j")  # the next sample is shown as a whole
    browser.until("document.querySelector('#name').textContent === 'b'")
    assert shown_scale(browser) == 1
    browser.type(Keys.ARROW_LEFT)
    browser.until("document.querySelector('#name').textContent === 'a'")


def test_two_fingers_zoom_and_one_finger_moves_the_zoomed_image(browser: Browser, page: Path) -> None:
    browser.open(page, width=390, height=800, fragment="#sample-1")
    browser.until(IS_DRAWN)
    x, y = center_of(browser, 20, 12)
    touch(browser, "touchStart", (x - 20, y), (x + 20, y))
    touch(browser, "touchMove", (x - 30, y), (x + 30, y))
    touch(browser, "touchMove", (x - 60, y), (x + 60, y))
    touch(browser, "touchEnd")
    browser.until(f"document.querySelector('#{SCALE}').textContent === '3×'")
    assert np.abs(np.subtract(center_of(browser, 20, 12), (x, y))).max() <= 3
    before = browser.box(FRAME)
    touch(browser, "touchStart", (x, y))
    touch(browser, "touchMove", (x + 25, y + 10))
    touch(browser, "touchEnd")
    after = browser.box(FRAME)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (25, 10)
    assert check_alignment(browser) > 50


def test_image_cannot_leave_the_stage(browser: Browser, page: Path) -> None:
    open_sample(browser, page, 1)
    browser.click("#zoom-in")
    stage = browser.box("#stage")
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    for shift in (4000, -4000):
        mouse(browser, "mousePressed", x, y)
        mouse(browser, "mouseMoved", x + shift, y + shift)
        mouse(browser, "mouseReleased", x + shift, y + shift)
        frame = browser.box(FRAME)
        assert frame["left"] <= stage["left"] + 1
        assert frame["right"] >= stage["right"] - 1


def test_pixels_are_shown_as_squares_from_a_width_of_two_screen_pixels_on(browser: Browser, tmp_path: Path) -> None:
    open_sample(browser, segments_hf.preview(demo_release(), tmp_path / "page.html", limit=1), 1)
    rendering = f"getComputedStyle(document.querySelector('{FRAME} img')).imageRendering"
    for expected in ("auto", "pixelated"):
        scale = browser.box(FRAME)["width"] / 480
        assert (scale >= 2) == (expected == "pixelated")
        assert browser.run(rendering) == expected
        browser.click("#zoom-in")


def colors_of_element(browser: Browser, selector: str) -> set[tuple[int, ...]]:
    """Return the colors of all pixels of an element on the screen."""
    pixels = np.asarray(browser.screenshot_of(selector)).reshape(-1, 3)
    return set(map(tuple, pixels.tolist()))


@pytest.mark.parametrize("color", [(255, 255, 255), (0, 0, 0)], ids=["white on white", "black on black"])
def test_outlines_are_visible_at_opacity_0_and_on_a_background_of_the_same_color(
    browser: Browser, tmp_path: Path, write_release: Any, color: tuple[int, int, int]
) -> None:
    Image.new("RGB", SIZE, color).save(tmp_path / "a.png")
    (tmp_path / "mask.png").write_bytes(bitmap(IDS))
    annotations = [{"id": number, "category_id": 1} for number in (1, 2)]
    labels = label(annotations=annotations, segmentation_bitmap={"url": "mask.png"})
    categories = [{"id": 1, "name": "sheep", "color": list(color)}]
    path = write_release([sample("a", "a.png", labels)], task_attributes={"categories": categories})
    open_sample(browser, segments_hf.preview(path, tmp_path / "page.html"), 1)
    set_opacity(browser, 0)
    screen = np.asarray(browser.screenshot(), int)
    x, top = center_of(browser, 14, 4)
    _, bottom = center_of(browser, 14, 5)
    column = screen[int(top) : int(bottom), int(x)]  # screen pixels across the upper edge of the first object
    assert np.abs(column - color).max() > 120
    browser.click("#close")
    browser.until("document.querySelector('.gallery canvas.edges')")
    assert any(abs(shade[0] - color[0]) > 100 for shade in colors_of_element(browser, ".gallery .frame"))


def test_outlines_of_hidden_classes_are_hidden(browser: Browser, page: Path) -> None:
    open_sample(browser, page, 1)
    count = "document.querySelectorAll('.edges path').length"
    assert browser.run(count) == 4  # a line and a halo for each class
    browser.click("#controls input[data-class='0']")
    assert browser.run(count) == 2
    assert Page(page).details[0]["numbers"]
    assert np.array_equal(unpacked(Page(page).details[0]["numbers"]), IDS)


def test_vectors_stay_aligned_and_keep_their_line_width_when_zoomed(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(vector_release(tmp_path, [POLYGON, POINT]), tmp_path / "page.html")
    open_sample(browser, page, 1)
    shape = ".shapes .shape.polygon"
    relative = "(box => [(box.x - frame.x) / frame.width, box.width / frame.width])({})"
    script = (
        f"(frame => {relative.format(f'document.querySelector({shape!r}).getBoundingClientRect()')})"
        f"(document.querySelector({FRAME!r}).getBoundingClientRect())"
    )
    before = browser.run(script)
    browser.click("#zoom-in")
    browser.click("#zoom-in")
    assert browser.run(script) == pytest.approx(before, abs=0.01)
    assert browser.run(f"getComputedStyle(document.querySelector({shape!r})).vectorEffect") == "non-scaling-stroke"


def test_page_shows_the_split_of_each_sample_and_a_filter_for_splits(browser: Browser, tmp_path: Path) -> None:
    browser.open(segments_hf.preview(demo_release(), tmp_path / "page.html", splits="metadata:garden"))
    options = browser.run("[...document.querySelectorAll('#split option')].map(option => option.value)")
    assert set(options) == {"", "north", "south"}
    shown = browser.texts(".gallery .split")
    browser.run("Object.assign(document.getElementById('split'), {value: 'north'})")
    browser.run("document.getElementById('split').dispatchEvent(new Event('input', {bubbles: true}))")
    assert browser.texts(".gallery .split") == ["north"] * shown.count("north")
    browser.click(".gallery li:not([hidden]) a")
    browser.until(IS_DRAWN)
    assert "north" in browser.text("#facts")
    browser.open(segments_hf.preview(demo_release(), tmp_path / "page.html"))
    assert not browser.element("#split").is_displayed()  # a release without splits


def test_page_shows_its_size_its_keys_and_the_link_to_an_original_image(browser: Browser, tmp_path: Path) -> None:
    url = "https://images.example.org/a.jpg"
    images = tmp_path / "segments" / "jane_flowers" / "v1.0"
    images.mkdir(parents=True)
    for name in ("a.jpg", "b.jpg"):
        (images / name).write_bytes(jpeg((30, 20)))
    release = write_samples(tmp_path, [sample("a.jpg", url), sample("b.jpg", f"{url}?sig=abc")])
    page = segments_hf.preview(release, tmp_path / "page.html", segments_dir=tmp_path / "segments")
    browser.open(page)
    assert f"{page.stat().st_size / 1e6:.1f} MB" in browser.text("#file-size")
    open_sample(browser, page, 1)
    link = browser.element("#original")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (url, "noopener noreferrer")
    assert {"+", "0", "Esc", "j"} <= set(browser.texts(".keys kbd"))
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'b.jpg'")
    assert not browser.element("#original").is_displayed()
