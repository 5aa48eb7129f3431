"""Layouts are the same for datasets and streams, and in one process and in two.

They lose no objects, and `keep_unlabeled` keeps all rows.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset.making import undecoded
from dataset.test_load_arc_litter import FOLDER_OF_RELEASE

import segments_hf
from segments_hf.demo import demo_release

from .layout_release import COLUMNS, DETECTION, TASKS
from .mask_making import annotation, bitmap_sample, pixels

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("split", ["train", None], ids=["one split", "dict of splits"])
def test_stream_has_the_columns_and_rows_of_the_dataset(task: str, split: str | None) -> None:
    results = []
    for streaming in (False, True):
        rows = segments_hf.load_release(demo_release(), split=split, streaming=streaming)
        laid_out = segments_hf.to_layout(rows, task)
        assert type(laid_out) is type(rows)
        part = laid_out if split else laid_out["train"]
        assert list(part.features) == list(next(iter(part))) == COLUMNS[task]
        other_columns = [{**row, "image": None, "label": None, "annotation": None} for row in undecoded(part)]
        masks = [pixels(row.get("label") or row.get("annotation")) for row in part]
        results.append((other_columns, masks, part.features, segments_hf.id2label(laid_out)))
    assert results[0] == results[1]
    assert len(results[0][0]) == 6


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", None])
@pytest.mark.parametrize("task", TASKS)
def test_keep_unlabeled_keeps_rows_of_every_status_with_their_labels(
    write_release, tmp_path: Path, caplog: pytest.LogCaptureFixture, task: str, status: str | None
) -> None:
    samples = [bitmap_sample(tmp_path, name, [[0, 1]], [annotation(1)], status=status or "LABELED") for name in "abc"]
    samples[1]["labels"]["ground-truth"]["label_status"] = "LABELED"
    if status is None:
        for item in (samples[0], samples[2]):
            item["labels"]["ground-truth"] = None
    rows = segments_hf.load_release(write_release(samples), split="train")
    assert len(segments_hf.to_layout(rows, task)) == 1
    assert f"train: 2 of 3 rows left out: 2 {status or 'UNLABELED'}" in caplog.text
    kept = segments_hf.to_layout(rows, task, keep_unlabeled=True)
    column = {"instance-segmentation": "annotation", DETECTION: "objects"}.get(task, "label")
    assert [row[column] is None for row in kept] == [status is None, False, status is None]


@IGNORE_FORK_WARNING
@pytest.mark.parametrize("task", TASKS)
def test_two_processes_make_the_same_rows_as_one_process(task: str) -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    one, two = (undecoded(segments_hf.to_layout(rows, task, num_proc=number)) for number in (None, 2))
    assert list(one) == list(two)


def test_object_detection_has_all_objects_of_the_reviewed_samples_of_arc_litter(arc_litter: Path) -> None:
    rows = segments_hf.load_release(
        arc_litter / "arc_litter-v01.json",
        split="train",
        filter_by=["reviewed"],
        segments_dir=arc_litter / FOLDER_OF_RELEASE,
    )
    laid_out = segments_hf.to_layout(rows, DETECTION)
    assert sum(len(objects["id"]) for objects in laid_out["objects"]) == 39
