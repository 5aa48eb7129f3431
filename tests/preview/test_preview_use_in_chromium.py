"""A page reacts to keys, buttons, filters and the pointer in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset.making import jpeg, label, sample, with_comment
from export.making import BOX, POINT, POLYGON

import segments_hf
from preview.chromium import (
    FRAME,
    IS_DRAWN,
    Browser,
    fractions_of,
    inner_points,
    open_sample,
)
from preview.reading import Page, unpacked, write_samples

pytestmark = pytest.mark.browser


def test_keys_show_the_next_and_previous_sample_and_close_the_viewer(browser: Browser, demo: Path) -> None:
    names = [entry["name"] for entry in Page(demo).entries]
    browser.open(demo)
    browser.click(".gallery li:nth-child(2) a")
    browser.until(IS_DRAWN)
    from selenium.webdriver.common.keys import Keys

    index = 1
    for key, step in ((Keys.ARROW_RIGHT, 1), ("j", 1), ("k", -1), (Keys.ARROW_LEFT, -1), (Keys.ARROW_LEFT, -1)):
        browser.type(key)
        index += step
        browser.until(f"document.querySelector('#name').textContent === '{names[index]}'")
        assert browser.run("location.hash") == f"#sample-{index + 1}"
    browser.type("k")  # there is no sample before the first sample
    assert browser.text("#name") == names[0]
    browser.type(Keys.ESCAPE)
    # The fragment of the URL is removed after the viewer closes.
    browser.until("!document.querySelector('dialog').open && location.hash === ''")
    assert browser.run("document.activeElement.getAttribute('href')") == "#sample-1"
    browser.type(Keys.ARROW_RIGHT)  # the focus moves from card to card
    browser.type("j")
    browser.type(Keys.ENTER)
    browser.until(f"document.querySelector('#name').textContent === '{names[2]}'")


def test_arrow_keys_move_the_slider_that_has_the_focus(browser: Browser, demo: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_sample(browser, demo, 2)
    browser.element("#controls .opacity").send_keys(Keys.ARROW_RIGHT)
    assert browser.text("#name") == "meadow_02.jpg"
    assert browser.text("#controls output") == "60 %"
    assert browser.text("#layers output") == "60 %"  # both sliders show the same opacity


def test_buttons_and_the_history_of_the_browser_open_and_close_samples(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    browser.click(".gallery li:nth-child(7) a")
    browser.until(IS_DRAWN)
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'meadow_08.jpg'")
    assert browser.text("#position") == "8 / 8"
    assert not browser.element("#next").is_enabled()
    browser.driver.back()
    browser.until("!document.querySelector('dialog').open")
    browser.click(".gallery li:nth-child(7) a")
    browser.until("document.querySelector('dialog').open")
    browser.click("#close")
    browser.until("!document.querySelector('dialog').open")


def set_filter(browser: Browser, name: str, value: str) -> None:
    """Set a filter by the id of its element, such as ``status``."""
    browser.run("Object.assign(document.getElementById(arguments[0]), {value: arguments[1]})", name, value)
    browser.run("document.getElementById(arguments[0]).dispatchEvent(new Event('input', {bubbles: true}))", name)


def test_filters_select_the_cards_and_the_samples_of_the_next_button(browser: Browser, tmp_path: Path) -> None:
    for name in ("a", "b", "d"):
        (tmp_path / f"{name}.jpg").write_bytes(with_comment(jpeg((30, 20)), name))
    samples = [
        sample("one", "a.jpg", label(annotations=[BOX, {**POINT, "id": 2, "attributes": {"color": "Dark Red"}}])),
        sample("two", "b.jpg", label("REVIEWED", annotations=[POLYGON]), metadata={"garden": "north"}),
        sample("three", "missing.jpg", label("REVIEWED", annotations=[BOX])),
        sample("four", "d.jpg"),
    ]
    page = segments_hf.preview(write_samples(tmp_path, samples), tmp_path / "page.html")
    browser.open(page)
    cards = ".gallery li .name"
    assert browser.texts(cards) == ["one", "two", "three", "four"]
    assert browser.texts("#status option") == []  # options of a closed list are not visible
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
        set_filter(browser, name, value)
        assert browser.texts(cards) == expected, (name, value)
        assert browser.text("#shown") == f"{len(expected)} of 4 samples"
        set_filter(browser, name, "")
    set_filter(browser, "status", "REVIEWED")
    browser.click(".gallery li:nth-child(2) a")
    browser.until("document.querySelector('dialog').open")
    browser.click("#next")
    browser.until("document.querySelector('#name').textContent === 'three'")
    assert browser.text("#position") == "2 / 2"
    assert "missing.jpg" in browser.text("#findings")
    browser.click("#close")
    browser.until("!document.querySelector('dialog').open")
    set_filter(browser, "text", "text of no sample")
    assert browser.texts(cards) == []
    browser.click("#clear")
    assert browser.texts(cards) == ["one", "two", "three", "four"]


def test_object_under_the_pointer_has_a_tooltip_and_an_outline(browser: Browser, demo: Path) -> None:
    open_sample(browser, demo, 1)
    detail = Page(demo).details[0]
    shown = unpacked(detail["numbers"])
    points = inner_points(shown, 4)
    number = next(number for number in points if number and detail["objects"][number - 1]["class_number"] == 0)
    browser.hover(FRAME, *fractions_of(shown.shape, points[number][0]))
    browser.until("!document.querySelector('#tip').hidden")
    expected = detail["objects"][number - 1]
    assert browser.texts("#tip p, #tip dt, #tip dd") == [
        "flower", "id", expected["id"], "area", f"{expected['area']:,} px", "open", "true"]  # fmt: skip
    ys, xs = np.nonzero(shown == number)
    box = browser.run("(({x, y, width, height}) => [x, y, width, height])"
                      "(document.querySelector('.outline .line').getBBox())")  # fmt: skip
    assert box == [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
    length = browser.run("document.querySelector('.outline .line').getTotalLength()")
    padded = np.pad(shown == number, 1)
    assert length == pytest.approx(sum(int(np.sum(np.diff(padded.astype(int), axis=axis) != 0)) for axis in (0, 1)))
    browser.hover(FRAME, *fractions_of(shown.shape, points[0][0]))
    browser.until("document.querySelector('#tip').hidden")
    assert browser.run("document.querySelector('.outline .line').getAttribute('d')") == ""
    # The object that has the focus in the list of objects also has an outline.
    browser.run(f"document.querySelectorAll('#objects button')[{number - 1}].focus()")
    assert browser.run("document.querySelector('.outline .line').getTotalLength()") == pytest.approx(length)


def test_filters_count_the_frames_of_sequences_as_frames(
    browser: Browser, tmp_path: Path, write_release: Callable[..., Path]
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((30, 20)))
    frames = [{"image": {"url": "a.jpg"}, "name": name} for name in ("first", "second")]
    sequence = sample("drive", None, label(frames=[{"annotations": []}] * 2), attributes={"frames": frames})
    release = write_release([sequence], task_type="image-vector-sequence")
    browser.open(segments_hf.preview(release, tmp_path / "page.html"))
    set_filter(browser, "text", "second")
    assert browser.text("#shown") == "1 of 2 frames"
