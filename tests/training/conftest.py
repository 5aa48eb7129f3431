"""The releases that the training tests use: the demo and arc_litter v01."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import segments_hf
from segments_hf.demo import demo_release

Load = Callable[..., Any]


@pytest.fixture(autouse=True)
def seed():
    """Seed the random numbers of torch; skip the test if torch is not installed."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)


@pytest.fixture(params=["demo", "arc_litter"])
def load(request) -> Load:
    """Return a function that loads the labeled rows of a release with two classes."""
    load_train = partial(segments_hf.load_release, split="train", filter_by=["labeled", "reviewed"])
    if request.param == "demo":
        return partial(load_train, demo_release())
    folder = request.getfixturevalue("arc_litter")
    return partial(load_train, folder / "arc_litter-v01.json", segments_dir=folder / "segments")


@pytest.fixture
def rows(load: Load) -> Any:
    """Return three rows. More rows take long, because the images of arc_litter have ten million pixels."""
    return load().select(range(3))
