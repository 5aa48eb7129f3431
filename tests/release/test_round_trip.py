"""A release has the values that `json.loads` reads from its file."""

from __future__ import annotations

import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from segments_hf.release import Release, json_text

NAMES = st.text(min_size=1, max_size=8)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
IDS = st.integers(0, 2**53)
STATUSES = st.sampled_from(["LABELED", "REVIEWED", "SKIPPED", "SOMETHING_NEW"])
POINTS = st.lists(st.lists(st.floats(-1e6, 1e6) | st.integers(-9999, 9999), min_size=2, max_size=2), max_size=3)


def documents(required, **optional):
    """Return a strategy for JSON objects with all required keys and some of the optional keys."""
    return st.fixed_dictionaries(required, optional=optional)


ANNOTATIONS = st.lists(
    documents({"id": IDS, "category_id": IDS}, attributes=JSON, type=NAMES, points=POINTS), max_size=3
)
CONTENT = documents({}, annotations=ANNOTATIONS | st.none(), image_attributes=JSON, new_key=JSON)
LABEL = st.none() | documents({"label_status": STATUSES}, attributes=st.none() | CONTENT, score=JSON)
SAMPLE = documents(
    {"name": NAMES, "labels": st.dictionaries(st.sampled_from(["ground-truth", "é [2]"]), LABEL)},
    uuid=NAMES,
    metadata=JSON,
    attributes=st.fixed_dictionaries({"image": st.fixed_dictionaries({"url": st.text()})}),
)
CATEGORY = documents({"id": st.integers(), "name": NAMES}, has_instances=st.booleans() | st.none(), color=st.none())
RELEASE = st.fixed_dictionaries(
    {
        "name": st.text(),
        "description": st.none() | st.text(),
        "dataset": st.fixed_dictionaries(
            {
                "task_type": st.just("vector"),
                "task_attributes": st.fixed_dictionaries(
                    {"categories": st.lists(CATEGORY, unique_by=lambda category: category["id"], max_size=4)}
                ),
                "labelsets": st.just([{"name": "ground-truth", "is_groundtruth": True}, {"name": "é [2]"}]),
                "samples": st.lists(SAMPLE, max_size=4),
            }
        ),
    }
)


def json_value(raw):
    return json.loads(json_text(raw) or "null")


def assert_label_equal(label, expected):
    if expected is None:
        assert label is None
        return
    content = expected.get("attributes") or {}
    annotations = content.get("annotations") or []
    assert label.status == expected["label_status"]
    assert [annotation.id for annotation in label.annotations] == [item["id"] for item in annotations]
    assert [annotation.category_id for annotation in label.annotations] == [item["category_id"] for item in annotations]
    assert [json_value(annotation.attributes) for annotation in label.annotations] == [
        item.get("attributes") for item in annotations
    ]
    assert [(annotation.type, annotation.points) for annotation in label.annotations] == [
        (item.get("type"), item.get("points")) for item in annotations
    ]
    if expected.get("attributes") is not None:
        assert json_value(label.attributes.image_attributes) == content.get("image_attributes")


def assert_release_equal(release, expected):
    dataset = expected["dataset"]
    assert (release.name, release.description) == (expected["name"], expected["description"])
    sorted_categories = sorted(dataset["task_attributes"]["categories"], key=lambda category: category["id"])
    assert [(category.id, category.name, category.has_instances) for category in release.categories] == [
        (category["id"], category["name"], category.get("has_instances")) for category in sorted_categories
    ]
    assert len(release) == len(dataset["samples"])
    for index, (sample, item) in enumerate(zip(release, dataset["samples"], strict=True)):
        assert (sample.index, sample.name, sample.uuid) == (index, item["name"], item.get("uuid"))
        assert json.loads(sample.metadata_json or "null") == item.get("metadata")
        assert json.loads(sample.attributes_json or "null") == item.get("attributes")
        assert [frame.image.url for frame in sample.images] == [
            image["url"] for image in item.get("attributes", {}).values()
        ]
        assert sample.labelsets == list(item["labels"])
        for labelset, label in item["labels"].items():
            assert_label_equal(sample.label(labelset), label)


@given(document=RELEASE, ascii_only=st.booleans())
def test_release_has_the_values_of_json_loads(document, ascii_only):
    text = json.dumps(document, ensure_ascii=ascii_only)
    assert_release_equal(Release(text.encode(), "release.json"), json.loads(text))


@given(document=RELEASE, key=st.sampled_from(["labelset", "task", "task_name", "name"]))
def test_labels_in_a_list_and_samples_in_a_dict_have_the_values_of_the_file(document, key):
    samples = {
        str(index): {
            **sample,
            "labels": [{key: labelset, **label} for labelset, label in sample["labels"].items() if label],
        }
        for index, sample in enumerate(document["dataset"]["samples"])
    }
    with_lists = {**document, "dataset": {**document["dataset"], "samples": samples}}
    release = Release(json.dumps(with_lists).encode(), "release.json")
    for sample, item in zip(release, document["dataset"]["samples"], strict=True):
        assert sample.name == item["name"]
        for labelset, label in item["labels"].items():
            assert_label_equal(sample.label(labelset), label)


@given(document=RELEASE)
def test_gzip_file_has_the_values_of_the_json(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("gzip") / "release.json.gz"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    assert_release_equal(Release.open(path), document)
