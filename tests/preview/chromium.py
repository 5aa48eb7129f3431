"""A page in a real browser: headless Chromium, driven by selenium."""

from __future__ import annotations

import base64
import io
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

FRAME, MASK = ".stage .frame", ".stage canvas.mask"
FLOWER, LEAF = "#controls input[data-class='0']", "#controls input[data-class='1']"
IS_DRAWN = "document.querySelector('.stage .frame.painted') && document.querySelector('.stage img').complete"
GALLERY_IS_DRAWN = (
    "document.querySelectorAll('.gallery img').length > 0"
    " && [...document.querySelectorAll('.gallery img')].every(image => image.complete)"
)

BROWSER, DRIVER = "chromium", "chromedriver"
_PATIENCE = 20.0  # seconds


class Browser:
    """A browser with one page."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, page: Path, *, width: int = 1280, height: int = 900, scheme: str = "light", at: str = "") -> None:
        """Opens a page from disk; `scheme` is ``light`` or ``dark``, `at` the part of the address from # on."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        self.driver.get("about:blank")  # else another sample of the same page would only be another part of it
        self.driver.get(page.as_uri() + at)
        self.until("document.readyState === 'complete'")

    def run(self, script: str, *args: Any) -> Any:
        """The value of an expression of JavaScript."""
        return self.driver.execute_script(f"return {script}", *args)

    def until(self, condition: str) -> None:
        """Waits for an expression to be true."""
        end = time.monotonic() + _PATIENCE
        while not self.run(condition):
            assert time.monotonic() < end, f"this never came true: {condition}"
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Clicks an element as a user does: it has to be in sight."""
        self.element(selector).click()

    def type(self, keys: str) -> None:
        """Presses keys, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(keys)

    def hover(self, selector: str, x: float, y: float) -> None:
        """Moves the pointer to a place in an element, from 0 to 1 of its width and height."""
        box = self.box(selector)
        place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", **place})

    def element(self, selector: str) -> Any:
        """The first element that fits."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """The text of an element."""
        return self.run("document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that are not hidden."""
        script = "[...document.querySelectorAll(arguments[0])].filter(e => e.offsetParent).map(e => e.textContent)"
        return self.run(script, selector)

    def box(self, selector: str) -> dict[str, float]:
        """Where an element is in the window."""
        return self.run("document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)

    def screenshot(self) -> Image.Image:
        """The window as it is seen."""
        # Two frames, so that what was changed is drawn.
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")

    def picture(self, selector: str) -> Image.Image:
        """What is seen of an element."""
        box = self.box(selector)
        left, top = round(box["x"]), round(box["y"])
        return self.screenshot().crop((left, top, left + round(box["width"]), top + round(box["height"])))

    def messages(self) -> list[str]:
        """What the console shows since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The URLs that were asked for since then, but for those that hold their content themselves."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in sent if not url.startswith(("data:", "about:"))]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Starts a browser, or skips the test where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install '.[test]'")
    browser, driver = shutil.which(BROWSER), shutil.which(DRIVER)
    if not browser or not driver:
        pytest.skip(f"{BROWSER} and {DRIVER} are not here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    # A container has no sandbox and little shared memory; a color in a screenshot is to be the page's.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"):
        options.add_argument(argument)
    options.add_argument("--disable-background-networking")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield Browser(started)
    finally:
        started.quit()


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


def relative(shape: tuple[int, ...], point: tuple[int, int]) -> tuple[float, float]:
    return (point[1] + 0.5) / shape[1], (point[0] + 0.5) / shape[0]
