"""Which labelset is meant, and which samples are asked for."""

from __future__ import annotations

import pytest

from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.release import has_metadata, wanted_statuses


def labelsets(*names, marked=()):
    return {"labelsets": [{"name": name, "is_groundtruth": name in marked} for name in names], "samples": []}


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (labelsets("a", "b", marked=["b"]), "b"),
        (labelsets("ground-truth", "b", marked=["b"]), "b"),
        (labelsets("a", "ground-truth"), "ground-truth"),
        (labelsets("a", "ground-truth", "b", marked=["a", "b"]), "ground-truth"),
        (labelsets("only"), "only"),
        ({"labelsets": [{"name": "only"}], "samples": []}, "only"),
        (
            {"labelsets": [{"name": "a", "is_groundtruth": None}, {"name": "ground-truth"}], "samples": []},
            "ground-truth",
        ),
        ({"tasks": {"segmentation": {}}, "samples": []}, "segmentation"),
        ({"samples": [{"name": "a", "labels": {"only": None}}]}, "only"),
        ({"samples": [{"name": "a", "labels": {"x": None, "ground-truth": None}}]}, "ground-truth"),
        ({"samples": [{"name": "a"}]}, None),
    ],
    ids=[
        *("marked", "marked before ground-truth", "ground-truth", "two marked", "the only one"),
        *("no mark", "null mark", "task", "of samples", "ground-truth of samples", "none"),
    ],
)
def test_default_labelset(read, dataset, expected):
    release = read(dataset)
    assert release.default_labelset == expected
    assert release.resolve_labelset(None) == expected


@pytest.mark.parametrize("marked", [[], ["a", "b c"]], ids=["none marked", "two marked"])
def test_several_and_no_ground_truth(read, marked):
    release = read({**labelsets("a", "b c", marked=marked), "task_type": "vector"})
    with pytest.raises(OptionError) as caught:
        _ = release.default_labelset
    for said in ("labelset", "release.json", "'a'", "'b c'"):
        assert said in str(caught.value)
    with pytest.raises(OptionError):
        release.resolve_labelset(None)
    assert release.resolve_labelset("b c") == "b c"
    assert release.task_type == "vector"


@pytest.mark.parametrize("unknown", ["Ground-truth", "", "x"])
def test_unknown_labelset_lists_those_that_exist(read, unknown):
    with pytest.raises(OptionError) as caught:
        read(labelsets("ground-truth", "model v2")).resolve_labelset(unknown)
    for said in (repr(unknown), "'ground-truth'", "'model v2'", "release.json"):
        assert said in str(caught.value)
    assert isinstance(caught.value, SegmentsHFError)
    assert isinstance(caught.value, ValueError)


def test_unknown_labelset_of_a_release_without_any(read):
    with pytest.raises(OptionError, match="release.json"):
        read({"samples": []}).resolve_labelset("x")


STATUSES = ["REVIEWED", "ARCHIVED", None]


@pytest.fixture
def release(read):
    labels = [{"gt": status and {"label_status": status}} for status in STATUSES]
    return read({"task_type": "vector", "samples": [{"name": "a", "labels": label} for label in labels]})


@pytest.mark.parametrize(
    ("filter_by", "expected"),
    [
        ("labeled", {"LABELED"}),
        ("Labeled", {"LABELED"}),
        (["LABELED", "reviewed"], {"LABELED", "REVIEWED"}),
        (("skipped", "SKIPPED"), {"SKIPPED"}),
        ("labeling_in_progress", {"LABELING_IN_PROGRESS"}),
        ("reviewing_in_progress", {"REVIEWING_IN_PROGRESS"}),
        (["prelabeled", "rejected", "verified", "unlabeled"], {"PRELABELED", "REJECTED", "VERIFIED", "UNLABELED"}),
        ("archived", {"ARCHIVED"}),
        (["ARCHIVED", "labeled"], {"ARCHIVED", "LABELED"}),
        ([], set()),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),  # a set has another order every time
)
def test_wanted_statuses(release, filter_by, expected):
    assert wanted_statuses(filter_by, release, "gt") == expected


@pytest.mark.parametrize("filter_by", ["lableled", ["labeled", "lableled"], ["lableled", "archived"]], ids=str)
def test_unknown_status_lists_those_of_the_release(release, filter_by):
    with pytest.raises(OptionError) as caught:
        wanted_statuses(filter_by, release, "gt")
    for said in ("filter_by", "LABLELED", "release.json", "'ARCHIVED', 'REVIEWED', 'UNLABELED'"):
        assert said in str(caught.value)


def test_unknown_status_of_an_empty_release(read):
    with pytest.raises(OptionError, match=r"\(none\)"):
        wanted_statuses("x", read({"samples": []}), None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"city": "Gent"}, True),
        ({"city": "gent"}, False),
        ({"city": "Gent", "n": 2}, True),
        ({"city": "Gent", "n": 3}, False),
        ({"n": "2"}, False),
        ({"missing": "x"}, False),
        ({"missing": None}, False),
        ({"nothing": None}, True),
        ({"tags": ["a", "b"]}, True),
        ({"tags": "a"}, False),
    ],
    ids=str,
)
def test_has_metadata(read, wanted, expected):
    metadata = {"city": "Gent", "n": 2, "nothing": None, "tags": ["a", "b"]}
    assert has_metadata(read({"samples": [{"name": "a", "metadata": metadata}]})[0], wanted) is expected


@pytest.mark.parametrize("sample", [{}, {"metadata": None}, {"metadata": {}}, {"metadata": []}], ids=str)
def test_sample_without_metadata(read, sample):
    found = read({"samples": [{"name": "a", **sample}]})[0]
    assert has_metadata(found, {})
    assert not has_metadata(found, {"city": None})
