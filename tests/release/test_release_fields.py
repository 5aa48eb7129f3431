"""The fields of a release file are read with their types: categories, labels, dates, frames and images."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Category, json_text

from .release_documents import BITMAP_LABEL, BOX, TASK_ATTRIBUTES, annotation_ids, category_names, label, sample


@pytest.mark.parametrize(
    ("color", "expected"),
    [([255, 0, 0], (255, 0, 0)), ([255, 0, 0, 128], (255, 0, 0, 128)), ([1, 2, 3, 0.5], (1, 2, 3, 0.5)), (None, None)],
    ids=["three numbers", "four numbers", "fraction as alpha", "null"],
)
def test_color_of_a_category_has_three_or_four_numbers(read, color, expected):
    release = read({"task_attributes": {"categories": [{"id": 1, "name": "x", "color": color}]}, "samples": []})
    assert release.categories == [Category(1, "x", expected)]


def test_category_has_name_color_instances_and_attributes(read):
    full = {
        "id": 3,
        "name": "bell pepper [é]",
        "color": [1, 2, 3],
        "has_instances": False,
        "attributes": [{"name": "ripe", "input_type": "checkbox"}],
        "dimensions": None,
        "model": {"id": 1},
    }
    release = read({"task_attributes": {"categories": [full, {"id": 4, "name": "bare"}]}, "samples": []})
    assert release.categories == [
        Category(3, "bell pepper [é]", (1, 2, 3), has_instances=False, attributes=full["attributes"]),
        Category(4, "bare", None, has_instances=None, attributes=None),
    ]


@pytest.mark.parametrize(
    ("category_ids", "expected"),
    [([3, 1, 2], [1, 2, 3]), ([40, 0, 7], [0, 7, 40]), ([5, -1], [-1, 5]), ([], [])],
    ids=["not in order", "gaps and 0", "negative", "none"],
)
def test_categories_are_sorted_by_id(read, category_ids, expected):
    categories = [{"id": category_id, "name": "same"} for category_id in category_ids]
    release = read({"task_attributes": {"categories": categories}, "samples": []})
    assert [category.id for category in release.categories] == expected


@pytest.mark.parametrize(
    ("key", "json_path"),
    [
        ("task_attributes", "$.dataset.task_attributes.categories"),
        ("tasks", "$.dataset.tasks['gt'].attributes.categories"),
    ],
)
def test_error_of_two_categories_with_the_same_id_has_the_json_path(read, key, json_path):
    attributes = {"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}
    dataset = {key: attributes if key == "task_attributes" else {"gt": {"attributes": attributes}}, "samples": []}
    with pytest.raises(ReleaseError, match="same id") as caught:
        _ = read(dataset).categories
    assert caught.value.json_path == json_path


@pytest.mark.parametrize(
    ("label_in_file", "expected_ids", "status"),
    [
        (None, None, "UNLABELED"),
        ({"label_status": "SKIPPED", "attributes": {}}, [], "SKIPPED"),
        ({"label_status": "SKIPPED", "attributes": None}, [], "SKIPPED"),
        ({"label_status": "PRELABELED"}, [], "PRELABELED"),
        ({"label_status": "LABELED", "attributes": {"annotations": []}}, [], "LABELED"),
        ({"label_status": "LABELED", "attributes": {"annotations": None}}, [], "LABELED"),
        ({**BITMAP_LABEL, "label_status": "REJECTED"}, [7], "REJECTED"),
        ({"attributes": {}}, [], None),
    ],
    ids=[
        *("null label", "empty attributes", "null attributes", "no attributes", "no annotations", "null annotations"),
        *("rejected label with annotations", "no status"),
    ],
)
def test_each_form_of_a_label_has_its_status_and_annotations(read, label_in_file, expected_ids, status):
    release = read({"task_type": "segmentation-bitmap", "samples": [sample(gt=label_in_file)]})
    found = release[0].label("gt")
    assert (None if found is None else annotation_ids(release, "gt")) == (
        None if label_in_file is None else expected_ids
    )
    assert release[0].status("gt") == status


def test_bitmap_of_a_label_without_annotations_is_read(read):
    content = label(annotations=[], segmentation_bitmap={"url": "a.png"}, format_version="0.1")
    found = read({"task_type": "segmentation-bitmap", "samples": [sample(gt=content)]})[0].label("gt")
    assert (found.annotations, found.attributes.segmentation_bitmap.url) == ([], "a.png")


@pytest.mark.parametrize("labels", [{}, {"labels": None}, {"labels": {}}, {"labels": []}], ids=str)
def test_sample_without_labels_has_status_unlabeled(read, labels):
    found = read({"task_type": "vector", "labelsets": [{"name": "gt"}], "samples": [{"name": "a", **labels}]})[0]
    assert found.labelsets == []
    assert found.label("gt") is None
    assert found.status("gt") == "UNLABELED"


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("jane", "jane"), ({"username": "jane", "email": "j@x", "created_at": "2020"}, "jane"), (None, None)],
    ids=["text", "object", "null"],
)
def test_owner_is_a_text_or_the_username_of_an_object(read, owner, expected):
    assert read({"owner": owner, "samples": []}).owner == expected


@pytest.mark.parametrize("version", ["0.1", 0.1, 1, None])
def test_format_version_may_be_text_or_a_number_or_null(read, version):
    label_in_file = label(annotations=[BOX], format_version=version)
    attributes = {**TASK_ATTRIBUTES, "format_version": version}
    release = read({"task_type": "vector", "task_attributes": attributes, "samples": [sample(gt=label_in_file)]})
    assert category_names(release) == ["flower", "leaf"]
    assert annotation_ids(release, "gt") == [7]


NOON = datetime(2020, 11, 30, 12, 0, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-11-30 12:00:05.598152+00:00", NOON.replace(microsecond=598152)),
        ("2020-11-30 12:00:05+00:00", NOON),
        ("2020-11-30T12:00:05.598152Z", NOON.replace(microsecond=598152)),
        ("2020-11-30T12:00:05Z", NOON),
        ("2020-11-30T14:00:05+02:00", NOON),
        ("2020-11-30 12:00:05.598152", NOON.replace(microsecond=598152)),
        ("2020-11-30T12:00:05", NOON),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1606737605, None),
    ],
)
def test_created_at_is_a_date_with_time_zone_or_none(read, text, expected):
    found = read({"samples": []}, created_at=text).created_at
    assert found == expected
    assert found is None or found.tzinfo is not None


def test_unknown_keys_are_ignored(read):
    def with_new_keys(value):
        if isinstance(value, dict):
            return {"new_key": {"deep": [1]}, **{key: with_new_keys(item) for key, item in value.items()}}
        return [with_new_keys(item) for item in value] if isinstance(value, list) else value

    dataset = {
        "task_type": "segmentation-bitmap",
        "task_attributes": TASK_ATTRIBUTES,
        "labelsets": [{"name": "gt", "is_groundtruth": True}],
        "owner": {"username": "jane"},
    }
    release = read(
        {
            **with_new_keys(dataset),
            "samples": [with_new_keys(sample()) | {"labels": {"gt": with_new_keys(BITMAP_LABEL)}}],
        },
        new_key=[{}],
    )
    assert (release.owner, release.task_type, category_names(release)) == (
        "jane",
        "segmentation-bitmap",
        ["flower", "leaf"],
    )
    assert release[0].label("gt").attributes.segmentation_bitmap.url == "a.png"
    assert release[0].images[0].image.url == "a.jpg"


@pytest.mark.parametrize("task_type", ["text-named-entities", "multisensor-sequence", "new", ""])
def test_attributes_of_a_label_stay_json_for_task_types_without_a_label_structure(read, task_type):
    attributes = {"annotations": [{"id": "not a number", "yaw": 1.50}], "x": None}
    samples = [sample(gt=label(**attributes)), sample(gt={"label_status": "LABELED", "attributes": None})]
    release = read({"task_type": task_type, "samples": samples})
    found = release[0].label("gt")
    assert json.loads(json_text(found.attributes)) == attributes
    assert (found.status, found.frames, found.annotations) == ("LABELED", [], [])
    assert json_text(release[1].label("gt").attributes) is None


def test_sequence_has_frames_with_images_and_labels(read):
    frames = [{"image": {"url": f"{i}.jpg"}, "name": f"frame {i}", "timestamp": i} for i in range(3)]
    tracked = {**BOX, "track_id": 4, "is_keyframe": True, "attributes": {"ripe": True}}
    labels = {"gt": label(frames=[{"annotations": [tracked], "timestamp": "0"}, None, {"annotations": []}])}
    samples = [{"name": "walk", "attributes": {"frames": frames}, "labels": labels}]
    found = read({"task_type": "image-vector-sequence", "samples": samples})[0]
    frames_read = [(frame.image.url, frame.name, frame.timestamp) for frame in found.images]
    assert frames_read == [("0.jpg", "frame 0", 0), ("1.jpg", "frame 1", 1), ("2.jpg", "frame 2", 2)]
    first, second, third = found.label("gt").frames
    assert (first.annotations[0].track_id, first.annotations[0].is_keyframe) == (4, True)
    assert json.loads(json_text(first.annotations[0].attributes)) == {"ripe": True}
    assert second is None
    assert third.annotations == []
    assert [annotation.id for annotation in found.label("gt").annotations] == [7]


@pytest.mark.parametrize(
    ("attributes", "urls"),
    [
        ({"image": {"url": "a b.JPG"}}, ["a b.JPG"]),
        ({"image": None}, [None]),
        ({"pcd": {"url": "a.pcd", "type": "kitti"}}, [None]),
        ({"frames": []}, []),
        (None, []),
    ],
    ids=["image", "null image", "point cloud", "no frames", "null"],
)
def test_sample_has_one_image_or_the_images_of_its_frames(read, attributes, urls):
    found = read({"samples": [{"name": "a", "attributes": attributes}]})[0]
    assert [frame.image and frame.image.url for frame in found.images] == urls
    assert json.loads(found.attributes_json or "null") == attributes


def test_error_of_invalid_image_attributes_has_the_json_path(read):
    found = read({"samples": [{"name": "a", "attributes": {"image": {"url": 5}}}]})[0]
    with pytest.raises(ReleaseError, match="got `int`") as caught:
        _ = found.images
    assert caught.value.json_path == "$.dataset.samples[0].attributes.image.url"
