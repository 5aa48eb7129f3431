"""The images of a pushed layout are 8-bit RGB or gray; rows without a layout keep the bytes of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from images.images_by_mode import CONVERTED, png, ramp
from layouts.test_layout_images import image_sample
from typer.testing import CliRunner

import segments_hf
from hub.demo_push import REPO
from hub.server.hub_server import HubServer
from segments_hf.cli.app import app
from segments_hf.errors import OptionError

LAYOUT = "semantic-segmentation"


@pytest.fixture
def release(tmp_path: Path, write_release: Any) -> Path:
    """Return a release of two images: 12-bit values in 16-bit gray, and CMYK."""
    samples = [
        image_sample(tmp_path, "deep.png", png(ramp(4095), 0)),
        image_sample(tmp_path, "cmyk.jpg", CONVERTED["CMYK JPEG"]()),
    ]
    path: Path = write_release(samples)
    return path


def pushed_images() -> list[Any]:
    return [row["image"] for row in datasets.load_dataset(REPO, split="train")]


@pytest.mark.parametrize(
    ("options", "largest_value"), [({}, 16), ({"image_range": (0, 4095)}, 255)], ids=["default", "image_range"]
)
def test_pushed_layout_has_8_bit_images(hub: HubServer, release: Path, options: Any, largest_value: int) -> None:
    segments_hf.push_to_hub(release, REPO, layout=LAYOUT, **options)
    gray, color = pushed_images()
    assert (gray.mode, color.mode) == ("L", "RGB")
    assert np.asarray(gray).max() == largest_value


def test_push_command_accepts_image_range_and_refuses_malformed_ranges(hub: HubServer, release: Path) -> None:
    result = CliRunner().invoke(app, ["push", str(release), REPO, "--layout", LAYOUT, "--image-range", "0,4095", "-q"])
    assert result.exit_code == 0, result.output
    assert np.asarray(pushed_images()[0]).max() == 255
    for wrong in ("5", "1,0", "a,b", "0,1,2"):
        arguments = ["push", str(release), REPO, "--layout", LAYOUT, "--image-range", wrong]
        assert CliRunner().invoke(app, arguments).exit_code == 2


def test_push_without_a_layout_keeps_the_modes_of_the_images(hub: HubServer, release: Path) -> None:
    segments_hf.push_to_hub(release, REPO)
    assert [image.mode for image in pushed_images()] == ["I;16", "CMYK"]


def test_image_range_without_a_layout_raises_option_error(hub: HubServer, release: Path) -> None:
    with pytest.raises(OptionError, match="image_range"):
        segments_hf.push_to_hub(release, REPO, image_range=(0, 4095))


def test_card_of_a_layout_describes_its_images(hub: HubServer, release: Path) -> None:
    segments_hf.push_to_hub(release, REPO, layout=LAYOUT)
    card = hub.files(REPO)["README.md"].decode()
    assert "8-bit RGB or gray. Files in these modes without transparency were not changed." in " ".join(card.split())
