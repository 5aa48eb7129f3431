"""Images of all modes are converted to 8-bit RGB or gray."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf.errors import AssetError, OptionError
from segments_hf.images import UnwantedError
from segments_hf.images.depth.eight_bit import decoded_to_eight_bit, to_eight_bit
from segments_hf.images.depth.scaling import ValueRange
from segments_hf.io.file_content import FileContent

from .images_by_mode import CONVERTED, DEEP, PLAIN, colors, encoded, png, ramp, tiff


def decoded(content: bytes | None) -> Image.Image:
    image = Image.open(io.BytesIO(content or b""))
    image.load()
    return image


def naive_levels(values: Any, low: float, high: float) -> list[list[int]]:
    """Compute the 8-bit levels of values of shape (H, W) one by one."""
    return [
        [int(255 * (min(max(float(value), low), high) - low) / (high - low) + 0.5) for value in row] for row in values
    ]


@pytest.mark.parametrize("make", PLAIN.values(), ids=PLAIN)
def test_a_file_of_8_bit_rgb_or_gray_is_not_converted(make: Callable[[], bytes]) -> None:
    assert to_eight_bit(FileContent(make()), ValueRange(0, 9)).png is None


@pytest.mark.filterwarnings("ignore:Palette images with Transparency:UserWarning")
@pytest.mark.parametrize(("name", "make"), CONVERTED.items(), ids=CONVERTED)
def test_other_modes_are_converted_as_pillow_converts_them(name: str, make: Callable[[], bytes]) -> None:
    content = make()
    shown = decoded(to_eight_bit(FileContent(content)).png)
    before = decoded(content)
    assert shown.mode == ("L" if before.mode in {"1", "L", "LA"} else "RGB")
    assert not shown.has_transparency_data
    assert np.array_equal(np.asarray(shown), np.asarray(before.convert(shown.mode)))
    assert len(np.unique(np.asarray(shown))) > (1 if before.mode == "1" else 3)


@pytest.mark.parametrize(("make", "values", "limits"), DEEP.values(), ids=DEEP)
def test_deep_images_are_scaled_by_their_declared_range_or_a_guessed_range(
    make: Callable[[], bytes], values: Any, limits: tuple[float, float]
) -> None:
    made = to_eight_bit(FileContent(make()))
    assert decoded(made.png).mode == "L"
    assert np.asarray(decoded(made.png)).tolist() == naive_levels(values, *limits)
    assert made.scaling is not None
    assert made.scaling.limits == limits


@pytest.mark.parametrize(("make", "values", "limits"), DEEP.values(), ids=DEEP)
def test_image_range_is_in_the_units_of_the_file(make: Callable[[], bytes], values: Any, limits: Any) -> None:
    low, high = float(values.min()), float(np.median(values))
    shown = decoded(to_eight_bit(FileContent(make()), ValueRange(low, high)).png)
    assert np.asarray(shown).tolist() == naive_levels(values, low, high)
    assert np.asarray(shown).min() == 0
    assert np.asarray(shown).max() == 255


@pytest.mark.parametrize("name", [name for name in CONVERTED if name.startswith(("16", "12"))])
def test_image_range_for_deep_images_of_several_channels_raises_option_error(name: str) -> None:
    with pytest.raises(OptionError, match="image_range"):
        to_eight_bit(FileContent(CONVERTED[name]()), ValueRange(0, 4095))


@pytest.mark.parametrize("name", ["P PNG", "CMYK JPEG", "RGBA TIFF", "1 PNG"])
def test_image_range_does_not_change_8_bit_images(name: str) -> None:
    content = FileContent(CONVERTED[name]())
    assert to_eight_bit(content, ValueRange(0, 9)) == to_eight_bit(content)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_a_converted_image_is_upright_and_has_no_exif_data(mode: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = colors("RGBA") if mode == "RGBA" else Image.fromarray(ramp(65535))
    content = encoded(source, "PNG", exif=exif)
    plain = decoded(to_eight_bit(FileContent(encoded(source, "PNG"))).png)
    rotated = decoded(to_eight_bit(FileContent(content)).png)
    method = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.get(orientation)
    expected = plain if method is None else plain.transpose(Image.Transpose(method))
    assert np.array_equal(np.asarray(rotated), np.asarray(expected))
    assert not rotated.getexif()


def test_a_converted_image_does_not_keep_the_color_profile() -> None:
    content = encoded(colors("CMYK"), "JPEG", icc_profile=b"a profile of CMYK")
    assert "icc_profile" not in decoded(to_eight_bit(FileContent(content)).png).info


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (png(ramp(4095), 0), "tenth"),
        (png(ramp(65535, low=60000), 0), "tenth"),
        (png(ramp(7, low=7), 0), "tenth"),
        (png(ramp(65535), 0), None),
        (tiff(ramp(1.2, np.float32), 3), "clipped"),
        (tiff(ramp(3000, np.float32), 3), "0 to 1"),
        (tiff(ramp(1, np.float32), 3), None),
    ],
)
def test_an_image_has_a_warning_if_its_values_do_not_fit_the_range(content: bytes, warning: str | None) -> None:
    scaling = to_eight_bit(FileContent(content)).scaling
    assert scaling is not None
    assert bool(scaling.warnings) == bool(warning)
    assert any((warning or "") in text for text in scaling.warnings) == bool(warning)


def test_values_that_are_not_finite_do_not_affect_the_range() -> None:
    values = ramp(1, np.float32)
    values[0, :3] = [np.nan, np.inf, -np.inf]
    made = to_eight_bit(FileContent(tiff(values, 3)))
    assert made.scaling is not None
    assert made.scaling.limits == (0, 1)
    assert np.asarray(decoded(made.png))[0, :3].tolist() == [0, 255, 0]
    all_nan = to_eight_bit(FileContent(tiff(np.full((2, 3), np.nan, np.float32), 3)))
    assert np.asarray(decoded(all_nan.png)).tolist() == [[0] * 3] * 2


@pytest.mark.parametrize("low", [0, 5, -1000, 1e30])
def test_a_constant_float_image_becomes_a_constant_gray_image(low: float) -> None:
    shown = np.asarray(decoded(to_eight_bit(FileContent(tiff(np.full((2, 3), low, np.float32), 3))).png))
    assert len(np.unique(shown)) == 1
    assert shown.max() < 255


def test_an_image_that_is_converted_in_bands_of_rows_is_scaled_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    content = FileContent(png(ramp(60000), 0))
    whole = to_eight_bit(content)
    monkeypatch.setattr("segments_hf.images.depth.deep_values._BAND_PIXELS", 15)
    assert to_eight_bit(content) == whole


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", AssetError), (b"%!PS-Adobe-3.0 EPSF-3.0\n", UnwantedError), (png(ramp(9), 0)[:60], AssetError)],
)
def test_unreadable_files_raise_asset_error(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        to_eight_bit(FileContent(content))


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "LA", "PA", "La", "RGBa", "RGBX"]
)
def test_decoded_images_become_8_bit_rgb_or_gray(mode: str) -> None:
    if mode in {"La", "RGBa", "RGBX"}:
        image = colors({"La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}[mode]).convert(mode)
    else:
        image = colors(mode)
    before = image.copy()
    made = decoded_to_eight_bit(image)
    assert (made.png is None) == (mode in {"L", "RGB"})
    shown = image if made.png is None else decoded(made.png)
    assert shown.mode in {"L", "RGB"}
    assert image == before


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_decoded_deep_images_are_scaled(dtype: Any) -> None:
    high = 1 if dtype is np.float32 else 65535
    made = decoded_to_eight_bit(Image.fromarray(ramp(high, dtype)))
    assert np.asarray(decoded(made.png)).tolist() == naive_levels(ramp(high, dtype), 0, high)
