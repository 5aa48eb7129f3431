"""A browser, and a page to open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import segments_hf
from preview.chromium import Browser, chromium
from segments_hf.demo import demo_release


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    """A browser that all tests of a module use."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(started: Browser) -> Iterator[Browser]:
    """A browser. After the test, its console must be empty, and it must have requested only the page."""
    started.messages()
    started.requests()
    yield started
    # A screenshot copies the pixels that WebGL drew, and the driver reports that this takes time.
    assert [text for text in started.messages() if "GPU stall due to ReadPixels" not in text] == []
    assert all(url.startswith("file:///") and url.endswith("/page.html") for url in started.requests())


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The preview of the demo release."""
    return segments_hf.preview(demo_release(), tmp_path / "page.html")
