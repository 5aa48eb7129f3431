"""What somebody sees and does on a page, in a real browser that opens it from disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import jpeg, label, sample
from export.making import BOX, CATEGORIES, LINE, POINT, POLYGON, vector_release
from PIL import Image

import segments_hf
from look.chromium import Browser, chromium
from look.reading import Page, numbers, picture
from segments_hf.demo import demo_release

pytestmark = pytest.mark.browser

FRAME, MASK = ".stage .frame", ".stage canvas.mask"
FLOWER, LEAF = "#controls input[data-class='0']", "#controls input[data-class='1']"
IS_DRAWN = "document.querySelector('.stage .frame.painted') && document.querySelector('.stage img').complete"
GALLERY_IS_DRAWN = (
    "document.querySelectorAll('.gallery img').length > 0"
    " && [...document.querySelectorAll('.gallery img')].every(image => image.complete)"
)


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(started: Browser) -> Iterator[Browser]:
    """A browser whose console stays empty, and which asks for nothing but the page."""
    started.messages()
    started.requests()
    yield started
    assert started.messages() == []
    assert all(url.startswith("file:///") and url.endswith("/page.html") for url in started.requests())


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return segments_hf.preview(demo_release(), tmp_path / "page.html")


def open_sample(browser: Browser, page: Path, place: int, **how: Any) -> None:
    browser.open(page, at=f"#sample-{place}", **how)
    browser.until(IS_DRAWN)


def set_opacity(browser: Browser, percent: int) -> None:
    browser.run(f"Object.assign(document.querySelector('#controls .opacity'), {{value: {percent}}})")
    browser.run("document.querySelector('#controls .opacity').dispatchEvent(new Event('input'))")


def inner_points(shown: np.ndarray, wide: int, count: int = 12) -> dict[int, list[tuple[int, int]]]:
    """Some places (y, x) of each number, around which all pixels have the same number."""
    height, width = shown.shape
    places: dict[int, list[tuple[int, int]]] = {}
    rng = np.random.default_rng(0)
    for y, x in zip(rng.integers(wide, height - wide, 9000), rng.integers(wide, width - wide, 9000), strict=True):
        around = shown[y - wide : y + wide + 1, x - wide : x + wide + 1]
        found = places.setdefault(int(shown[y, x]), [])
        if len(found) < count and (around == shown[y, x]).all():
            found.append((int(y), int(x)))
    return {number: found for number, found in places.items() if found}


def seen(browser: Browser, shape: tuple[int, ...]) -> Any:
    """A function from a place (y, x) of what is shown to the colour that is seen there."""
    shot = np.asarray(browser.picture(FRAME), int)
    scale = np.array(shot.shape[:2]) / shape[:2]
    return lambda place: shot[tuple(((np.array(place) + 0.5) * scale).astype(int))]


def check_overlay(browser: Browser, page: Path, place: int) -> None:
    """Checks colours at many points of a sample: of each object, and of what is not labelled."""
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


def relative(shape: tuple[int, ...], point: tuple[int, int]) -> tuple[float, float]:
    return (point[1] + 0.5) / shape[1], (point[0] + 0.5) / shape[0]


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


def test_the_keyboard(browser: Browser, demo: Path) -> None:
    names = [entry["name"] for entry in Page(demo).entries]
    browser.open(demo)
    browser.click(".gallery li:nth-child(2) a")
    browser.until(IS_DRAWN)
    from selenium.webdriver.common.keys import Keys

    place = 1
    for key, step in ((Keys.ARROW_RIGHT, 1), ("j", 1), ("k", -1), (Keys.ARROW_LEFT, -1), (Keys.ARROW_LEFT, -1)):
        browser.type(key)
        place += step
        browser.until(f"document.querySelector('#name').textContent === '{names[place]}'")
        assert browser.run("location.hash") == f"#sample-{place + 1}"
    browser.type("k")  # there is none before the first
    assert browser.text("#name") == names[0]
    browser.type(Keys.ESCAPE)
    browser.until("!document.querySelector('dialog').open")
    assert browser.run("location.hash") == ""
    assert browser.run("document.activeElement.getAttribute('href')") == "#sample-1"
    browser.type(Keys.ARROW_RIGHT)  # from card to card
    browser.type("j")
    browser.type(Keys.ENTER)
    browser.until(f"document.querySelector('#name').textContent === '{names[2]}'")


def test_the_arrow_keys_belong_to_the_slider_while_it_is_used(browser: Browser, demo: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_sample(browser, demo, 2)
    browser.element("#controls .opacity").send_keys(Keys.ARROW_RIGHT)
    assert browser.text("#name") == "meadow_02.jpg"
    assert browser.text("#controls output") == "60 %"
    assert browser.text("#layers output") == "60 %"  # it is one


def test_buttons_and_the_way_back(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    browser.click(".gallery li:nth-child(7) a")
    browser.until(IS_DRAWN)
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'meadow_08.jpg'")
    assert browser.text("#place") == "8 / 8"
    assert not browser.element("#next").is_enabled()
    browser.driver.back()
    browser.until("!document.querySelector('dialog').open")
    browser.click(".gallery li:nth-child(7) a")
    browser.until("document.querySelector('dialog').open")
    browser.click("#close")
    browser.until("!document.querySelector('dialog').open")


def choose(browser: Browser, name: str, value: str) -> None:
    browser.run("Object.assign(document.getElementById(arguments[0]), {value: arguments[1]})", name, value)
    browser.run("document.getElementById(arguments[0]).dispatchEvent(new Event('input', {bubbles: true}))", name)


def test_filters(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    samples = [
        sample("one", "a.jpg", label(annotations=[BOX, {**POINT, "id": 2, "attributes": {"colour": "Dark Red"}}])),
        sample("two", "a.jpg", label("REVIEWED", annotations=[POLYGON]), metadata={"garden": "north"}),
        sample("three", "missing.jpg", label("REVIEWED", annotations=[BOX])),
        sample("four", "a.jpg"),
    ]
    page = segments_hf.preview(written(tmp_path, samples), tmp_path / "page.html")
    browser.open(page)
    cards = ".gallery li .name"
    assert browser.texts(cards) == ["one", "two", "three", "four"]
    assert browser.texts("#status option") == []  # they are not in sight
    statuses = browser.run("[...document.querySelectorAll('#status option')].map(option => option.textContent)")
    assert statuses == ["All", "LABELED (1)", "REVIEWED (2)", "UNLABELED (1)"]
    for name, value, expected in (
        ("status", "REVIEWED", ["two", "three"]),
        ("class", "2", ["one", "two"]),  # leaf
        ("class", "1", ["one", "three"]),  # flower
        ("finding", "any", ["three"]),
        ("finding", "error", ["three"]),
        ("finding", "none", ["one", "two", "four"]),
        ("text", "NORTH", ["two"]),
        ("text", "red dark", ["one"]),
        ("text", "missing.jpg", ["three"]),
    ):
        choose(browser, name, value)
        assert browser.texts(cards) == expected, (name, value)
        assert browser.text("#shown") == f"{len(expected)} of 4 samples"
        choose(browser, name, "")
    choose(browser, "status", "REVIEWED")
    browser.click(".gallery li:nth-child(2) a")
    browser.until("document.querySelector('dialog').open")
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'three'")
    assert browser.text("#place") == "2 / 2"
    assert "missing.jpg" in browser.text("#findings")
    browser.click("#close")
    browser.until("!document.querySelector('dialog').open")
    choose(browser, "text", "nobody has this")
    assert browser.texts(cards) == []
    browser.click("#clear")
    assert browser.texts(cards) == ["one", "two", "three", "four"]


def written(folder: Path, samples: list[Any], categories: Any = CATEGORIES) -> Path:
    """A release of vectors."""
    path = vector_release(folder / "release", [])
    document = json.loads(path.read_text("utf-8"))
    document["dataset"] |= {"samples": samples, "task_attributes": {"categories": categories}}
    (folder / "release.json").write_text(json.dumps(document), encoding="utf-8")
    return folder / "release.json"


def test_pointing_at_an_object(browser: Browser, demo: Path) -> None:
    open_sample(browser, demo, 1)
    detail = Page(demo).details[0]
    shown = numbers(detail["numbers"])
    points = inner_points(shown, 4)
    number = next(number for number in points if number and detail["objects"][number - 1]["class_number"] == 0)
    browser.hover(FRAME, *relative(shown.shape, points[number][0]))
    browser.until("!document.querySelector('#tip').hidden")
    told = detail["objects"][number - 1]
    assert browser.texts("#tip p, #tip dt, #tip dd") == [
        "flower", "id", told["id"], "area", f"{told['area']:,} px", "open", "true"]  # fmt: skip
    ys, xs = np.nonzero(shown == number)
    box = browser.run("(({x, y, width, height}) => [x, y, width, height])"
                      "(document.querySelector('.outline .line').getBBox())")  # fmt: skip
    assert box == [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
    length = browser.run("document.querySelector('.outline .line').getTotalLength()")
    padded = np.pad(shown == number, 1)
    assert length == pytest.approx(sum(int(np.sum(np.diff(padded.astype(int), axis=axis) != 0)) for axis in (0, 1)))
    browser.hover(FRAME, *relative(shown.shape, points[0][0]))
    browser.until("document.querySelector('#tip').hidden")
    assert browser.run("document.querySelector('.outline .line').getAttribute('d')") == ""
    browser.run(f"document.querySelectorAll('#objects button')[{number - 1}].focus()")  # from the list as well
    assert browser.run("document.querySelector('.outline .line').getTotalLength()") == pytest.approx(length)


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
    assert browser.text("#stage") == "No picture"
    assert "missing.jpg" in browser.text("#findings")
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'samples[1]'")
    assert "NOT READ" in browser.text("#facts")


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
