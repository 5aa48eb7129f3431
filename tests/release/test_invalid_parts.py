"""An invalid part of a release raises an error with its JSON path; other samples and labels can be read."""

from __future__ import annotations

import contextlib
import json
import re

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Release

VALID_LABEL = {"label_status": "LABELED", "attributes": {"annotations": [{"id": 1, "category_id": 0}]}}
DATASET = {
    "task_type": "segmentation-bitmap",
    "labelsets": [{"name": "ground-truth", "is_groundtruth": True}, {"name": "model"}],
}


def label_with_annotation(**fields):
    return {"label_status": "LABELED", "attributes": {"annotations": [{"id": 1, "category_id": 0, **fields}]}}


def labels_as_dict(label):
    return {"ground-truth": label, "model": VALID_LABEL}


def labels_as_list(label):
    return [{"labelset": "ground-truth", **label}, {"labelset": "model", **VALID_LABEL}]


@pytest.mark.parametrize(
    ("sample", "json_path"),
    [
        ({}, "$.dataset.samples[1]"),
        ({"name": ""}, "$.dataset.samples[1]"),
        ({"name": None}, "$.dataset.samples[1].name"),
        ({"name": 5}, "$.dataset.samples[1].name"),
        (None, "$.dataset.samples[1]"),
        ("a.jpg", "$.dataset.samples[1]"),
        ({"name": "b", "labels": "x"}, "$.dataset.samples[1].labels"),
    ],
    ids=["no name", "empty name", "null name", "number as name", "null", "text", "labels are text"],
)
def test_error_of_an_invalid_sample_has_its_json_path(read, sample, json_path):
    release = read({**DATASET, "samples": [{"name": "a"}, sample]})
    assert release[0].name == "a"
    for read_sample in (lambda: list(release), lambda: release[1]):
        with pytest.raises(ReleaseError, match="got ") as caught:
            read_sample()
        assert caught.value.json_path == json_path
        assert caught.value.source == "release.json"


@pytest.mark.parametrize("key", ["id", "category_id"])
@pytest.mark.parametrize(
    ("value", "got"),
    [("1", "str"), ("", "str"), (1.5, "float"), (1.0, "float"), (True, "bool"), (None, "null"), ([1], "array")],
    ids=repr,
)
def test_error_of_an_id_that_is_not_an_integer_has_its_json_path_and_type(read, key, value, got):
    labels = labels_as_dict(label_with_annotation(**{key: value}))
    release = read({**DATASET, "samples": [{"name": "a"}, {"name": "b", "labels": labels}]})
    with pytest.raises(ReleaseError) as caught:
        release[1].label("ground-truth")
    path = f"$.dataset.samples[1].labels['ground-truth'].attributes.annotations[0].{key}"
    assert caught.value.json_path == path
    assert re.search(f"`{got}`.*`int`", caught.value.problem)
    assert str(caught.value).startswith(f"release.json: at {path}: ")


@pytest.mark.parametrize("key", ["id", "category_id"])
def test_error_of_a_missing_id_names_the_key_and_the_annotation(read, key):
    label = {"attributes": {"annotations": [{"id": 1, "category_id": 0}, {"id": 2, "category_id": 0}]}}
    del label["attributes"]["annotations"][1][key]
    release = read({**DATASET, "samples": [{"name": "a", "labels": labels_as_dict(label)}]})
    with pytest.raises(ReleaseError, match=key) as caught:
        release[0].label("ground-truth")
    assert caught.value.json_path == "$.dataset.samples[0].labels['ground-truth'].attributes.annotations[1]"


def test_error_of_an_id_in_a_frame_has_its_json_path(read):
    labels = {"gt": {"attributes": {"frames": [None, label_with_annotation(id="x")["attributes"]]}}}
    release = read({"task_type": "image-vector-sequence", "samples": [{"name": "a", "labels": labels}]})
    with pytest.raises(ReleaseError) as caught:
        release[0].label("gt")
    assert caught.value.json_path == "$.dataset.samples[0].labels['gt'].attributes.frames[1].annotations[0].id"


