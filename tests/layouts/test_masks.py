"""Columns of masks on datasets and streams, from bitmaps and from vectors."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import bitmap, file_samples, jpeg, label, picture_bytes, plain_rows, raw, sample
from PIL import Image

import segments_hf
from segments_hf.bitmaps import palette_color
from segments_hf.demo import demo_release
from segments_hf.errors import BitmapError, OptionError, SegmentsHFError

ADDERS = [segments_hf.add_semantic_masks, segments_hf.add_instance_masks, segments_hf.add_panoptic_masks]
IDS = np.array([[0, 1, 1], [2, 70000, 9]])
ANNOTATIONS = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}, {"id": 70000, "category_id": 2}]
SQUARE = [[0, 0], [3, 0], [3, 2], [0, 2]]
STREAMING = pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])


def written(folder: Path, *labels: Any, size: tuple[int, int] = (3, 2)) -> list[dict[str, Any]]:
    """Samples with an image and these labels."""
    (folder / "image.jpg").write_bytes(jpeg(size))
    return [sample(f"{number}.jpg", "image.jpg", given) for number, given in enumerate(labels)]


def bitmap_label(folder: Path, ids: Any = IDS, annotations: Any = ANNOTATIONS, **rest: Any) -> dict[str, Any]:
    """A label with a bitmap."""
    path = folder / f"{len(list(folder.glob('*.png')))}.png"
    path.write_bytes(bitmap(ids))
    return label(annotations=annotations, segmentation_bitmap={"url": path.name}, **rest)


def numbers(picture: Image.Image | None) -> Any:
    return None if picture is None else np.array(picture).tolist()


@STREAMING
def test_masks_of_a_bitmap(write_release: Any, tmp_path: Path, streaming: bool) -> None:
    samples = written(tmp_path, bitmap_label(tmp_path), None)
    rows = segments_hf.load_release(write_release(samples), split="train", streaming=streaming)
    before = plain_rows(rows)
    for add in ADDERS:
        rows = add(rows)
    first, second = list(rows)
    assert numbers(first["semantic_mask"]) == [[0, 1, 1], [2, 2, 0]]
    assert numbers(first["instance_mask"]) == [[0, 1, 1], [2, 3, 0]]
    assert numbers(first["panoptic_mask"]) == [[[0, 0, 0], [1, 0, 0], [1, 0, 0]], [[2, 0, 0], [112, 17, 1], [0, 0, 0]]]
    assert first["segments_info"][0] == {"id": 1, "category_id": 0, "area": 2, "bbox": [1, 0, 2, 1], "iscrowd": 0}
    assert [second[name] for name in ("semantic_mask", "instance_mask", "panoptic_mask", "segments_info")] == [None] * 4
    after = plain_rows(rows.remove_columns(["semantic_mask", "instance_mask", "panoptic_mask", "segments_info"]))
    assert after == before or streaming  # removing a column of a stream decodes its pictures


@STREAMING
def test_images_keep_their_bytes(write_release: Any, tmp_path: Path, streaming: bool) -> None:
    rows = segments_hf.load_release(write_release(file_samples(tmp_path, 3)), split="train", streaming=streaming)
    masked = segments_hf.add_semantic_masks(rows)
    for before, after in zip(raw(rows), raw(masked), strict=True):
        for column in ("image", "segmentation_bitmap"):
            assert picture_bytes(after[column]) == picture_bytes(before[column])


@pytest.mark.parametrize("add", ADDERS)
@pytest.mark.parametrize("split", ["train", None])
def test_a_stream_and_a_dataset_have_the_same_masks(add: Any, split: str | None) -> None:
    whole, stream = (
        add(segments_hf.load_release(demo_release(), split=split, streaming=streaming)) for streaming in (False, True)
    )
    assert isinstance(stream, datasets.IterableDataset if split else datasets.IterableDatasetDict)
    assert isinstance(whole, datasets.Dataset if split else datasets.DatasetDict)
    whole, stream = (part if split else part["train"] for part in (whole, stream))
    column = next(name for name in whole.column_names if name.endswith("_mask"))
    assert [numbers(row[column]) for row in whole] == [numbers(row[column]) for row in stream]


def test_viewers_see_the_colors_of_the_release(write_release: Any, tmp_path: Path) -> None:
    rows = segments_hf.load_release(write_release(written(tmp_path, bitmap_label(tmp_path))), split="train")
    shown = segments_hf.add_semantic_masks(rows)[0]["semantic_mask"]
    assert shown.mode == "P"
    seen = [shown.convert("RGB").getpixel(place) for place in [(0, 0), (1, 0), (0, 1)]]
    assert seen == [(0, 0, 0), (255, 0, 0), palette_color(1)]
    assert segments_hf.add_semantic_masks(rows, palette=False)[0]["semantic_mask"].mode == "L"


def test_ignore_index_marks_what_is_unlabeled(write_release: Any, tmp_path: Path) -> None:
    rows = segments_hf.load_release(write_release(written(tmp_path, bitmap_label(tmp_path))), split="train")
    masked = segments_hf.add_semantic_masks(rows, ignore_index=255)
    assert numbers(masked[0]["semantic_mask"]) == [[255, 0, 0], [1, 1, 255]]
    for wrong in (1, -1, 2**16):
        with pytest.raises(OptionError, match=f"ignore_index: got {wrong}"):
            segments_hf.add_semantic_masks(rows, ignore_index=wrong)


def test_over_255_classes_a_mask_has_16_bits(write_release: Any, tmp_path: Path) -> None:
    attributes = {"categories": [{"id": number, "name": str(number)} for number in range(300)]}
    annotations = [{"id": 1, "category_id": 299}, {"id": 2, "category_id": 0}]
    samples = written(tmp_path, bitmap_label(tmp_path, annotations=annotations))
    rows = segments_hf.load_release(write_release(samples, task_attributes=attributes), split="train")
    mask = segments_hf.add_semantic_masks(rows)[0]["semantic_mask"]
    assert mask.mode == "I;16"
    assert numbers(mask) == [[0, 300, 300], [1, 0, 0]]


def test_instances_of_stuff_are_one_segment(write_release: Any, tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "flower"}, {"id": 2, "name": "grass", "has_instances": False}]
    samples = written(tmp_path, bitmap_label(tmp_path))
    rows = segments_hf.load_release(write_release(samples, task_attributes={"categories": categories}), split="train")
    segments = segments_hf.add_panoptic_masks(rows)[0]["segments_info"]
    assert [(item["id"], item["category_id"], item["area"]) for item in segments] == [(1, 0, 2), (2, 1, 2)]


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        pytest.param([("polygon", SQUARE)], [[1, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]], id="polygon"),
        pytest.param([("bbox", [[3, 2], [1, 1]])], [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], id="box"),
        pytest.param(
            [("polygon", SQUARE), ("bbox", [[2, 1], [9, 9]])], [[1, 1, 1, 0], [1, 1, 2, 2], [0, 0, 2, 2]], id="over"
        ),
        pytest.param([("bbox", [[-9, -9], [1, 9]])], [[1, 0, 0, 0]] * 3, id="off the image"),
        pytest.param([("polyline", SQUARE), ("point", [[1, 1]])], [[0, 0, 0, 0]] * 3, id="no area"),
        pytest.param([], [[0, 0, 0, 0]] * 3, id="an empty label"),
    ],
)
@STREAMING
def test_vectors_are_drawn(
    write_release: Any, tmp_path: Path, annotations: Any, expected: Any, streaming: bool
) -> None:
    items = [
        {"id": 50 + place, "category_id": place, "type": kind, "points": points}
        for place, (kind, points) in enumerate(annotations, start=1)
    ]
    release = write_release(written(tmp_path, label(annotations=items), size=(4, 3)), task_type="vector")
    rows = segments_hf.load_release(release, split="train", streaming=streaming)
    for add in ADDERS:
        rows = add(rows)
    row = next(iter(rows))
    assert numbers(row["semantic_mask"]) == numbers(row["instance_mask"]) == expected
    assert np.array(row["panoptic_mask"])[..., 0].tolist() == expected


@pytest.mark.parametrize(
    ("given", "is_null"),
    [
        pytest.param(None, True, id="no label"),
        pytest.param({"label_status": "SKIPPED", "attributes": {}}, True, id="skipped, empty"),
        pytest.param(
            {"label_status": "LABELED", "attributes": {"annotations": []}}, False, id="labeled, nothing in it"
        ),
    ],
)
def test_a_row_without_a_label_has_a_null_mask(write_release: Any, tmp_path: Path, given: Any, is_null: bool) -> None:
    rows = segments_hf.load_release(write_release(written(tmp_path, given)), split="train")
    masked = segments_hf.add_panoptic_masks(segments_hf.add_semantic_masks(rows))[0]
    expected = None if is_null else [[0, 0, 0], [0, 0, 0]]
    assert numbers(masked["semantic_mask"]) == expected
    assert masked["segments_info"] == (None if is_null else [])


@pytest.mark.parametrize("num_proc", [None, 2])
def test_a_broken_bitmap_is_an_error_that_names_the_sample(num_proc: int | None) -> None:
    rows = raw(segments_hf.load_release(demo_release(), split="train"))
    png = io.BytesIO()
    Image.new("1", (2, 2)).save(png, "PNG")
    broken = rows.map(
        lambda row: {"segmentation_bitmap": {"bytes": png.getvalue(), "path": None}} if "03" in row["name"] else {}
    )
    with pytest.raises(BitmapError, match=r"sample 'meadow_03.jpg': got a PNG .*wanted"):
        segments_hf.add_semantic_masks(broken, num_proc=num_proc)


def test_what_cannot_have_masks_is_refused(write_release: Any, tmp_path: Path) -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    with pytest.raises(OptionError, match="column: got image"):
        segments_hf.add_semantic_masks(rows, column="image")
    with pytest.raises(OptionError, match="num_proc: got 2 for a stream"):
        segments_hf.add_semantic_masks(segments_hf.load_release(demo_release(), streaming=True), num_proc=2)
    with pytest.raises(SegmentsHFError, match="got list, wanted"):
        segments_hf.add_instance_masks([{}])
    with pytest.raises(SegmentsHFError, match="got a dataset without .*annotations"):
        segments_hf.add_instance_masks(rows.remove_columns("annotations"))
    with pytest.raises(SegmentsHFError, match="categories"):
        segments_hf.add_panoptic_masks(rows.cast_column("image", datasets.Image()))


def test_the_hash_is_the_same_in_every_process_so_that_map_caches(caches: Path) -> None:
    code = """
import segments_hf
from segments_hf.demo import demo_release
rows = segments_hf.load_release(demo_release(), split="train")
made = segments_hf.add_panoptic_masks(segments_hf.add_instance_masks(segments_hf.add_semantic_masks(rows)))
print(made._fingerprint, segments_hf.to_layout(rows, "object-detection")._fingerprint)
"""
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "HF_HOME": str(caches), "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_masks_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    made = segments_hf.add_semantic_masks(rows)

    def fail(*_: Any) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("segments_hf.layouts.mask_columns.raster_of", fail)
    again = segments_hf.add_semantic_masks(rows)
    assert again.cache_files == made.cache_files
