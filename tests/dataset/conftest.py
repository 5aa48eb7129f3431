"""Fixtures of the tests of `segments_hf.dataset`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .making import jpeg, sample
from .problem_cases import bad_sample


@pytest.fixture
def write_bad_release(server: Any, write_release: Callable[..., Path]) -> Callable[[str], Path]:
    """Return a function that writes a release of three samples; the second sample is the `bad_sample` of a case."""

    def write(case: str) -> Path:
        url = server.url("/good.jpg", jpeg())
        return write_release([sample("first", url), bad_sample(server, case), sample("last", url)])

    return write
