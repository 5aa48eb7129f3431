"""A page shows images, masks and texts in a real browser that opens it from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import jpeg, label, sample
from export.making import BOX, LINE, POINT, POLYGON, vector_release
from PIL import Image

import segments_hf
from preview.chromium import (
    FLOWER_CHECKBOX,
    FRAME,
    GALLERY_IS_DRAWN,
    IS_DRAWN,
    Browser,
    fractions_of,
    inner_points,
    open_sample,
    set_opacity,
)
from preview.reading import Page, image_of, unpacked, write_samples
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser


def color_at(browser: Browser, shape: tuple[int, ...]) -> Any:
    """Return a function from a point (y, x), in pixels of an image of this shape, to its color on the screen."""
    screenshot = np.asarray(browser.screenshot_of(FRAME), int)
    scale = np.array(screenshot.shape[:2]) / shape[:2]
    return lambda point: screenshot[tuple(((np.array(point) + 0.5) * scale).astype(int))]


def check_overlay(browser: Browser, page: Path, sample_number: int) -> None:
    """Check the colors on the screen at many points of a sample, in objects and in the unlabeled area.

    Args:
        browser: The browser.
        page: The path of the page.
        sample_number: The number of the sample on the page; 1 for the first sample.
    """
    content = Page(page)
    detail = content.details[sample_number - 1]
    colors = np.array([item["color"] for item in content.head["classes"]])
    shown, image = unpacked(detail["numbers"]), np.asarray(image_of(detail["image"]).convert("RGB"), int)
    points = inner_points(shown, 4)
    objects = {number for number in points if number}
    assert len(objects) > len(detail["objects"]) / 2  # small objects have no points at this distance from their edge
    class_of = {number: detail["objects"][number - 1]["class_number"] for number in objects}
    assert len(set(class_of.values())) == 2

    open_sample(browser, page, sample_number)
    set_opacity(browser, 100)
    color_of = color_at(browser, shown.shape)
    for number in objects:
        for point in points[number]:
            assert color_of(point).tolist() == colors[class_of[number]].tolist(), (number, point)
    for point in points[0]:
        y, x = point
        around = image[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3)  # the browser interpolates enlarged images
        assert (color_of(point) >= around.min(0) - 6).all(), point
        assert (color_of(point) <= around.max(0) + 6).all(), point

    set_opacity(browser, 40)
    color_of = color_at(browser, shown.shape)
    for number in objects:
        for y, x in points[number]:
            around = image[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3)
            low, high = (0.6 * bound + 0.4 * colors[class_of[number]] for bound in (around.min(0), around.max(0)))
            assert (color_of((y, x)) >= low - 6).all(), (number, y, x)
            assert (color_of((y, x)) <= high + 6).all(), (number, y, x)


@pytest.mark.parametrize("number", [pytest.param(1, id="first image"), pytest.param(4, id="image with EXIF rotation")])
def test_overlay_of_the_demo_release_has_the_colors_of_the_classes(browser: Browser, demo: Path, number: int) -> None:
    check_overlay(browser, demo, number)


def test_overlay_of_arc_litter_has_the_colors_of_the_classes(
    browser: Browser, tmp_path: Path, arc_litter: Path
) -> None:
    options: dict[str, Any] = {"segments_dir": arc_litter / "segments", "filter_by": "REVIEWED", "limit": 25}
    page = segments_hf.preview(arc_litter / "arc_litter-v01.json", tmp_path / "page.html", **options)
    check_overlay(browser, page, 2)


def test_objects_of_a_class_are_hidden_and_shown_again(browser: Browser, demo: Path) -> None:
    open_sample(browser, demo, 1)
    detail = Page(demo).details[0]
    shown = unpacked(detail["numbers"])
    points = inner_points(shown, 4)
    classes = {number: detail["objects"][number - 1]["class_number"] for number in points if number}
    flowers = [point for number, index in classes.items() if index == 0 for point in points[number]]
    leaves = [point for number, index in classes.items() if index == 1 for point in points[number]]
    set_opacity(browser, 100)
    before = color_at(browser, shown.shape)
    browser.click(FLOWER_CHECKBOX)
    after = color_at(browser, shown.shape)
    assert all(after(point).tolist() == [34, 160, 90] for point in leaves)
    assert not [point for point in flowers if after(point).tolist() == [236, 72, 153]]
    browser.hover(FRAME, *fractions_of(shown.shape, flowers[0]))
    assert not browser.element("#tip").is_displayed()  # a hidden object has no tooltip
    browser.click(FLOWER_CHECKBOX)
    again = color_at(browser, shown.shape)
    assert all(again(point).tolist() == before(point).tolist() for point in flowers + leaves)


def thumb_pixels(browser: Browser) -> np.ndarray:
    """Return the RGBA pixels of the mask on the first card: array of shape (H, W, 4)."""
    return np.asarray(image_of(browser.run("document.querySelector('.gallery canvas.mask').toDataURL()")))


def test_class_controls_change_the_masks_in_the_gallery(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    browser.until(GALLERY_IS_DRAWN)
    assert browser.texts("#layers .classes li") == ["floweronly21", "leafonly42"]
    thumb = Page(demo).thumbs[0]
    expected = np.array([0, *(number + 1 for number in thumb["class_numbers"])])[unpacked(thumb["numbers"])]
    colors = np.array([[0, 0, 0, 0], [236, 72, 153, 255], [34, 160, 90, 255]])
    assert np.array_equal(thumb_pixels(browser), colors[expected])
    browser.click("#layers input[data-class='0']")
    assert np.array_equal(thumb_pixels(browser), colors[np.where(expected == 1, 0, expected)])
    browser.click("#layers .choices button:last-child")
    assert not thumb_pixels(browser).any()
    browser.click("#layers .choices button:first-of-type")
    assert np.array_equal(thumb_pixels(browser), colors[expected])
    browser.run("document.querySelector('#layers .only').click()")  # the button is visible only under the pointer
    assert np.array_equal(thumb_pixels(browser), colors[np.where(expected == 2, 0, expected)])


def test_class_controls_of_a_sample_do_not_change_classes_without_objects_in_the_sample(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    samples = [
        sample("one", "a.jpg", label(annotations=[BOX, {**POINT, "id": 2}])),  # flower, leaf
        sample("two", "a.jpg", label(annotations=[LINE])),  # ground
    ]
    browser.open(segments_hf.preview(write_samples(tmp_path, samples), tmp_path / "page.html"))
    browser.click("#layers input[data-class='0']")  # ground
    browser.click(".gallery li:first-child a")
    browser.until("document.querySelector('dialog').open")
    checkbox_states = "[...document.querySelectorAll('#layers input[data-class]')].map(box => box.checked)"
    for click, expected in (
        ("#controls .only", [False, True, False]),
        ("#controls .choices button:last-child", [False, False, False]),
        ("#controls .choices button", [False, True, True]),
    ):
        browser.run("document.querySelector(arguments[0]).click()", click)
        assert browser.run(checkbox_states) == expected


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        (5, ["5 of 8 samples, evenly spaced", "39 objects"]),
        (9, ["8 samples", "63 objects"]),
        (None, ["8 samples", "63 objects"]),
    ],
)
def test_summary_states_the_numbers_of_samples_and_objects_and_how_samples_were_chosen(
    browser: Browser, tmp_path: Path, limit: int | None, counts: list[str]
) -> None:
    browser.open(segments_hf.preview(demo_release(), tmp_path / "page.html", limit=limit))
    summary = browser.text("#summary")
    assert all(text in summary for text in ["segmentation-bitmap", *counts, "no findings"])
    assert ("of 8" in summary) == (limit == 5)


def test_vectors_are_drawn_in_the_colors_of_their_classes(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(vector_release(tmp_path, [BOX, POLYGON, LINE, POINT]), tmp_path / "page.html")
    open_sample(browser, page, 1)
    set_opacity(browser, 100)
    color_of = color_at(browser, (18, 24))
    colors = {name: list(item["color"]) for name, item in zip(("ground", "flower", "leaf"),
              Page(page).head["classes"], strict=True)}  # fmt: skip
    assert color_of((5.5, 15.5)).tolist() == colors["leaf"]  # inside the polygon
    assert color_of((7, 5.5)).tolist() == colors["leaf"]  # the point
    assert color_of((4.5, 2.5)).tolist() == colors["ground"]  # the point x = 3, y = 5 on the line
    screenshot = np.asarray(browser.screenshot_of(FRAME), int)
    scale = screenshot.shape[1] / 24
    assert screenshot[round(8 * scale), round(2.5 * scale)].tolist() == colors["flower"]  # the left side of the box
    assert browser.texts("#objects .class-name") == ["flower", "leaf", "ground", "leaf"]
    browser.hover(FRAME, 6 / 24, 7.5 / 18)
    browser.until("!document.querySelector('#tip').hidden")
    assert browser.texts("#tip p") == ["leaf"]  # the point, which covers the box
    browser.click("#controls input[data-class='2']")
    assert color_at(browser, (18, 24))((5.5, 15.5)).tolist() != colors["leaf"]


HOSTILE = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"


def test_hostile_names_are_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    categories = [{"id": 3, "name": HOSTILE}]
    hostile = sample(HOSTILE, "a.jpg", label(annotations=[{**BOX, "attributes": {HOSTILE: HOSTILE}}]))
    broken = sample(HOSTILE, f"{HOSTILE}.jpg", label(annotations=[]))
    page = segments_hf.preview(write_samples(tmp_path, [hostile, broken], categories), tmp_path / "page.html")
    browser.open(page)
    browser.until(GALLERY_IS_DRAWN)
    assert browser.texts(".gallery .name") == [HOSTILE, HOSTILE]
    assert browser.texts("#layers .class-name") == [HOSTILE]
    open_sample(browser, page, 1)
    assert browser.text("#name") == HOSTILE
    assert browser.texts("#objects .faded") == [f"type: bbox · {HOSTILE}: {HOSTILE}"]
    browser.hover(FRAME, 0.2, 0.3)
    browser.until("!document.querySelector('#tip').hidden")
    assert browser.texts("#tip p") == [HOSTILE]
    assert browser.run("document.title") == "jane/flowers v1.0"
    assert browser.run("document.querySelectorAll('img:not([src^=\"data:\"])').length") == 0


def test_viewer_shows_why_a_sample_has_no_image(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(write_samples(tmp_path, [sample("a", "missing.jpg"), {}]), tmp_path / "page.html")
    browser.open(page, fragment="#sample-1")
    browser.until("document.querySelector('dialog').open")
    assert browser.text("#stage") == "No image"
    assert "missing.jpg" in browser.text("#findings")
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'samples[1]'")
    assert "UNREADABLE" in browser.text("#facts")


def luminance(color: Any) -> float:
    """Return the luminance of an RGB color: a number from 0 to 255."""
    return float(np.dot(color, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_page_fits_the_width_of_the_window_in_both_themes(
    browser: Browser, demo: Path, scheme: str, width: int
) -> None:
    for fragment in ("", "#sample-1"):
        browser.open(demo, width=width, height=812, scheme=scheme, fragment=fragment)
        browser.until(IS_DRAWN if fragment else GALLERY_IS_DRAWN)
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.run("document.querySelector('dialog').scrollWidth") <= width
        background = luminance(np.asarray(browser.screenshot())[3, 3])
        assert (background > 200) == (scheme == "light")
        assert (background < 60) == (scheme == "dark")
    box = browser.box(FRAME)
    assert (box["width"], box["height"]) >= (width * 0.6, 200)


def test_gallery_holds_only_images_near_the_visible_cards(browser: Browser, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    samples = [sample(f"{number:03}", "a.png", label(annotations=[BOX])) for number in range(300)]
    page = segments_hf.preview(write_samples(tmp_path, samples), tmp_path / "page.html")
    browser.open(page)
    browser.until(GALLERY_IS_DRAWN)
    assert browser.run("document.querySelectorAll('.gallery li').length") == 300
    assert browser.run("document.querySelectorAll('.gallery img').length") < 60
    browser.run("scrollTo(0, document.documentElement.scrollHeight)")
    browser.until("document.querySelector('.gallery li:last-child img')?.complete")
    browser.until("!document.querySelector('.gallery li:first-child img')")
    assert browser.run("document.querySelectorAll('.gallery img').length") < 60
