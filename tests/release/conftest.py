"""Releases made of a few lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from segments_hf.release import Release

Read = Callable[..., Release]


@pytest.fixture
def read() -> Read:
    """Reads a release from its `dataset`; keyword arguments stand beside it."""

    def read(dataset: dict[str, Any], **document: Any) -> Release:
        return Release(json.dumps({**document, "dataset": dataset}).encode(), "release.json")

    return read
