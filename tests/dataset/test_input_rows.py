"""`open_rows` returns the same rows for a release, a dataset and a stream, and refuses options of a build."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import datasets
import pytest

import segments_hf
from dataset.making import sample
from segments_hf import load_release
from segments_hf.dataset.input_rows import open_rows
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.release import Release

SPLITS = {"train": 0.5, "test": 0.5}


def parquet_dataset(folder) -> datasets.Dataset:
    load_release(demo_release(), split="train").to_parquet(folder / "flowers.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "flowers.parquet"), split="train")


def mapped_stream(stream: datasets.IterableDataset) -> datasets.IterableDataset:
    return stream.map(lambda row: row, features=stream.features)


INPUTS = {
    "path": lambda folder: demo_release(),
    "path as text": lambda folder: str(demo_release()),
    "release": lambda folder: Release.open(demo_release()),
    "dict of releases": lambda folder: {"train": demo_release()},
    "dataset": lambda folder: load_release(demo_release(), split="train"),
    "dict of splits": lambda folder: load_release(demo_release(), splits=SPLITS),
    "stream": lambda folder: load_release(demo_release(), split="train", streaming=True),
    "dict of streams": lambda folder: load_release(demo_release(), splits=SPLITS, streaming=True),
    "mapped stream": lambda folder: mapped_stream(load_release(demo_release(), split="train", streaming=True)),
    "parquet": parquet_dataset,
}


def comparable_row(row: dict) -> dict:
    """Return the row with modes and sizes in place of images, and with values in place of JSON texts.

    The bytes of an image and the spaces of a JSON text differ between releases and datasets.
    """
    images = {name: row[name] and datasets.Image().decode_example(row[name]) for name in IMAGE_COLUMNS}
    sizes = {name: image and (image.mode, image.size) for name, image in images.items()}
    values = {name: row[name] and json.loads(row[name]) for name in ("metadata", "image_attributes")}
    annotations = [{**item, "attributes": json.loads(item["attributes"])} for item in row["annotations"]]
    return {**row, **sizes, **values, "annotations": annotations}


IMAGE_COLUMNS = ("image", "segmentation_bitmap")


@pytest.fixture
def expected() -> dict[str, dict]:
    """Return the comparable rows of the demo release by the name of the sample."""
    return {
        outcome.row["name"]: comparable_row(outcome.row)
        for outcome in open_rows(demo_release(), assets=True).outcomes()
    }


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
def test_open_rows_returns_the_same_rows_for_every_kind_of_data(make, expected, tmp_path):
    source = open_rows(make(tmp_path), assets=True)
    rows = [outcome.row for outcome in source.outcomes()]
    assert {row["name"]: comparable_row(row) for row in rows} == expected
    assert len(rows) == len(expected) == 8
    assert source.length in {8, None}
    assert [category.name for category in source.categories] == ["flower", "leaf"]
    assert len(list(source.outcomes())) == 8  # a second iteration begins at the first row


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
def test_limit_is_the_number_of_samples(make, tmp_path):
    source = open_rows(make(tmp_path), assets=False, limit=3)
    assert len(list(source.outcomes())) == 3
    assert source.length in {3, None}


def test_open_rows_without_assets_sends_no_requests(server, write_release):
    path = write_release([{"name": "a.jpg", "attributes": {"image": {"url": server.url("/a.jpg", b"")}}, "labels": {}}])
    (outcome,) = open_rows(path, assets=False).outcomes()
    assert (outcome.row["image"], outcome.problems, server.requests) == (None, [], {})


def test_outcomes_have_the_problems_of_their_sample(server, write_release):
    broken_label = {"label_status": "LABELED", "attributes": {"annotations": [{"id": "x", "category_id": 1}]}}
    samples = [
        {"name": "a.jpg", "attributes": {"image": {"url": server.url("/a.jpg", b"")}}, "labels": {}},
        {"name": "b.jpg", "labels": {"ground-truth": broken_label}},
        {"labels": {}},
    ]
    first, second, third = open_rows(write_release(samples), assets=True).outcomes()
    assert (first.row["name"], [problem.column for problem in first.problems]) == ("a.jpg", ["image"])
    assert [problem.column for problem in second.problems] == ["annotations", "image"]
    assert (third.row, [problem.column for problem in third.problems]) == (None, [None])


def test_limit_counts_all_frames_of_a_sequence_as_one_sample(write_release):
    frames = [{"image": {"url": "a.jpg"}, "name": f"{number}"} for number in range(3)]
    samples = [{"name": name, "attributes": {"frames": frames}, "labels": {}} for name in "ab"]
    path = write_release(samples, task_type="image-segmentation-sequence")
    source = open_rows(path, assets=False, limit=1)
    assert [(outcome.row["name"], outcome.row["frame_index"]) for outcome in source.outcomes()] == [
        ("a", 0),
        ("a", 1),
        ("a", 2),
    ]


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (3, {}, SegmentsHFError, "got int"),
        (datasets.Dataset.from_dict({"a": [1]}), {}, SegmentsHFError, "without the columns annotations"),
        (datasets.DatasetDict(), {}, OptionError, "got an empty dict"),
        ({"train": datasets.Dataset.from_dict({"a": [1]})}, {}, SegmentsHFError, "without the columns annotations"),
        ({"train": 3}, {}, SegmentsHFError, "got int as split 'train'"),
        (demo_release(), {"limit": 0}, OptionError, "limit: got 0"),
        (demo_release(), {"labelset": "other"}, OptionError, "labelset: got 'other'"),
        (demo_release(), {"on_error": "raise", "split": "train"}, OptionError, "got on_error, split"),
        (demo_release(), {"load_assets": False}, OptionError, "got load_assets"),
        (datasets.DatasetDict(), {"labelset": "other"}, OptionError, "got labelset for a dataset"),
    ],
    ids=str,
)
def test_invalid_data_or_options_are_refused(data, options, error, message):
    with pytest.raises(error, match=message):
        open_rows(data, assets=False, **options)


def test_length_counts_only_the_samples_that_pass_the_filters(write_release):
    release = write_release([sample("a", metadata={"part": 1}), sample("b", metadata={"part": 2}), sample("c")])
    source = open_rows(release, assets=False, filter_by_metadata={"part": 2})
    assert source.length == len(list(source.outcomes())) == 1


def test_empty_split_beside_other_splits_is_accepted():
    rows = load_release(demo_release(), split="train")
    splits = datasets.DatasetDict(train=rows, test=rows.select([]))
    assert len(list(open_rows(splits, assets=True).outcomes())) == len(rows)


def test_dataset_without_rows_is_refused():
    rows = load_release(demo_release(), split="train")
    with pytest.raises(OptionError, match="without rows"):
        open_rows(rows.select([]), assets=True)


def test_file_name_that_is_not_utf8_has_a_replacement_character(write_release, tmp_path):
    path = write_release([sample("a")]).rename(tmp_path / os.fsdecode(b"\xff.json"))
    assert open_rows(path, assets=False).name == "\ufffd.json"


@pytest.mark.parametrize("option", [{"num_proc": 2}, {"on_error": "skip"}, {"embed": True}, {"cache_dir": "cache"}])
@pytest.mark.parametrize("function", [segments_hf.validate, segments_hf.stats])
def test_option_of_a_build_is_an_error_for_a_function_that_builds_no_dataset(function: Any, option: Any) -> None:
    with pytest.raises(OptionError, match=next(iter(option))):
        function(demo_release(), **option)


def test_error_for_an_unknown_option_lists_only_options_of_the_function() -> None:
    with pytest.raises(TypeError, match="'labelset'") as raised:
        segments_hf.validate(demo_release(), bogus=1)  # type: ignore[call-arg]
    assert not re.search("embed|cache_dir|num_proc|streaming", str(raised.value))
