"""What somebody sees on a page, in a real browser that opens it from disk."""

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
    FLOWER,
    FRAME,
    GALLERY_IS_DRAWN,
    IS_DRAWN,
    Browser,
    inner_points,
    open_sample,
    relative,
    set_opacity,
)
from preview.reading import Page, numbers, picture, written
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser


def seen(browser: Browser, shape: tuple[int, ...]) -> Any:
    """A function from a place (y, x) of what is shown to the color that is seen there."""
    shot = np.asarray(browser.picture(FRAME), int)
    scale = np.array(shot.shape[:2]) / shape[:2]
    return lambda place: shot[tuple(((np.array(place) + 0.5) * scale).astype(int))]


def check_overlay(browser: Browser, page: Path, place: int) -> None:
    """Checks colors at many points of a sample: of each object, and of what is not labeled."""
    read = Page(page)
    detail = read.details[place - 1]
    colors = np.array([item["color"] for item in read.head["classes"]])
    shown, image = numbers(detail["numbers"]), np.asarray(picture(detail["image"]).convert("RGB"), int)
    points = inner_points(shown, 4)
    objects = {number for number in points if number}
    assert len(objects) > len(detail["objects"]) / 2  # small ones have no inside
    class_of = {number: detail["objects"][number - 1]["class_number"] for number in objects}
    assert len(set(class_of.values())) == 2

    open_sample(browser, page, place)
    set_opacity(browser, 100)
    at = seen(browser, shown.shape)
    for number in objects:
        for point in points[number]:
            assert at(point).tolist() == colors[class_of[number]].tolist(), (number, point)
    for point in points[0]:
        y, x = point
        around = image[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3)  # the browser smooths what it enlarges
        assert (at(point) >= around.min(0) - 6).all(), point
        assert (at(point) <= around.max(0) + 6).all(), point

    set_opacity(browser, 40)
    at = seen(browser, shown.shape)
    for number in objects:
        for y, x in points[number]:
            around = image[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3)
            low, high = (0.6 * part + 0.4 * colors[class_of[number]] for part in (around.min(0), around.max(0)))
            assert (at((y, x)) >= low - 6).all(), (number, y, x)
            assert (at((y, x)) <= high + 6).all(), (number, y, x)


@pytest.mark.parametrize("place", [1, 4])  # the fourth is turned by its EXIF
def test_the_overlay_of_the_demo(browser: Browser, demo: Path, place: int) -> None:
    check_overlay(browser, demo, place)


def test_the_overlay_of_a_real_release(browser: Browser, tmp_path: Path, arc_litter: Path) -> None:
    options: dict[str, Any] = {"segments_dir": arc_litter / "segments", "filter_by": "REVIEWED", "limit": 25}
    page = segments_hf.preview(arc_litter / "arc_litter-v01.json", tmp_path / "page.html", **options)
    check_overlay(browser, page, 2)


def test_a_class_is_switched_off_and_on(browser: Browser, demo: Path) -> None:
    open_sample(browser, demo, 1)
    detail = Page(demo).details[0]
    shown = numbers(detail["numbers"])
    points = inner_points(shown, 4)
    classes = {number: detail["objects"][number - 1]["class_number"] for number in points if number}
    flowers = [point for number, index in classes.items() if index == 0 for point in points[number]]
    leaves = [point for number, index in classes.items() if index == 1 for point in points[number]]
    set_opacity(browser, 100)
    before = seen(browser, shown.shape)
    browser.click(FLOWER)
    after = seen(browser, shown.shape)
    assert all(after(point).tolist() == [34, 160, 90] for point in leaves)
    assert not [point for point in flowers if after(point).tolist() == [236, 72, 153]]
    browser.hover(FRAME, *relative(shown.shape, flowers[0]))
    assert not browser.element("#tip").is_displayed()  # what is off is not told either
    browser.click(FLOWER)
    again = seen(browser, shown.shape)
    assert all(again(point).tolist() == before(point).tolist() for point in flowers + leaves)


def thumb_pixels(browser: Browser) -> np.ndarray:
    """The mask of the first card, of shape (H, W, 4)."""
    return np.asarray(picture(browser.run("document.querySelector('.gallery canvas.mask').toDataURL()")))


