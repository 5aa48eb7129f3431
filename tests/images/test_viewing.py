"""Images of many modes are converted to RGB for display."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from segments_hf import plot
from segments_hf.errors import SegmentsHFError
from segments_hf.images.viewing import decode_image, to_rgb

DEEP = np.array([[1000, 2000, 3000]], np.uint16)
CLEAR = Image.new("RGBA", (1, 1), (255, 0, 0, 0))
PALETTE = Image.new("P", (1, 1), 0)
PALETTE.putpalette([0, 0, 200])


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        pytest.param(Image.fromarray(DEEP), [0, 128, 255], id="16 bits"),
        pytest.param(Image.fromarray(DEEP.astype(np.int32)), [0, 128, 255], id="32 bits"),
        pytest.param(Image.fromarray(np.array([[np.nan, -1, 0, 1, np.inf]], np.float32)), [0, 0, 128, 255, 0],
                     id="floats"),
        pytest.param(Image.fromarray(DEEP * 0 + 7), [0, 0, 0], id="16 bits, all values equal"),
        pytest.param(Image.new("L", (1, 1), 77), [77], id="gray"),
        pytest.param(Image.new("1", (1, 1), 1), [255], id="1 bit"),
        pytest.param(CLEAR, [255], id="transparent"),
        pytest.param(Image.new("LA", (1, 1), (0, 127)), [128], id="half transparent gray"),
    ],
)  # fmt: skip
def test_to_rgb_scales_gray_values_and_shows_transparent_pixels_on_white(image: Image.Image, pixels: list[int]) -> None:
    shown = to_rgb(image)
    assert shown.mode == "RGB"
    assert np.asarray(shown)[0].tolist() == [[value] * 3 for value in pixels]


@pytest.mark.parametrize(("mode", "color"), [("RGB", (255, 0, 0)), ("L", 0)])
@pytest.mark.parametrize("size", [None, (8, 4)])
def test_to_rgb_shows_the_transparent_color_of_a_file_on_white(mode: str, color: object, size: object) -> None:
    image = Image.new(mode, (2, 1), color)
    image.info["transparency"] = color
    assert to_rgb(image, size).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("image", "color"),
    [
        pytest.param(Image.new("RGBA", (1, 1), (255, 0, 0, 255)), (255, 0, 0), id="opaque"),
        pytest.param(PALETTE, (0, 0, 200), id="palette"),
        pytest.param(Image.new("CMYK", (1, 1), (0, 255, 255, 0)), (255, 0, 0), id="CMYK"),
    ],
)
@pytest.mark.parametrize("size", [None, (8, 4)])
def test_to_rgb_keeps_colors(image: Image.Image, color: tuple[int, int, int], size: tuple[int, int] | None) -> None:
    shown = to_rgb(image, size)
    assert shown.size == ((4, 4) if size else (1, 1))
    assert shown.getpixel((0, 0)) == color


def test_plot_refuses_a_mask_that_is_not_an_image() -> None:
    with pytest.raises(SegmentsHFError, match="got int as an image"):
        plot({"image": None, "label": 3})


def test_decode_image_of_none_is_none() -> None:
    assert decode_image(None) is None