@pytest.mark.parametrize("make_labels", [labels_as_dict, labels_as_list])
@pytest.mark.parametrize(
    "broken",
    [
        label_with_annotation(id="x"),
        {"label_status": 5},
        {"label_status": "LABELED", "attributes": "x"},
        {"label_status": "LABELED", "attributes": {"annotations": {}}},
    ],
    ids=["id", "status", "attributes", "annotations"],
)
def test_broken_label_is_an_error_only_when_it_is_read(read, make_labels, broken):
    samples = [
        {"name": name, "labels": make_labels(label)}
        for name, label in [("a", VALID_LABEL), ("b", broken), ("c", VALID_LABEL)]
    ]
    release = read({**DATASET, "samples": samples})
    first, second, third = release
    for sample in (first, third):
        assert [annotation.id for annotation in sample.label("ground-truth").annotations] == [1]
    assert [annotation.id for annotation in second.label("model").annotations] == [1]
    assert second.labelsets == ["ground-truth", "model"]
    for read_label in (second.label, second.status):
        with pytest.raises(ReleaseError):
            read_label("ground-truth")


def test_error_in_a_list_of_labels_has_the_index_of_the_label(read):
    release = read({**DATASET, "samples": [{"name": "a", "labels": labels_as_list(label_with_annotation(id="x"))}]})
    with pytest.raises(ReleaseError) as caught:
        release[0].label("ground-truth")
    assert caught.value.json_path == "$.dataset.samples[0].labels[0].attributes.annotations[0].id"


def test_error_in_a_dict_of_samples_has_the_key_of_the_sample(read):
    release = read(
        {**DATASET, "samples": {"a": {}, "b.jpg": {"labels": labels_as_dict(label_with_annotation(id="x"))}}}
    )
    with pytest.raises(ReleaseError) as caught:
        release[1].label("ground-truth")
    path = "$.dataset.samples['b.jpg'].labels['ground-truth'].attributes.annotations[0].id"
    assert caught.value.json_path == path


@pytest.mark.parametrize(
    ("dataset", "json_path"),
    [
        ({"task_attributes": {"categories": [{"id": 1, "name": "a"}, {"id": "2", "name": "b"}]}}, "[1].id"),
        ({"task_attributes": {"categories": [{"id": 1}]}}, "[0]"),
        ({"task_attributes": {"categories": [{"name": "a"}]}}, "[0]"),
    ],
    ids=["text as id", "no name", "no id"],
)
def test_error_of_an_invalid_category_has_its_json_path(read, dataset, json_path):
    with pytest.raises(ReleaseError, match="got ") as caught:
        read({**dataset, "samples": []})
    assert caught.value.json_path == "$.dataset.task_attributes.categories" + json_path


PARTS = {
    "name": ({"name": "é"}, lambda release: release[0]),
    "metadata": ({"name": "a", "metadata": {"city": "é"}}, lambda release: release[0].metadata),
    "attributes": ({"name": "a", "attributes": {"new": "é"}}, lambda release: release[0].attributes_json),
    "image": ({"name": "a", "attributes": {"image": {"url": "é"}}}, lambda release: release[0].images),
    "status": ({"name": "a", "labels": {"gt": {"label_status": "é"}}}, lambda release: release[0].label("gt")),
}


def latin_1_release(sample):
    return json.dumps({"dataset": {"samples": [sample]}}, ensure_ascii=False).encode("latin-1")


@pytest.mark.parametrize("part", PARTS)
def test_text_that_is_not_utf8_is_a_release_error(part):
    sample, read_part = PARTS[part]
    with pytest.raises(ReleaseError):
        read_part(Release(latin_1_release(sample), "release.json"))


def test_label_type_that_is_not_utf8_is_ignored_or_a_release_error():
    content = latin_1_release({"name": "a", "labels": {"gt": {"label_type": "é"}}})
    with contextlib.suppress(ReleaseError):  # another error would fail the test
        assert Release(content, "release.json").task_type == ""