def test_classes_in_the_gallery(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    browser.until(GALLERY_IS_DRAWN)
    assert browser.texts("#layers .classes li") == ["floweronly21", "leafonly42"]
    expected = numbers(Page(demo).thumbs[0]["classes"])
    colors = np.array([[0, 0, 0, 0], [236, 72, 153, 255], [34, 160, 90, 255]])
    assert np.array_equal(thumb_pixels(browser), colors[expected])
    browser.click("#layers input[data-class='0']")
    assert np.array_equal(thumb_pixels(browser), colors[np.where(expected == 1, 0, expected)])
    browser.click("#layers .choices button:last-child")
    assert not thumb_pixels(browser).any()
    browser.click("#layers .choices button:first-of-type")
    assert np.array_equal(thumb_pixels(browser), colors[expected])
    browser.run("document.querySelector('#layers .only').click()")  # it is shown where the pointer is
    assert np.array_equal(thumb_pixels(browser), colors[np.where(expected == 2, 0, expected)])


def test_a_choice_in_one_sample_leaves_classes_that_it_does_not_have(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    samples = [
        sample("one", "a.jpg", label(annotations=[BOX, {**POINT, "id": 2}])),  # flower, leaf
        sample("two", "a.jpg", label(annotations=[LINE])),  # ground
    ]
    browser.open(segments_hf.preview(written(tmp_path, samples), tmp_path / "page.html"))
    browser.click("#layers input[data-class='0']")  # ground
    browser.click(".gallery li:first-child a")
    browser.until("document.querySelector('dialog').open")
    checked = "[...document.querySelectorAll('#layers input[data-class]')].map(box => box.checked)"
    for click, expected in (
        ("#controls .only", [False, True, False]),
        ("#controls .choices button:last-child", [False, False, False]),
        ("#controls .choices button", [False, True, True]),
    ):
        browser.run("document.querySelector(arguments[0]).click()", click)
        assert browser.run(checked) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (5, "segmentation-bitmap · 5 samples (the limit; there may be more) · 42 objects · no findings"),
        (9, "segmentation-bitmap · 8 samples · 63 objects · no findings"),
        (None, "segmentation-bitmap · 8 samples · 63 objects · no findings"),
    ],
)
def test_a_page_tells_what_it_holds(browser: Browser, tmp_path: Path, limit: int | None, expected: str) -> None:
    browser.open(segments_hf.preview(demo_release(), tmp_path / "page.html", limit=limit))
    assert browser.text("#summary") == expected


def test_vectors(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(vector_release(tmp_path, [BOX, POLYGON, LINE, POINT]), tmp_path / "page.html")
    open_sample(browser, page, 1)
    set_opacity(browser, 100)
    at = seen(browser, (18, 24))
    colors = {name: list(item["color"]) for name, item in zip(("ground", "flower", "leaf"),
              Page(page).head["classes"], strict=True)}  # fmt: skip
    assert at((5.5, 15.5)).tolist() == colors["leaf"]  # in the polygon
    assert at((7, 5.5)).tolist() == colors["leaf"]  # the point
    assert at((4.5, 2.5)).tolist() == colors["ground"]  # the line from 1, 1 to 5, 9 is at 3, 5
    shot = np.asarray(browser.picture(FRAME), int)
    scale = shot.shape[1] / 24
    assert shot[round(8 * scale), round(2.5 * scale)].tolist() == colors["flower"]  # the left side of the box
    assert browser.texts("#objects .class-name") == ["flower", "leaf", "ground", "leaf"]
    browser.hover(FRAME, 6 / 24, 7.5 / 18)
    browser.until("!document.querySelector('#tip').hidden")
    assert browser.texts("#tip p") == ["leaf"]  # the point, not the box that it is in
    browser.click("#controls input[data-class='2']")
    assert seen(browser, (18, 24))((5.5, 15.5)).tolist() != colors["leaf"]


HOSTILE = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"


def test_hostile_names_are_text(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    categories = [{"id": 3, "name": HOSTILE}]
    given = sample(HOSTILE, "a.jpg", label(annotations=[{**BOX, "attributes": {HOSTILE: HOSTILE}}]))
    broken = sample(HOSTILE, f"{HOSTILE}.jpg", label(annotations=[]))
    page = segments_hf.preview(written(tmp_path, [given, broken], categories), tmp_path / "page.html")
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
    assert browser.run("document.title") == "release.json"
    assert browser.run("document.querySelectorAll('img:not([src^=\"data:\"])').length") == 0


def test_what_has_no_picture_says_so(browser: Browser, tmp_path: Path) -> None:
    page = segments_hf.preview(written(tmp_path, [sample("a", "missing.jpg"), {}]), tmp_path / "page.html")
    browser.open(page, at="#sample-1")
    browser.until("document.querySelector('dialog').open")
    assert browser.text("#stage") == "No image"
    assert "missing.jpg" in browser.text("#findings")
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'samples[1]'")
    assert "UNREADABLE" in browser.text("#facts")


def luminance(color: Any) -> float:
    return float(np.dot(color, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_both_themes_at_all_widths(browser: Browser, demo: Path, scheme: str, width: int) -> None:
    for at in ("", "#sample-1"):
        browser.open(demo, width=width, height=812, scheme=scheme, at=at)
        browser.until(IS_DRAWN if at else GALLERY_IS_DRAWN)
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.run("document.querySelector('dialog').scrollWidth") <= width
        paper = luminance(np.asarray(browser.screenshot())[3, 3])
        assert (paper > 200) == (scheme == "light")
        assert (paper < 60) == (scheme == "dark")
    box = browser.box(FRAME)
    assert (box["width"], box["height"]) >= (width * 0.6, 200)


def test_pictures_are_in_the_gallery_while_they_are_in_sight(browser: Browser, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    samples = [sample(f"{number:03}", "a.png", label(annotations=[BOX])) for number in range(300)]
    page = segments_hf.preview(written(tmp_path, samples), tmp_path / "page.html")
    browser.open(page)
    browser.until(GALLERY_IS_DRAWN)
    assert browser.run("document.querySelectorAll('.gallery li').length") == 300
    assert browser.run("document.querySelectorAll('.gallery img').length") < 60
    browser.run("scrollTo(0, document.documentElement.scrollHeight)")
    browser.until("document.querySelector('.gallery li:last-child img')?.complete")
    browser.until("!document.querySelector('.gallery li:first-child img')")
    assert browser.run("document.querySelectorAll('.gallery img').length") < 60
