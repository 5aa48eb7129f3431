"""Fixtures of the tests of `segments_hf.release`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segments_hf.release import Release

from .platform_server import KEY, Platform, serving

Read = Callable[..., Release]


@pytest.fixture
def read() -> Read:
    """Return a function that makes a release from its object `dataset`; keywords are other keys of the file."""

    def read(dataset: dict[str, Any], **document: Any) -> Release:
        return Release(json.dumps({**document, "dataset": dataset}).encode(), "release.json")

    return read


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A server in place of the platform, and an API key for it in the environment."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("SEGMENTS_API_KEY", KEY)
    with serving() as platform:
        monkeypatch.setenv("SEGMENTS_API_URL", platform.api)
        yield platform


@pytest.fixture
def no_retry_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the delays before retries."""
    monkeypatch.setattr("urllib3.Retry.sleep", lambda *_: None)
