"""Fixtures: a browser, and a preview page of the demo release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import segments_hf
from preview.chromium import Browser, chromium
from segments_hf.demo import demo_release


@pytest.fixture(scope="module")
def module_browser() -> Iterator[Browser]:
    """A browser that all tests of a module use."""
    with chromium() as started:
        yield started


@pytest.fixture
def browser(module_browser: Browser) -> Iterator[Browser]:
    """A browser. After the test, its console must have no message, and it must have requested only the page."""
    module_browser.messages()
    module_browser.requests()
    yield module_browser
    # A screenshot copies the pixels that WebGL drew. The graphics driver reports that this takes time.
    assert [text for text in module_browser.messages() if "GPU stall due to ReadPixels" not in text] == []
    assert all(url.startswith("file:///") and url.endswith("/page.html") for url in module_browser.requests())


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The path of the preview page of the demo release."""
    return segments_hf.preview(demo_release(), tmp_path / "page.html")
