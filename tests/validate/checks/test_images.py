"""`validate` finds faults in the images and bitmaps of datasets, which users may have changed after loading."""

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
from layouts.mask_making import annotation, bitmap_sample, vector_sample, write_image
from PIL import Image

from segments_hf import load_release, validate
from segments_hf.labels import label_of
from segments_hf.validate.checks import check_images


def findings(dataset: Any) -> list[tuple[str, str]]:
    """Return the check and the text of each finding about a sample."""
    report = validate(dataset, assets=True)
    return [(item.check, item.message) for item in report.findings if not item.sample.startswith("category ")]


@pytest.fixture
def rows(tmp_path: Path, write_release) -> Any:
    """A dataset of one image of 4 x 2 pixels with a bitmap."""
    item = bitmap_sample(tmp_path, "a", [[1, 1, 2, 2], [0, 0, 0, 0]], [annotation(1), annotation(2)])
    return load_release(write_release([item]), split="train", embed=True)


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_image_of_another_size_than_its_bitmap_is_found(rows: Any, streaming: bool) -> None:
    rows = rows.to_iterable_dataset() if streaming else rows
    resized = rows.map(
        lambda row: {"image": row["image"].resize((2, 1))}, **({"features": rows.features} if streaming else {})
    )
    [(check, text)] = findings(resized)
    assert check == "other-size"
    assert "the bitmap has 4 x 2 pixels and the width and height in the row are 4 x 2 pixels" in text
    assert "2 x 1" in text


def test_bitmap_without_the_exif_rotation_of_its_image_is_found(rows: Any) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(file, "JPEG", exif=exif)
    image = {"bytes": file.getvalue(), "path": None}
    rotated = rows.map(lambda row: {"image": image, "width": 2, "height": 4}, features=rows.features)
    [(check, text), (last_check, _)] = findings(rotated)
    assert (check, last_check) == ("other-size", "rotated-image")
    assert all(fact in text for fact in ("EXIF rotation", "4 x 2 pixels", "2 x 4"))


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        pytest.param(None, "without an image", id="no image"),
        pytest.param(jpeg((40, 20))[:-20], "no end marker", id="cut file"),
        pytest.param(b"", "empty file", id="empty file"),
    ],
)
def test_unreadable_image_is_found_with_its_cause(rows: Any, content: bytes | None, cause: str) -> None:
    image = None if content is None else {"bytes": content, "path": None}
    [(check, text)] = findings(rows.map(lambda row: {"image": image}, features=rows.features))
    assert check == "unreadable-image"
    assert cause in text


def test_image_removed_after_loading_is_found(tmp_path: Path, write_release) -> None:
    rows = load_release(write_release([vector_sample(tmp_path, "a")], task_type="vector"), split="train")
    assert not findings(rows)
    (tmp_path / "a.jpg").unlink()
    [(check, text)] = findings(rows)
    assert check == "unreadable-image"
    assert "does not exist" in text


def test_missing_images_of_a_dataset_are_found_only_with_assets(rows: Any, tmp_path: Path) -> None:
    bare = load_release(tmp_path / "release.json", split="train", load_assets=False)
    assert [check for check, _ in findings(bare)] == ["unreadable-image", "missing-bitmap"]
    assert {finding.check for finding in validate(bare).findings} == {"unused-category"}


def test_rows_without_optional_columns_have_no_findings(rows: Any) -> None:
    assert not findings(rows.remove_columns(["uuid", "metadata", "image_attributes"]))


@pytest.mark.parametrize("mode", ["L", "I;16", "RGB", "RGBA"])
def test_pixels_without_annotation_are_found_in_bitmaps_of_each_mode(tmp_path: Path, write_release, mode: str) -> None:
    ids = np.array([[0, 1], [2, 9]])
    if mode in {"RGB", "RGBA"}:
        image = Image.open(io.BytesIO(bitmap(ids))).convert(mode)
    else:
        image = Image.fromarray(ids.astype(np.uint8 if mode == "L" else np.uint16))
    file = io.BytesIO()
    image.save(file, "PNG")
    item = bitmap_sample(tmp_path, "a", annotations=[annotation(1), annotation(2)], content=file.getvalue())
    [(check, text), *others] = findings(write_release([item]))
    assert check == "pixels-without-annotation"
    assert "1 pixel " in text
    assert text.endswith(": 9")
    assert [check for check, _ in others] == ["one-pixel-object"]


def test_labels_without_objects_have_no_findings(tmp_path: Path, write_release) -> None:
    samples = [
        bitmap_sample(tmp_path, "a", [[0, 0]]),
        bitmap_sample(tmp_path, "b"),
        sample("c", write_image(tmp_path, "c.jpg", jpeg((9, 9)))),
    ]
    assert validate(write_release(samples), assets=True).is_clean


ID = st.integers(0, 3) | st.sampled_from([300, 2**24 - 1])


@given(arrays(np.uint32, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=ID), st.sets(ID.filter(bool)))
def test_pixels_without_annotation_and_annotations_without_pixels_are_found(
    ids: np.ndarray, annotated: set[int]
) -> None:
    height, width = ids.shape
    row = {
        "name": "a",
        "uuid": None,
        "width": width,
        "height": height,
        "image": {"bytes": jpeg((width, height)), "path": None},
        "segmentation_bitmap": {"bytes": bitmap(ids), "path": None},
        "annotations": [annotation(number) for number in annotated],
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
