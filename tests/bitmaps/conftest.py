"""A fixture that runs tests with and without the extra `fast`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segments_hf.bitmaps.codec import fast_png


@pytest.fixture(params=["with the extra", "without the extra"], scope="module")
def extra(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with the extra `fast`, and without it."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "without the extra":
            patch.setattr(fast_png, "_tools", lambda: None)
        yield
