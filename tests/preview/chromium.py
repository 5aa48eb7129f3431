"""Open a page in a real browser: headless Chromium, controlled by selenium."""

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
FLOWER_CHECKBOX = "#controls input[data-class='0']"
IS_DRAWN = "document.querySelector('.stage .frame.painted') && document.querySelector('.stage img').complete"
GALLERY_IS_DRAWN = (
    "document.querySelectorAll('.gallery img').length > 0"
    " && [...document.querySelectorAll('.gallery img')].every(image => image.complete)"
)

BROWSER, DRIVER = "chromium", "chromedriver"
_TIMEOUT = 20.0  # seconds


class Browser:
    """A browser with one open page."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(
        self, page: Path, *, width: int = 1280, height: int = 900, scheme: str = "light", fragment: str = ""
    ) -> None:
        """Open a page from disk.

        Args:
            page: The path of the page.
            width: The width of the window in pixels.
            height: The height of the window in pixels.
            scheme: The color scheme: ``light`` or ``dark``.
            fragment: The fragment of the URL, such as ``#sample-1``; empty for the gallery.
        """
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        self.driver.get("about:blank")  # otherwise, a URL with another fragment would not load the page again
        self.driver.get(page.as_uri() + fragment)
        self.until("document.readyState === 'complete'")

    def run(self, script: str, *args: Any) -> Any:
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return {script}", *args)

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + _TIMEOUT
        while not self.run(condition):
            assert time.monotonic() < end, f"the condition was not true within {_TIMEOUT} s: {condition}"
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Click an element. The element must be visible."""
        self.element(selector).click()

    def type(self, keys: str) -> None:
        """Press keys in the element that has the focus."""
        self.driver.switch_to.active_element.send_keys(keys)

    def hover(self, selector: str, x: float, y: float) -> None:
        """Move the pointer to a position in an element; `x` and `y` are fractions of its width and height."""
        box = self.box(selector)
        position = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", **position})

    def element(self, selector: str) -> Any:
        """Return the first element that matches a CSS selector."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.run("document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all visible elements that match a CSS selector."""
        script = "[...document.querySelectorAll(arguments[0])].filter(e => e.offsetParent).map(e => e.textContent)"
        return self.run(script, selector)

    def box(self, selector: str) -> dict[str, float]:
        """Return the bounding box of an element in the window."""
        return self.run("document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)

    def screenshot(self) -> Image.Image:
        """Return an image of the window."""
        # The browser has drawn all changes after two animation frames.
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")

    def screenshot_of(self, selector: str) -> Image.Image:
        """Return an image of an element, cropped from the image of the window."""
        box = self.box(selector)
        left, top = round(box["x"]), round(box["y"])
        return self.screenshot().crop((left, top, left + round(box["width"]), top + round(box["height"])))

    def messages(self) -> list[str]:
        """Return the messages that the console got since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the URLs that the browser requested since the last call, except ``data:`` and ``about:`` URLs."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in sent if not url.startswith(("data:", "about:"))]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser. Skip the test if selenium, Chromium or its driver is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install '.[test]'")
    browser, driver = shutil.which(BROWSER), shutil.which(DRIVER)
    if not browser or not driver:
        pytest.skip(f"{BROWSER} and {DRIVER} are not installed: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    # Containers have no sandbox, little shared memory and no GPU. With sRGB, screenshots have the colors of the page.
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        "--enable-unsafe-swiftshader",
    ):
        options.add_argument(argument)
    options.add_argument("--disable-background-networking")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield Browser(started)
    finally:
        started.quit()


def open_sample(browser: Browser, page: Path, number: int) -> None:
    """Open a page and show one sample; the first sample has the number 1."""
    browser.open(page, fragment=f"#sample-{number}")
    browser.until(IS_DRAWN)


def set_opacity(browser: Browser, percent: int) -> None:
    """Set the opacity of the labels with the slider of the viewer."""
    browser.run(f"Object.assign(document.querySelector('#controls .opacity'), {{value: {percent}}})")
    browser.run("document.querySelector('#controls .opacity').dispatchEvent(new Event('input'))")


def inner_points(mask: np.ndarray, margin: int, count: int = 12) -> dict[int, list[tuple[int, int]]]:
    """Choose random points (y, x) inside the area of each number in a mask.

    Args:
        mask: Array of shape (H, W).
        margin: All pixels within this distance of a point, along both axes, have the number of the point.
        count: The largest number of points for each number.

    Returns:
        The points of each number; numbers without such a point are left out.
    """
    height, width = mask.shape
    points: dict[int, list[tuple[int, int]]] = {}
    rng = np.random.default_rng(0)
    for y, x in zip(
        rng.integers(margin, height - margin, 9000), rng.integers(margin, width - margin, 9000), strict=True
    ):
        around = mask[y - margin : y + margin + 1, x - margin : x + margin + 1]
        inner = points.setdefault(int(mask[y, x]), [])
        if len(inner) < count and (around == mask[y, x]).all():
            inner.append((int(y), int(x)))
    return {number: inner for number, inner in points.items() if inner}


def fractions_of(shape: tuple[int, ...], point: tuple[int, int]) -> tuple[float, float]:
    """Return the center of a pixel (y, x) in an array of a shape, as fractions (x, y) of the width and height."""
    return (point[1] + 0.5) / shape[1], (point[0] + 0.5) / shape[0]
