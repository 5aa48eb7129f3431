"""Pictures of datasets, which users have changed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import bitmap, jpeg, sample
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from layouts.mask_making import bitmap_sample, marked, vector_sample
from PIL import Image

from segments_hf import load_release, validate
from segments_hf.labels import label_of
from segments_hf.validate import Finding
from segments_hf.validate.checks import check_images


def findings(dataset: Any) -> list[tuple[str, str]]:
    return [(finding.check, finding.what) for finding in validate(dataset, assets=True).findings]


@pytest.fixture
def rows(tmp_path: Path, write_release) -> Any:
    """A dataset of one image of 4 x 2 pixels with a bitmap."""
    item = bitmap_sample(tmp_path, "a", [[1, 1, 2, 2], [0, 0, 0, 0]], [marked(1), marked(2)])
    return load_release(write_release([item]), split="train", embed=True)


@pytest.mark.parametrize("streaming", [False, True])
def test_images_of_another_size(rows: Any, streaming: bool) -> None:
    rows = rows.to_iterable_dataset() if streaming else rows
    resized = rows.map(
        lambda row: {"image": row["image"].resize((2, 1))}, **({"features": rows.features} if streaming else {})
    )
    [(check, told)] = findings(resized)
    assert check == "other-size"
    assert "the bitmap has 4 x 2 pixels and the row has 4 x 2 pixels" in told
    assert "2 x 1" in told


def test_a_bitmap_that_was_not_turned_with_its_image(rows: Any) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(file, "JPEG", exif=exif)
    picture = {"bytes": file.getvalue(), "path": None}
    turned = rows.map(lambda row: {"image": picture, "width": 2, "height": 4}, features=rows.features)
    [(check, told)] = findings(turned)
    assert check == "other-size"
    assert all(fact in told for fact in ("EXIF rotation", "4 x 2 pixels", "2 x 4"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "got a row without an image"),
        (jpeg((40, 20))[:-20], "got a broken image: the JPEG has no end marker: it is truncated"),
        (b"", "got an empty file, wanted an image"),
    ],
)
def test_images_that_cannot_be_read(rows: Any, content: bytes | None, told: str) -> None:
    picture = None if content is None else {"bytes": content, "path": None}
    assert findings(rows.map(lambda row: {"image": picture}, features=rows.features)) == [("unreadable-image", told)]


def test_a_picture_that_was_removed_from_the_cache(tmp_path: Path, write_release) -> None:
    rows = load_release(write_release([vector_sample(tmp_path, "a")], task_type="vector"), split="train")
    assert not findings(rows)
    (tmp_path / "a.jpg").unlink()
    [(check, told)] = findings(rows)
    assert check == "unreadable-image"
    assert "does not exist" in told


def test_a_dataset_without_pictures(rows: Any, tmp_path: Path) -> None:
    bare = load_release(tmp_path / "release.json", split="train", load_assets=False)
    assert [check for check, _ in findings(bare)] == ["unreadable-image", "missing-bitmap"]
    assert validate(bare).is_clean


def test_columns_that_a_row_can_do_without(rows: Any) -> None:
    assert not findings(rows.remove_columns(["uuid", "metadata", "image_attributes"]))


@pytest.mark.parametrize("mode", ["L", "I;16", "RGB", "RGBA"])
def test_bitmaps_in_every_encoding(tmp_path: Path, write_release, mode: str) -> None:
    ids = np.array([[0, 1], [2, 9]])
    if mode in {"RGB", "RGBA"}:
        picture = Image.open(io.BytesIO(bitmap(ids))).convert(mode)
    else:
        picture = Image.fromarray(ids.astype(np.uint8 if mode == "L" else np.uint16))
    file = io.BytesIO()
    picture.save(file, "PNG")
    item = bitmap_sample(tmp_path, "a", annotations=[marked(1), marked(2)], content=file.getvalue())
    [finding] = validate(write_release([item]), assets=True).findings
    assert isinstance(finding, Finding)
    assert finding.what == "got 1 pixel with an id that no annotation has: 9"


def test_a_label_in_which_nothing_is_labeled_is_fine(tmp_path: Path, write_release) -> None:
    samples = [bitmap_sample(tmp_path, "a", [[0, 0]]), bitmap_sample(tmp_path, "b"), sample("c", "a.jpg")]
    assert validate(write_release(samples), assets=True).is_clean


ID = st.integers(0, 3) | st.sampled_from([300, 2**24 - 1])


@given(arrays(np.uint32, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=ID), st.sets(ID.filter(bool)))
def test_pixels_and_annotations_are_compared(ids: np.ndarray, annotated: set[int]) -> None:
    height, width = ids.shape
    row = {
        "name": "a",
        "uuid": None,
        "width": width,
        "height": height,
        "image": {"bytes": jpeg((width, height)), "path": None},
        "segmentation_bitmap": {"bytes": bitmap(ids), "path": None},
        "annotations": [marked(number) for number in annotated],
    }
    found, instances, _ = check_images(row, label_of(row), {"image", "segmentation_bitmap"})
    labeled = {int(number) for number in ids.flat if number}
    expected = [
        *(["pixels-without-annotation"] if labeled - annotated else []),
        *(["annotation-without-pixels"] if annotated - labeled else []),
    ]
    assert [finding.check for finding in found] == expected
    assert instances is not None
    assert instances.size == (width, height)
    assert instances.areas == {number: int((ids == number).sum()) for number in labeled}
