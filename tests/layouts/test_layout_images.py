"""The images of layouts decode to 8-bit RGB or gray for every mode of the image in the release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import bitmap, file_bytes, label, sample, undecoded
from images.images_by_mode import CONVERTED, DEEP, PLAIN, SIZE, colors, encoded, pgm, png, ramp, tiff
from PIL import Image

from segments_hf import load_release, to_layout
from segments_hf.errors import AssetError, OptionError

from .layout_release import DETECTION, SEMANTIC, TASKS
from .mask_making import KINDS, annotation, messages, through_parquet, train

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
# For each mode and format, the function that makes the file.
FILES = {**PLAIN, **CONVERTED, **{name: make for name, (make, *_) in DEEP.items()}}


def image_sample(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    """Return a sample whose image has this content and whose bitmap has one object."""
    (folder / name).write_bytes(content)
    (folder / "label.png").write_bytes(bitmap(np.ones(SIZE[::-1])))
    return sample(name, name, label(annotations=[annotation(1)], segmentation_bitmap={"url": "label.png"}))


@pytest.fixture
def release_of_modes(tmp_path: Path, write_release: Any) -> Path:
    """A release with an image of each mode and format."""
    release: Path = write_release([image_sample(tmp_path, name, make()) for name, make in FILES.items()])
    return release


def images_of(rows: Any) -> list[Image.Image]:
    """Return the images of a dataset, a stream, or the split `train` of a dict of splits."""
    return [row["image"] for row in train(rows)]


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", TASKS)
def test_images_of_all_modes_decode_to_8_bit_rgb_or_gray(release_of_modes: Path, task: str, kind: str) -> None:
    dataset = load_release(release_of_modes, **KINDS[kind])
    before = [file_bytes(row["image"]) for row in undecoded(train(dataset))]
    laid_out = to_layout(dataset, task)
    after = [file_bytes(row["image"]) for row in undecoded(train(laid_out))]
    for name, content, stored, image in zip(FILES, before, after, images_of(laid_out), strict=True):
        array = np.asarray(image)
        assert image.mode in {"RGB", "L"}, name
        assert array.dtype == np.uint8, name
        assert array.shape[:2] == SIZE[::-1], name
        has_few_values = name.startswith("1 ") or "dark" in name or "signed" in name
        assert len(np.unique(array)) >= (2 if has_few_values else 4), name
        assert (stored == content) == (name in PLAIN), name


def test_numpy_format_of_a_layout_has_8_bit_images(release_of_modes: Path) -> None:
    laid_out = to_layout(load_release(release_of_modes, split="train"), SEMANTIC)
    assert {row["image"].dtype for row in laid_out.with_format("numpy")} == {np.dtype(np.uint8)}


def test_load_release_does_not_change_the_files_of_any_mode(release_of_modes: Path) -> None:
    for options in ({}, {"embed": True}, {"streaming": True}):
        rows = undecoded(load_release(release_of_modes, split="train", **options))
        assert [file_bytes(row["image"]) for row in rows] == [make() for make in FILES.values()]


@pytest.mark.parametrize("kind", KINDS)
def test_image_range_sets_values_of_black_and_white(tmp_path: Path, write_release: Any, caplog: Any, kind: str) -> None:
    release = write_release([image_sample(tmp_path, "a.png", png(ramp(4095), 0))])
    (image,) = images_of(to_layout(load_release(release, **KINDS[kind]), SEMANTIC, image_range=(0, 4095)))
    assert np.asarray(image).tolist() == np.floor(ramp(4095) / 4095 * 255 + 0.5).tolist()
    assert messages(caplog) == []


@pytest.mark.parametrize("image_range", [(0,), (5, 5), (1, 0), (0, float("nan")), "0,4095", 5])
def test_to_layout_refuses_invalid_image_range(release_of_modes: Path, image_range: Any) -> None:
    with pytest.raises(OptionError, match="image_range"):
        to_layout(load_release(release_of_modes, split="train", streaming=True), SEMANTIC, image_range=image_range)


@pytest.mark.parametrize("kind", KINDS)
def test_error_of_image_range_for_16_bit_rgb_names_the_sample(tmp_path: Path, write_release: Any, kind: str) -> None:
    release = write_release([image_sample(tmp_path, "deep.png", CONVERTED["16-bit RGB PNG"]())])
    for on_error in ("raise", "skip"):
        with pytest.raises(OptionError, match=r"sample 'deep\.png': image_range"):
            list(
                train(to_layout(load_release(release, **KINDS[kind]), SEMANTIC, image_range=(0, 9), on_error=on_error))
            )


@pytest.mark.parametrize("kind", KINDS)
def test_each_problem_of_the_value_range_is_logged_once_for_all_images(
    tmp_path: Path, write_release: Any, caplog: Any, kind: str
) -> None:
    images = {
        "good.png": png(ramp(60000), 0),
        "first.png": png(ramp(4095), 0),
        "second.png": png(ramp(900), 0),
        "clipped.tif": tiff(ramp(1.2, np.float32), 3),
        "floats.tif": tiff(ramp(300, np.float32, -10000), 3),
    }
    release = write_release([image_sample(tmp_path, name, content) for name, content in images.items()])
    list(train(to_layout(load_release(release, **KINDS[kind]), SEMANTIC)))
    narrow, clipped, floats = sorted(messages(caplog), key=lambda text: ("clipped" in text) + 2 * ("floats" in text))
    assert "first.png" in narrow
    assert "0 to 4095" in narrow
    assert "second.png" not in narrow
    assert "image_range" in narrow
    assert "clipped.tif" in clipped
    assert "floats.tif" in floats


@IGNORE_FORK_WARNING
def test_two_processes_convert_images_as_one_process_does(tmp_path: Path, write_release: Any, caplog: Any) -> None:
    release = write_release([image_sample(tmp_path, f"{n}.png", png(ramp(4095), 0)) for n in range(4)])
    rows = load_release(release, split="train")
    one, two = to_layout(rows, SEMANTIC), to_layout(rows, SEMANTIC, num_proc=2)
    assert [row["image"]["bytes"] for row in undecoded(one)] == [row["image"]["bytes"] for row in undecoded(two)]
    assert ["0.png" in text for text in messages(caplog)] == [True, True]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", KINDS)
class TestDamagedImages:
    """The image of one row was damaged after the release was loaded."""

    @pytest.fixture
    def data(self, tmp_path: Path, write_release: Any, kind: str) -> Any:
        made = [image_sample(tmp_path, name, encoded(colors("RGB"), "PNG")) for name in ("a.png", "bad.png", "c.png")]
        rows = undecoded(load_release(write_release(made), embed=True, split="train"))
        broken = {"bytes": encoded(colors("RGBA"), "PNG")[:-40], "path": None}
        changed = rows.map(
            lambda row: {"image": broken if row["name"] == "bad.png" else row["image"]}, features=rows.features
        )
        part = changed.to_iterable_dataset() if "stream" in kind else changed
        if "dict" not in kind:
            return part
        return {"dict of streams": datasets.IterableDatasetDict, "dict of datasets": datasets.DatasetDict}[kind](
            {"train": part}
        )

    def test_on_error_raise_names_the_sample(self, data: Any, task: str, kind: str) -> None:
        with pytest.raises(AssetError, match=r"sample 'bad\.png': image"):
            list(train(to_layout(data, task)))

    def test_on_error_skip_leaves_out_the_row(self, data: Any, task: str, kind: str, caplog: Any) -> None:
        assert len(list(train(to_layout(data, task, on_error="skip")))) == 2
        assert any("bad.png" in text for text in messages(caplog))

    def test_on_error_keep_sets_the_image_to_null(self, data: Any, task: str, kind: str, caplog: Any) -> None:
        rows = list(train(to_layout(data, task, on_error="keep")))
        assert [row["image"] is None for row in rows] == [False, True, False]
        assert all(value is not None for name, value in rows[1].items() if name != "image")
        assert any("bad.png" in text for text in messages(caplog))


@pytest.mark.parametrize("task", TASKS)
def test_layout_keeps_null_images(tmp_path: Path, write_release: Any, task: str) -> None:
    release = write_release([image_sample(tmp_path, "a.png", png(ramp(9), 0)), sample("b")])
    rows = load_release(release, split="train", load_assets=False)
    assert to_layout(rows, task, keep_unlabeled=True)["image"][:] == [None, None]


@pytest.mark.parametrize("form", ["images", "arrays"])
@pytest.mark.parametrize("mode", ["RGB", "CMYK", "I;16"])
def test_layout_converts_images_that_a_stream_has_decoded(
    tmp_path: Path, write_release: Any, mode: str, form: str
) -> None:
    release = write_release([image_sample(tmp_path, "a.png", encoded(colors("RGB"), "PNG"))])
    made = Image.fromarray(ramp(65535)) if mode == "I;16" else colors(mode)
    expected = ramp(255, np.uint8) if mode == "I;16" else np.asarray(made.convert("RGB"))
    if form == "arrays" and mode == "CMYK":
        pytest.skip("an array of four channels is RGBA")

    def decode(row: Any) -> Any:
        return {"image": made if form == "images" else np.asarray(made)}

    stream = load_release(release, split="train", streaming=True)
    (row,) = to_layout(stream.map(decode, features=stream.features), DETECTION, keep_unlabeled=True)
    assert np.abs(np.asarray(row["image"]).astype(int) - expected).max() <= 1


def test_layout_converts_images_embedded_in_parquet(release_of_modes: Path, tmp_path: Path) -> None:
    loaded = through_parquet(load_release(release_of_modes, split="train"), tmp_path)
    assert {image.mode for image in images_of(to_layout(loaded, DETECTION))} == {"RGB", "L"}


def test_layout_has_the_bytes_of_an_image_at_a_url(tmp_path: Path, write_release: Any) -> None:
    release = write_release([image_sample(tmp_path, "a.png", pgm(ramp(255, np.uint8), 255))])
    rows = undecoded(load_release(release, split="train"))
    url = (tmp_path / "a.png").as_uri()
    moved = rows.map(lambda row: {"image": {"bytes": None, "path": url}}, features=rows.features)
    (row,) = undecoded(to_layout(moved.to_iterable_dataset(), DETECTION))
    assert row["image"]["bytes"] == (tmp_path / "a.png").read_bytes()


@pytest.mark.parametrize("shared_case", ["deep_image"], indirect=True)
def test_layout_of_a_16_bit_image_has_many_gray_levels(shared_case: Path) -> None:
    for options in ({}, {"image_range": (0, 4095)}):
        for task in TASKS:
            (row,) = to_layout(load_release(shared_case, split="train"), task, **options)
            array = np.asarray(row["image"])
            assert array.dtype == np.uint8
            assert len(np.unique(array)) > 10
            assert array.mean() < 200


def test_layout_with_another_image_range_is_not_taken_from_the_cache(tmp_path: Path, write_release: Any) -> None:
    release = write_release([image_sample(tmp_path, "a.png", png(ramp(4095), 0))])
    rows = load_release(release, split="train")
    first, again, other = (to_layout(rows, SEMANTIC, image_range=(0, high)) for high in (4095, 4095.0, 900))
    assert first.cache_files == again.cache_files != other.cache_files
