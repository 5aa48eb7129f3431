"""Damaged images of every format raise only errors of segments_hf; see `fuzz.damaged_images`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image

from .damaged_images import MAX_PIXELS, read_with_all_functions, run_batch
from .image_mutations import mutated, valid_images

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


@pytest.fixture(autouse=True)
def small_pixel_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the pixel limit of Pillow, so that each image takes little time."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", MAX_PIXELS)


@pytest.mark.parametrize("name", valid_images())
def test_damaged_image_raises_only_errors_of_segments_hf(name: str) -> None:
    rng = random.Random(name)
    for _ in range(3):
        read_with_all_functions(mutated(valid_images()[name], rng))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_release_with_damaged_images_raises_only_errors_of_segments_hf(number: int, tmp_path: Path) -> None:
    assert run_batch(0, number, tmp_path)
