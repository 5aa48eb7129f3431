"""Fixtures of the tests of `segments_hf.layouts`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .layout_release import write_layout_release


@pytest.fixture
def layout_release(tmp_path: Path, write_release: Callable[..., Path]) -> Path:
    """A release of five images whose labels have different statuses."""
    return write_layout_release(tmp_path, write_release)
