"""`filter_by` selects samples by the status of their label; `filter_by_metadata` selects samples by their metadata."""

from __future__ import annotations

import datasets
import pytest

import segments_hf
from segments_hf.errors import OptionError

from .making import label, sample

SAMPLES = [
    sample("labeled", None, label("LABELED"), metadata={"garden": "north", "year": 2024, "tags": ["a", {"b": None}]}),
    sample("reviewed", None, label("REVIEWED"), metadata={"garden": "south", "year": 2024}),
    sample("skipped", None, label("SKIPPED"), metadata={"garden": "north", "year": "2024"}),
    sample("rejected", None, label("REJECTED", annotations=[{"id": 1, "category_id": 1}]), metadata={"garden": None}),
    sample("null", None, None, metadata={"garden": "north"}),
    sample("absent", labels={}),
    sample("new status", None, label("NEW_STATUS")),
    sample("no status", None, {"attributes": {"annotations": []}}),
]


def names(release, **options):
    dataset = segments_hf.load_release(release, split="train", load_assets=False, **options)
    return [row["name"] for row in dataset]


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize(
    ("filter_by", "expected"),
    [
        ("LABELED", ["labeled"]),
        ("labeled", ["labeled"]),
        (["Labeled", "rEVIEWED"], ["labeled", "reviewed"]),
        (("labeled", "LABELED"), ["labeled"]),
        ("rejected", ["rejected"]),
        ("unlabeled", ["null", "absent"]),
        (["unlabeled", "skipped"], ["skipped", "null", "absent"]),
        ("new_status", ["new status"]),
        (None, [item["name"] for item in SAMPLES]),
    ],
    ids=str,
)
def test_filter_by_selects_samples_with_the_statuses(write_release, filter_by, expected, streaming):
    assert names(write_release(SAMPLES), filter_by=filter_by, streaming=streaming) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"garden": "north"}, ["labeled", "skipped", "null"]),
        ({"garden": "north", "year": 2024}, ["labeled"]),
        ({"year": "2024"}, ["skipped"]),
        ({"garden": None}, ["rejected"]),
        ({"tags": ["a", {"b": None}]}, ["labeled"]),
    ],
    ids=str,
)
def test_filter_by_metadata_selects_samples_with_equal_values(write_release, metadata, expected):
    assert names(write_release(SAMPLES), filter_by_metadata=metadata) == expected


def test_both_filters_select_samples_that_pass_both(write_release):
    release = write_release(SAMPLES)
    assert names(release, filter_by=["labeled", "skipped"], filter_by_metadata={"year": 2024}) == ["labeled"]


@pytest.mark.parametrize("load", ["load_release", "load_dataset"])
@pytest.mark.parametrize("filter_by", ["done", ["labeled", "done"]], ids=str)
def test_error_for_an_unknown_status_lists_the_statuses_of_the_release(write_release, filter_by, load):
    release = write_release(SAMPLES)
    with pytest.raises(OptionError, match=r"filter_by: got 'done'.*'LABELED', 'NEW_STATUS'"):
        if load == "load_release":
            names(release, filter_by=filter_by)
        else:
            datasets.load_dataset("segments_release", data_files=str(release), filter_by=filter_by)


def test_error_for_a_status_without_samples_counts_the_statuses_of_the_release(write_release):
    with pytest.raises(OptionError, match=r"split 'train': the release has 1 sample: 1 UNLABELED"):
        names(write_release([sample("a")]), filter_by="verified")


def test_filter_by_reads_the_status_of_the_chosen_labelset(write_release):
    item = sample("a", labels={"ground-truth": None, "model": label("LABELED")})
    release = write_release([item], labelsets=[{"name": "ground-truth"}, {"name": "model"}])
    assert names(release, filter_by="unlabeled") == ["a"]
    assert names(release, filter_by="labeled", labelset="model") == ["a"]


def test_filter_by_applies_to_each_of_several_releases(write_release, tmp_path):
    files = {split: write_release(SAMPLES, path=tmp_path / f"{split}.json") for split in ("train", "test")}
    loaded = segments_hf.load_release(files, filter_by="labeled", load_assets=False)
    assert {split: dataset["name"][:] for split, dataset in loaded.items()} == {
        "train": ["labeled"],
        "test": ["labeled"],
    }
