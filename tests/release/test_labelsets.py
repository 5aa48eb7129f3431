"""The default labelset of a release, and the filters of samples by status and metadata."""

from __future__ import annotations

import pytest

from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.release import has_metadata, wanted_statuses


def dataset_with_labelsets(*names, ground_truths=()):
    return {"labelsets": [{"name": name, "is_groundtruth": name in ground_truths} for name in names], "samples": []}


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (dataset_with_labelsets("a", "b", ground_truths=["b"]), "b"),
        (dataset_with_labelsets("ground-truth", "b", ground_truths=["b"]), "b"),
        (dataset_with_labelsets("a", "ground-truth"), "ground-truth"),
        (dataset_with_labelsets("a", "ground-truth", "b", ground_truths=["a", "b"]), "ground-truth"),
        (dataset_with_labelsets("only"), "only"),
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
        *("ground truth", "ground truth and a labelset named ground-truth", "only the name ground-truth"),
        *("two ground truths", "one labelset", "is_groundtruth absent", "is_groundtruth null", "task"),
        *("labelset of samples", "ground-truth of samples", "no labelset"),
    ],
)
def test_default_labelset_is_the_ground_truth_or_the_only_labelset(read, dataset, expected):
    release = read(dataset)
    assert release.default_labelset == expected
    assert release.resolve_labelset(None) == expected


@pytest.mark.parametrize("ground_truths", [[], ["a", "b c"]], ids=["no ground truth", "two ground truths"])
def test_error_of_an_ambiguous_default_labelset_lists_the_labelsets(read, ground_truths):
    release = read({**dataset_with_labelsets("a", "b c", ground_truths=ground_truths), "task_type": "vector"})
    with pytest.raises(OptionError) as caught:
        _ = release.default_labelset
    for text in ("labelset", "release.json", "'a'", "'b c'"):
        assert text in str(caught.value)
    with pytest.raises(OptionError):
        release.resolve_labelset(None)
    assert release.resolve_labelset("b c") == "b c"
    assert release.default_or_first_labelset == "a"
    assert release.task_type == "vector"


@pytest.mark.parametrize("unknown", ["Ground-truth", "", "x"])
def test_error_of_an_unknown_labelset_lists_the_labelsets(read, unknown):
    with pytest.raises(OptionError) as caught:
        read(dataset_with_labelsets("ground-truth", "model v2")).resolve_labelset(unknown)
    for text in (repr(unknown), "'ground-truth'", "'model v2'", "release.json"):
        assert text in str(caught.value)
    assert isinstance(caught.value, SegmentsHFError)
    assert isinstance(caught.value, ValueError)


def test_error_of_an_unknown_labelset_of_a_release_without_labelsets_names_the_release(read):
    with pytest.raises(OptionError, match="release.json"):
        read({"samples": []}).resolve_labelset("x")


LABEL_STATUSES = ["REVIEWED", "ARCHIVED", None]


@pytest.fixture
def release(read):
    labels = [{"gt": status and {"label_status": status}} for status in LABEL_STATUSES]
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
    ids=lambda value: None if isinstance(value, set) else str(value),  # the order of a set differs from run to run
)
def test_filter_by_is_case_insensitive_and_accepts_statuses_of_the_release(release, filter_by, expected):
    assert wanted_statuses(filter_by, release, "gt") == expected


@pytest.mark.parametrize("filter_by", ["lableled", ["labeled", "lableled"], ["lableled", "archived"]], ids=str)
def test_error_of_an_unknown_status_lists_the_statuses_of_the_release(release, filter_by):
    with pytest.raises(OptionError) as caught:
        wanted_statuses(filter_by, release, "gt")
    for text in ("filter_by", "lableled", "release.json", "'ARCHIVED', 'REVIEWED', 'UNLABELED'"):
        assert text in str(caught.value)


def test_error_of_an_unknown_status_of_an_empty_release_lists_no_statuses(read):
    with pytest.raises(OptionError, match=r"\(none\)"):
        wanted_statuses("x", read({"samples": []}), None)


@pytest.mark.parametrize(
    ("metadata_filter", "expected"),
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
def test_has_metadata_compares_each_value(read, metadata_filter, expected):
    metadata = {"city": "Gent", "n": 2, "nothing": None, "tags": ["a", "b"]}
    assert has_metadata(read({"samples": [{"name": "a", "metadata": metadata}]})[0], metadata_filter) is expected


@pytest.mark.parametrize("sample", [{}, {"metadata": None}, {"metadata": {}}, {"metadata": []}], ids=str)
def test_sample_without_metadata_passes_only_the_empty_filter(read, sample):
    found = read({"samples": [{"name": "a", **sample}]})[0]
    assert has_metadata(found, {})
    assert not has_metadata(found, {"city": None})
