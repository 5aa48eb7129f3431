"""The shapes that a release file has had since 2020, one test each."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Category, Labelset, json_text

FLOWERS = {"format_version": "0.1", "categories": [{"id": 1, "name": "flower"}, {"id": 2, "name": "leaf"}]}
BITMAP_TASK = {"description": "", "task_type": "segmentation-bitmap", "attributes": FLOWERS}
BITMAP = {
    "label_status": "LABELED",
    "attributes": {"segmentation_bitmap": {"url": "a.png"}, "annotations": [{"id": 7, "category_id": 1}]},
}
BOX = {"id": 7, "category_id": 1, "type": "bbox", "points": [[1, 2], [3.5, 4]]}


def sample(**labels):
    return {"name": "a.jpg", "attributes": {"image": {"url": "a.jpg"}}, "labels": labels}


def label(**attributes):
    return {"label_status": "LABELED", "attributes": attributes}


def names(release, labelset=None):
    return [category.name for category in release.labelset_categories(labelset or release.default_labelset)]


def ids(release, labelset, index=0):
    return [annotation.id for annotation in release[index].label(labelset).annotations]


class Test2020:
    LABEL = {"uuid": "u", "label_type": "segmentation-bitmap", **BITMAP}

    def test_tasks_are_a_dict_and_labels_have_the_name_of_the_task(self, read):
        release = read(
            {
                "name": "flowers",
                "category": "Garden & vegetation",
                "owner": "jane",
                "tasks": {"segmentation": BITMAP_TASK},
                "samples": [{**sample(segmentation=self.LABEL), "uuid": "1", "data_type": "IMAGE"}],
            }
        )
        assert release.labelsets == [Labelset("segmentation")]
        assert release.default_labelset == "segmentation"
        assert release.task_type == "segmentation-bitmap"
        assert names(release) == ["flower", "leaf"]
        assert release[0].label("segmentation").status == "LABELED"
        assert release[0].label("segmentation").attributes.segmentation_bitmap.url == "a.png"
        assert ids(release, "segmentation") == [7]

    def test_skipped_label_has_no_attributes(self, read):
        skipped = {"uuid": "u", "label_status": "SKIPPED", "label_type": "segmentation-bitmap", "attributes": {}}
        found = read({"tasks": {"segmentation": BITMAP_TASK}, "samples": [sample(segmentation=skipped)]})[0]
        assert found.status("segmentation") == "SKIPPED"
        assert found.label("segmentation").annotations == []
        assert found.label("segmentation").attributes.segmentation_bitmap is None

    def test_documented_tasks_are_a_list(self, read):
        release = read({"tasks": [{"name": "segmentation", **BITMAP_TASK}], "samples": [sample()]})
        assert [labelset.name for labelset in release.labelsets] == ["segmentation"]
        assert release.task_type == "segmentation-bitmap"
        assert names(release) == ["flower", "leaf"]

    @pytest.mark.parametrize("key", ["labelset", "task", "task_name", "name"])
    def test_documented_labels_are_a_list(self, read, key):
        labels = [{key: "other", **BITMAP, "label_status": "REJECTED"}, None, {key: "segmentation", **self.LABEL}]
        tasks = {"other": BITMAP_TASK, "segmentation": BITMAP_TASK}
        release = read({"tasks": tasks, "samples": [{"name": "a.jpg", "labels": labels}]})
        assert release[0].labelsets == ["other", "segmentation"]
        assert release[0].status("segmentation") == "LABELED"
        assert ids(release, "segmentation") == [7]
        assert release[0].label("missing") is None

    def test_one_listed_label_need_not_say_whose_it_is(self, read):
        release = read({"tasks": {"segmentation": BITMAP_TASK}, "samples": [{"name": "a.jpg", "labels": [BITMAP]}]})
        assert ids(release, "segmentation") == [7]

    def test_several_listed_labels_must_say_whose_they_are(self, read):
        labels = [BITMAP, {"labelset": "segmentation", **BITMAP}]
        release = read({"tasks": {"segmentation": BITMAP_TASK}, "samples": [{"name": "a.jpg", "labels": labels}]})
        with pytest.raises(ReleaseError, match="labelset") as caught:
            release[0].label("segmentation")
        assert caught.value.json_path == "$.dataset.samples[0].labels"

    def test_documented_samples_are_a_dict(self, read):
        tasks = {"segmentation": BITMAP_TASK}
        samples = {"key.jpg": {"labels": {"segmentation": BITMAP}}, "other": sample(segmentation=None)}
        release = read({"tasks": tasks, "samples": samples})
        assert [found.name for found in release] == ["key.jpg", "a.jpg"]
        assert [found.index for found in release] == [0, 1]
        assert release[1].name == "a.jpg"
        assert len(release) == 2
        assert ids(release, "segmentation") == [7]


class Test2021:
    def test_tasks_stay_as_a_copy(self, read):
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": FLOWERS,
                "tasks": {"segmentation": BITMAP_TASK},
                "labelsets": [{"name": "segmentation", "description": "", "is_groundtruth": True}],
                "samples": [sample(segmentation=BITMAP)],
            }
        )
        assert release.labelsets == [Labelset("segmentation", "", is_groundtruth=True)]
        assert release.default_labelset == "segmentation"
        assert names(release) == ["flower", "leaf"]
        assert ids(release, "segmentation") == [7]

    def test_labelsets_have_categories_and_types_of_their_own(self, read):
        other = {"task_type": "bboxes", "attributes": {"categories": [{"id": 5, "name": "bee"}]}}
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": FLOWERS,
                "tasks": {"ground-truth": BITMAP_TASK, "insects": other},
                "labelsets": [{"name": "ground-truth", "is_groundtruth": True}, {"name": "insects"}],
                "samples": [
                    {**sample(**{"ground-truth": BITMAP, "insects": label(annotations=[BOX])}), "metadata": {}}
                ],
            }
        )
        assert names(release) == ["flower", "leaf"]
        assert names(release, "insects") == ["bee"]
        assert release.labelset_task_type("insects") == "bboxes"
        assert release[0].label("insects").annotations[0].points == [[1, 2], [3.5, 4]]
        assert ids(release, "ground-truth") == [7]

    @pytest.mark.parametrize(
        ("metadata", "expected"),
        [({"city": "Gent", "n": 1}, {"city": "Gent", "n": 1}), ({}, {}), (None, {}), ([1], {}), ("text", {})],
        ids=["object", "empty", "null", "list", "text"],
    )
    def test_metadata(self, read, metadata, expected):
        found = read({"samples": [{"name": "a", "metadata": metadata}]})[0]
        assert found.metadata == expected
        assert json.loads(found.metadata_json or "null") == metadata

    def test_no_metadata(self, read):
        found = read({"samples": [{"name": "a"}]})[0]
        assert (found.metadata, found.metadata_json, found.attributes_json) == ({}, None, None)


class Test2024:
    def test_task_attributes_win_over_husks_of_tasks(self, read):
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": FLOWERS,
                "tasks": {
                    "ground-truth": {"task_type": "", "attributes": {}},
                    "model": {"task_type": "", "attributes": {}},
                },
                "labelsets": [{"name": "ground-truth", "is_groundtruth": True}, {"name": "model"}],
                "samples": [sample(**{"ground-truth": BITMAP})],
            }
        )
        assert release.task_type == release.labelset_task_type("model") == "segmentation-bitmap"
        assert names(release) == names(release, "model") == ["flower", "leaf"]
        assert ids(release, "ground-truth") == [7]

    def test_2025_attributes_beside_the_categories(self, read):
        links = {"link_attributes": [{"name": "to"}], "image_attributes": [{"name": "weather"}]}
        found = label(annotations=[BOX], image_attributes={"weather": "sun"}, links=[{"from_id": 7, "to_id": 8}])
        release = read(
            {"task_type": "vector", "task_attributes": {**FLOWERS, **links}, "samples": [sample(gt=found)]},
        )
        assert names(release) == ["flower", "leaf"]
        assert json.loads(json_text(release[0].label("gt").attributes.image_attributes)) == {"weather": "sun"}


@pytest.mark.parametrize(
    ("color", "expected"),
    [([255, 0, 0], (255, 0, 0)), ([255, 0, 0, 128], (255, 0, 0, 128)), ([1, 2, 3, 0.5], (1, 2, 3, 0.5)), (None, None)],
    ids=["3", "4", "alpha is a fraction", "null"],
)
def test_color(read, color, expected):
    release = read({"task_attributes": {"categories": [{"id": 1, "name": "x", "color": color}]}, "samples": []})
    assert release.categories == [Category(1, "x", expected)]


def test_category(read):
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
    ("given", "expected"),
    [([3, 1, 2], [1, 2, 3]), ([40, 0, 7], [0, 7, 40]), ([5, -1], [-1, 5]), ([], [])],
    ids=["sorted", "gaps and 0", "negative", "none"],
)
def test_categories_are_sorted_by_id(read, given, expected):
    categories = [{"id": category_id, "name": "same"} for category_id in given]
    release = read({"task_attributes": {"categories": categories}, "samples": []})
    assert [category.id for category in release.categories] == expected


@pytest.mark.parametrize(
    ("place", "json_path"),
    [
        ("task_attributes", "$.dataset.task_attributes.categories"),
        ("tasks", "$.dataset.tasks['gt'].attributes.categories"),
    ],
)
def test_categories_with_one_id(read, place, json_path):
    attributes = {"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}
    dataset = {place: attributes if place == "task_attributes" else {"gt": {"attributes": attributes}}, "samples": []}
    with pytest.raises(ReleaseError, match="same id") as caught:
        _ = read(dataset).categories
    assert caught.value.json_path == json_path


@pytest.mark.parametrize(
    ("given", "annotations", "status"),
    [
        (None, None, "UNLABELED"),
        ({"label_status": "SKIPPED", "attributes": {}}, [], "SKIPPED"),
        ({"label_status": "SKIPPED", "attributes": None}, [], "SKIPPED"),
        ({"label_status": "PRELABELED"}, [], "PRELABELED"),
        ({"label_status": "LABELED", "attributes": {"annotations": []}}, [], "LABELED"),
        ({"label_status": "LABELED", "attributes": {"annotations": None}}, [], "LABELED"),
        ({**BITMAP, "label_status": "REJECTED"}, [7], "REJECTED"),
        ({"attributes": {}}, [], None),
    ],
    ids=["null", "{}", "null attributes", "none", "empty", "null annotations", "rejected with content", "no status"],
)
def test_label_without_content(read, given, annotations, status):
    release = read({"task_type": "segmentation-bitmap", "samples": [sample(gt=given)]})
    found = release[0].label("gt")
    assert (None if found is None else ids(release, "gt")) == (None if given is None else annotations)
    assert release[0].status("gt") == status


def test_no_annotations_beside_a_bitmap(read):
    given = label(annotations=[], segmentation_bitmap={"url": "a.png"}, format_version="0.1")
    found = read({"task_type": "segmentation-bitmap", "samples": [sample(gt=given)]})[0].label("gt")
    assert (found.annotations, found.attributes.segmentation_bitmap.url) == ([], "a.png")


@pytest.mark.parametrize("labels", [{}, {"labels": None}, {"labels": {}}, {"labels": []}], ids=str)
def test_sample_without_labels(read, labels):
    found = read({"task_type": "vector", "labelsets": [{"name": "gt"}], "samples": [{"name": "a", **labels}]})[0]
    assert found.labelsets == []
    assert found.label("gt") is None
    assert found.status("gt") == "UNLABELED"


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("jane", "jane"), ({"username": "jane", "email": "j@x", "created_at": "2020"}, "jane"), (None, None)],
    ids=["text", "object", "null"],
)
def test_owner(read, owner, expected):
    assert read({"owner": owner, "samples": []}).owner == expected


@pytest.mark.parametrize("version", ["0.1", 0.1, 1, None])
def test_format_version_is_text_or_a_number(read, version):
    found = label(annotations=[BOX], format_version=version)
    attributes = {**FLOWERS, "format_version": version}
    release = read({"task_type": "vector", "task_attributes": attributes, "samples": [sample(gt=found)]})
    assert names(release) == ["flower", "leaf"]
    assert ids(release, "gt") == [7]


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
def test_created_at(read, text, expected):
    found = read({"samples": []}, created_at=text).created_at
    assert found == expected
    assert found is None or found.tzinfo is not None


def test_unknown_keys_are_ignored(read):
    def more(known):
        if isinstance(known, dict):
            return {"new_key": {"deep": [1]}, **{key: more(value) for key, value in known.items()}}
        return [more(item) for item in known] if isinstance(known, list) else known

    dataset = {
        "task_type": "segmentation-bitmap",
        "task_attributes": FLOWERS,
        "labelsets": [{"name": "gt", "is_groundtruth": True}],
        "owner": {"username": "jane"},
    }
    release = read({**more(dataset), "samples": [more(sample()) | {"labels": {"gt": more(BITMAP)}}]}, new_key=[{}])
    assert (release.owner, release.task_type, names(release)) == ("jane", "segmentation-bitmap", ["flower", "leaf"])
    assert release[0].label("gt").attributes.segmentation_bitmap.url == "a.png"
    assert release[0].images[0].image.url == "a.jpg"


@pytest.mark.parametrize("task_type", ["pointcloud-cuboid", "text-named-entities", "multisensor-sequence", "new", ""])
def test_unknown_task_type_keeps_the_attributes_as_json(read, task_type):
    attributes = {"annotations": [{"id": "not a number", "yaw": 1.50}], "x": None}
    samples = [sample(gt=label(**attributes)), sample(gt={"label_status": "LABELED", "attributes": None})]
    release = read({"task_type": task_type, "samples": samples})
    found = release[0].label("gt")
    assert json.loads(json_text(found.attributes)) == attributes
    assert (found.status, found.frames, found.annotations) == ("LABELED", [], [])
    assert json_text(release[1].label("gt").attributes) is None


def test_sequence(read):
    frames = [{"image": {"url": f"{i}.jpg"}, "name": f"frame {i}", "timestamp": i} for i in range(3)]
    tracked = {**BOX, "track_id": 4, "is_keyframe": True, "attributes": {"ripe": True}}
    labels = {"gt": label(frames=[{"annotations": [tracked], "timestamp": "0"}, None, {"annotations": []}])}
    samples = [{"name": "walk", "attributes": {"frames": frames}, "labels": labels}]
    found = read({"task_type": "image-vector-sequence", "samples": samples})[0]
    told = [(frame.image.url, frame.name, frame.timestamp) for frame in found.images]
    assert told == [("0.jpg", "frame 0", 0), ("1.jpg", "frame 1", 1), ("2.jpg", "frame 2", 2)]
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
def test_images_of_a_sample(read, attributes, urls):
    found = read({"samples": [{"name": "a", "attributes": attributes}]})[0]
    assert [frame.image and frame.image.url for frame in found.images] == urls
    assert json.loads(found.attributes_json or "null") == attributes


def test_broken_attributes_of_a_sample(read):
    found = read({"samples": [{"name": "a", "attributes": {"image": {"url": 5}}}]})[0]
    with pytest.raises(ReleaseError, match="got `int`, wanted `str") as caught:
        _ = found.images
    assert caught.value.json_path == "$.dataset.samples[0].attributes.image.url"
