"""Fixtures that serve the demo release at a URL and on a test server of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hub import conftest as hub_conftest
from release.platform_server import KEY, serving

from segments_hf.demo import demo_release

hub = hub_conftest.hub  # a fixture


@pytest.fixture
def url(server: Any) -> str:
    """Return the URL of the demo release on a server that also has its images and bitmaps."""
    folder = demo_release().parent
    for path in folder.glob("*/*.*g"):
        server.url(f"/{path.relative_to(folder)}", path.read_bytes())
    return server.url("/flowers.json", demo_release().read_bytes())


@pytest.fixture
def reference(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the demo release, with absolute URLs of images and bitmaps, as the platform does; yield its reference."""
    folder = url.rpartition("/")[0]
    text = (
        demo_release().read_text().replace('"images/', f'"{folder}/images/').replace('"labels/', f'"{folder}/labels/')
    )
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("SEGMENTS_API_KEY", KEY)
    with serving() as platform:
        monkeypatch.setenv("SEGMENTS_API_URL", platform.api)
        platform.release("v1.0", text.encode())
        yield "jane/flowers@v1.0"
