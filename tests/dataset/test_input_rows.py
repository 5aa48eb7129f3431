"""Whatever is looked at gives the same rows: a release, a dataset, a stream."""

from __future__ import annotations

import json
import os

import datasets
import pytest

from dataset.making import sample
from segments_hf import load_release
from segments_hf.dataset.input_rows import open_rows
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.release import Release

SPLITS = {"train": 0.5, "test": 0.5}


def parquet(folder) -> datasets.Dataset:
    load_release(demo_release(), split="train").to_parquet(folder / "flowers.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "flowers.parquet"), split="train")


def mapped(stream: datasets.IterableDataset) -> datasets.IterableDataset:
    return stream.map(lambda row: row, features=stream.features)


GIVEN = {
    "path": lambda folder: demo_release(),
    "text": lambda folder: str(demo_release()),
    "release": lambda folder: Release.open(demo_release()),
    "dict of releases": lambda folder: {"train": demo_release()},
    "dataset": lambda folder: load_release(demo_release(), split="train"),
    "dict of splits": lambda folder: load_release(demo_release(), splits=SPLITS),
    "stream": lambda folder: load_release(demo_release(), split="train", streaming=True),
    "dict of streams": lambda folder: load_release(demo_release(), splits=SPLITS, streaming=True),
    "mapped stream": lambda folder: mapped(load_release(demo_release(), split="train", streaming=True)),
    "parquet": parquet,
}


def told(row: dict) -> dict:
    """A row, its pictures by their sizes, its JSON by what it says: bytes and spaces depend on where it is from."""
    pictures = {name: row[name] and datasets.Image().decode_example(row[name]) for name in PICTURES}
    sizes = {name: picture and (picture.mode, picture.size) for name, picture in pictures.items()}
    said = {name: row[name] and json.loads(row[name]) for name in ("metadata", "image_attributes")}
    annotations = [{**item, "attributes": json.loads(item["attributes"])} for item in row["annotations"]]
    return {**row, **sizes, **said, "annotations": annotations}


PICTURES = ("image", "segmentation_bitmap")


@pytest.fixture
def wanted() -> dict[str, dict]:
    return {outcome.row["name"]: told(outcome.row) for outcome in open_rows(demo_release(), assets=True).outcomes()}


@pytest.mark.parametrize("make", GIVEN.values(), ids=GIVEN)
def test_the_rows_are_the_same(make, wanted, tmp_path):
    source = open_rows(make(tmp_path), assets=True)
    rows = [outcome.row for outcome in source.outcomes()]
    assert {row["name"]: told(row) for row in rows} == wanted
    assert len(rows) == len(wanted) == 8
    assert source.length in {8, None}
    assert [category.name for category in source.categories] == ["flower", "leaf"]
    assert len(list(source.outcomes())) == 8  # from the beginning again


@pytest.mark.parametrize("make", GIVEN.values(), ids=GIVEN)
def test_a_limit(make, tmp_path):
    source = open_rows(make(tmp_path), assets=False, limit=3)
    assert len(list(source.outcomes())) == 3
    assert source.length in {3, None}


def test_without_assets_nothing_is_fetched(server, write_release):
    path = write_release([{"name": "a.jpg", "attributes": {"image": {"url": server.url("/a.jpg", b"")}}, "labels": {}}])
    (outcome,) = open_rows(path, assets=False).outcomes()
    assert (outcome.row["image"], outcome.problems, server.asked) == (None, [], {})


def test_what_is_wrong_is_told(server, write_release):
    broken = {"label_status": "LABELED", "attributes": {"annotations": [{"id": "x", "category_id": 1}]}}
    samples = [
        {"name": "a.jpg", "attributes": {"image": {"url": server.url("/a.jpg", b"")}}, "labels": {}},
        {"name": "b.jpg", "labels": {"ground-truth": broken}},
        {"labels": {}},
    ]
    first, second, third = open_rows(write_release(samples), assets=True).outcomes()
    assert (first.row["name"], [problem.column for problem in first.problems]) == ("a.jpg", ["image"])
    assert [problem.column for problem in second.problems] == ["annotations", "image"]
    assert (third.row, [problem.column for problem in third.problems]) == (None, [None])


def test_all_frames_of_a_sample_count_as_one(write_release):
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
    ("given", "options", "error", "message"),
    [
        (3, {}, SegmentsHFError, "got int, wanted a release"),
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
def test_what_cannot_be_looked_at(given, options, error, message):
    with pytest.raises(error, match=message):
        open_rows(given, assets=False, **options)


def test_the_length_counts_only_what_the_filters_choose(write_release):
    release = write_release([sample("a", metadata={"part": 1}), sample("b", metadata={"part": 2}), sample("c")])
    opened = open_rows(release, assets=False, filter_by_metadata={"part": 2})
    assert opened.length == len(list(opened.outcomes())) == 1


def test_splits_without_rows():
    rows = load_release(demo_release(), split="train")
    splits = datasets.DatasetDict(train=rows, test=rows.select([]))
    assert len(list(open_rows(splits, assets=True).outcomes())) == len(rows)
    with pytest.raises(OptionError, match="without rows"):
        open_rows(rows.select([]), assets=True)


def test_a_file_whose_name_is_not_utf8(write_release, tmp_path):
    path = write_release([sample("a")]).rename(tmp_path / os.fsdecode(b"\xff.json"))
    assert open_rows(path, assets=False).name == "\ufffd.json"
