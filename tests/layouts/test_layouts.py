"""The columns that training code reads, in the four layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import label, raw
from dataset.test_real import LEAF

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import BitmapError, OptionError

from .test_masks import STREAMING, bitmap_label, numbers, written

COLUMNS = {
    "semantic-segmentation": ["image", "label"],
    "instance-segmentation": ["image", "annotation", "semantic_class_to_id"],
    "panoptic-segmentation": ["image", "label", "segments_info"],
    "object-detection": ["image_id", "image", "width", "height", "objects"],
}
TASKS = pytest.mark.parametrize("task", COLUMNS)


def only_row(release: Path, task: str, *, streaming: bool = False, **options: Any) -> dict[str, Any]:
    rows = segments_hf.load_release(release, split="train", streaming=streaming)
    (row,) = segments_hf.to_layout(rows, task, **options)
    return row


@TASKS
@pytest.mark.parametrize("split", ["train", None])
def test_all_kinds_of_datasets_give_the_same(task: str, split: str | None) -> None:
    found = []
    for streaming in (False, True):
        rows = segments_hf.load_release(demo_release(), split=split, streaming=streaming)
        made = segments_hf.to_layout(rows, task)
        assert type(made) is type(rows)
        part = made if split else made["train"]
        assert list(part.features) == list(next(iter(part))) == COLUMNS[task]
        plain = [{**row, "image": None, "label": None, "annotation": None} for row in raw(part)]
        pictures = [numbers(row.get("label") or row.get("annotation")) for row in part]
        found.append((plain, pictures, part.features, segments_hf.id2label(made)))
    assert found[0] == found[1]
    assert len(found[0][0]) == 6


@STREAMING
def test_instance_segmentation(write_release: Any, tmp_path: Path, streaming: bool) -> None:
    release = write_release(written(tmp_path, bitmap_label(tmp_path)))
    row = only_row(release, "instance-segmentation", streaming=streaming)
    assert row["annotation"].mode == "RGB"
    assert numbers(row["annotation"]) == [[[0, 0, 0], [1, 1, 0], [1, 1, 0]], [[2, 2, 0], [2, 3, 0], [0, 0, 0]]]
    assert row["semantic_class_to_id"] == {"unlabeled": 0, "flower": 1, "leaf": 2}


@pytest.mark.parametrize(("visible", "fits"), [(255, True), (256, False)])
def test_more_than_255_instances_are_an_error(write_release: Any, tmp_path: Path, visible: int, fits: bool) -> None:
    ids = np.arange(1, 301)[None].repeat(2, axis=0)
    annotations = [{"id": number, "category_id": 1} for number in range(1, 301)]
    given = bitmap_label(tmp_path, np.where(ids <= visible, ids, 0), annotations)
    release = write_release(written(tmp_path, given, size=(300, 2)))
    if fits:
        found = np.array(only_row(release, "instance-segmentation")["annotation"])
        assert len(np.unique(found[..., 1])) == 256
        return
    with pytest.raises(BitmapError, match="sample '0.jpg': got 256 instances, but .* at most 255"):
        only_row(release, "instance-segmentation")


def test_more_than_255_classes_are_an_error_for_instance_segmentation(write_release: Any, tmp_path: Path) -> None:
    attributes = {"categories": [{"id": number, "name": str(number)} for number in range(256)]}
    release = write_release(written(tmp_path, bitmap_label(tmp_path)), task_attributes=attributes)
    with pytest.raises(OptionError, match="got 256 classes"):
        only_row(release, "instance-segmentation")


@STREAMING
def test_objects_of_a_bitmap(write_release: Any, tmp_path: Path, streaming: bool) -> None:
    annotations = [{"id": 70000, "category_id": 2}, {"id": 5, "category_id": 1}, {"id": 1, "category_id": 1}]
    release = write_release(written(tmp_path, bitmap_label(tmp_path, annotations=annotations)))
    row = only_row(release, "object-detection", streaming=streaming)
    assert (row["width"], row["height"]) == (3, 2)
    assert row["objects"] == {
        "id": [70000, 1],
        "area": [1.0, 2.0],
        "bbox": [[1.0, 1.0, 1.0, 1.0], [1.0, 0.0, 2.0, 1.0]],
        "category": [1, 0],
    }
    assert all(isinstance(number, float) for number in [*row["objects"]["area"], *row["objects"]["bbox"][0]])


@pytest.mark.parametrize(
    ("kind", "points", "area", "bbox"),
    [
        pytest.param("bbox", [[3, 2], [1, 1]], 2, [1, 1, 2, 1], id="box, corners in any order"),
        pytest.param("polygon", [[0, 0], [3, 0], [0, 2]], 3, [0, 0, 3, 2], id="polygon"),
        pytest.param("polyline", [[0.5, 0], [3, 1.5]], 3.75, [0.5, 0, 2.5, 1.5], id="polyline"),
        pytest.param("point", [[0, 0], [1, 1]], 1, [0, 0, 1, 1], id="points"),
        pytest.param("bbox", [[-5, -5], [2, 9]], 6, [0, 0, 2, 3], id="partly off the image"),
        pytest.param("bbox", [[5, 5], [9, 9]], None, None, id="off the image"),
        pytest.param("bbox", [[1, 1], [1, 3]], None, None, id="no width"),
        pytest.param("point", [[1, 1]], None, None, id="one point"),
        pytest.param("polygon", [], None, None, id="no points"),
    ],
)
@STREAMING
def test_objects_of_vectors(
    write_release: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    points: Any,
    area: float | None,
    bbox: Any,
    streaming: bool,
) -> None:
    items = [{"id": 9, "category_id": 2, "type": kind, "points": points}]
    release = write_release(written(tmp_path, label(annotations=items), size=(4, 3)), task_type="vector")
    objects = only_row(release, "object-detection", streaming=streaming)["objects"]
    found = [9] if bbox else []
    assert objects == {
        "id": found,
        "area": [area][: len(found)],
        "bbox": [bbox][: len(found)],
        "category": [1][: len(found)],
    }
    assert ("left out" in caplog.text) == (bbox is None)


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", None])
@TASKS
def test_rows_without_a_label_are_left_out_and_counted(
    write_release: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, task: str, status: str | None
) -> None:
    given = bitmap_label(tmp_path)
    other = status and {**given, "label_status": status}
    rows = segments_hf.load_release(write_release(written(tmp_path, other, given, other)), split="train")
    assert len(segments_hf.to_layout(rows, task)) == 1
    assert f"train: 2 of 3 rows left out: 2 {status or 'UNLABELED'}" in caplog.text
    kept = segments_hf.to_layout(rows, task, keep_unlabeled=True)
    column = {"instance-segmentation": "annotation", "object-detection": "objects"}.get(task, "label")
    assert [row[column] is None for row in kept] == [status is None, False, status is None]


def test_rows_without_a_picture_are_left_out(
    write_release: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    samples = written(tmp_path, bitmap_label(tmp_path), bitmap_label(tmp_path))
    (tmp_path / "0.png").unlink()
    rows = segments_hf.load_release(write_release(samples), split="train", on_error="keep")
    assert len(segments_hf.to_layout(rows, "semantic-segmentation")) == 1
    assert "1 of 2 rows left out: 1 LABELED without image or mask" in caplog.text


def test_a_stream_counts_as_it_goes(write_release: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    release = write_release(written(tmp_path, *[None] * 12, bitmap_label(tmp_path)))
    only_row(release, "object-detection", streaming=True)
    counts = [record.getMessage() for record in caplog.records]
    assert counts == ["train: rows left out so far: 1", "train: rows left out so far: 10"]


def test_a_split_without_any_row_left_is_an_error(write_release: Any, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="train: 1 of 1 rows left out: 1 UNLABELED.*keep_unlabeled=True"):
        only_row(write_release(written(tmp_path, None)), "object-detection")


def test_options_that_do_not_fit() -> None:
    rows = segments_hf.load_release(demo_release(), split="train", streaming=True)
    with pytest.raises(OptionError, match="task: got 'segmentation', .*'semantic-segmentation', "):
        segments_hf.to_layout(rows, "segmentation")
    with pytest.raises(OptionError, match="ignore_index: got 255 for object-detection"):
        segments_hf.to_layout(rows, "object-detection", ignore_index=255)
    with pytest.raises(OptionError, match="num_proc"):
        segments_hf.to_layout(rows, "object-detection", num_proc=2)


def test_ignore_index_of_semantic_segmentation(write_release: Any, tmp_path: Path) -> None:
    release = write_release(written(tmp_path, bitmap_label(tmp_path)))
    row = only_row(release, "semantic-segmentation", ignore_index=255)
    assert numbers(row["label"]) == [[255, 0, 0], [1, 1, 255]]


@TASKS
def test_processes_share_the_work(task: str) -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    one, two = (raw(segments_hf.to_layout(rows, task, num_proc=number)) for number in (None, 2))
    assert list(one) == list(two)


def test_image_ids_are_the_same_however_rows_are_read() -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    ids = segments_hf.to_layout(rows, "object-detection")["image_id"]
    assert len(set(ids)) == 6
    assert all(0 <= number < 2**53 for number in ids)
    turned = rows.select(range(len(rows) - 1, -1, -1))
    assert list(segments_hf.to_layout(turned, "object-detection")["image_id"]) == list(ids)[::-1]


@TASKS
def test_the_real_release(arc_litter: Path, task: str) -> None:
    rows = segments_hf.load_release(
        arc_litter / "arc_litter-v01.json", split="train", filter_by=["reviewed"], segments_dir=arc_litter / LEAF
    )
    made = segments_hf.to_layout(rows.select(range(1)) if task != "object-detection" else rows, task)
    if task == "object-detection":
        assert sum(len(objects["id"]) for objects in made["objects"]) == 39
    else:
        assert (made[0].get("label") or made[0]["annotation"]).size == (3648, 2736)
    assert isinstance(made, datasets.Dataset)
