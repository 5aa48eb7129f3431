"""Release files in the formats of 2020, 2021, 2024 and 2025 can be read."""

from __future__ import annotations

import json

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Labelset, json_text

from .release_documents import (
    BITMAP_LABEL,
    BITMAP_TASK,
    BOX,
    TASK_ATTRIBUTES,
    annotation_ids,
    category_names,
    label,
    sample,
)


class TestReleaseOf2020:
    LABEL = {"uuid": "u", "label_type": "segmentation-bitmap", **BITMAP_LABEL}

    def test_has_tasks_as_a_dict_and_labels_with_the_name_of_the_task(self, read):
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
        assert category_names(release) == ["flower", "leaf"]
        assert release[0].label("segmentation").status == "LABELED"
        assert release[0].label("segmentation").attributes.segmentation_bitmap.url == "a.png"
        assert annotation_ids(release, "segmentation") == [7]

    def test_may_have_a_skipped_label_without_attributes(self, read):
        skipped = {"uuid": "u", "label_status": "SKIPPED", "label_type": "segmentation-bitmap", "attributes": {}}
        found = read({"tasks": {"segmentation": BITMAP_TASK}, "samples": [sample(segmentation=skipped)]})[0]
        assert found.status("segmentation") == "SKIPPED"
        assert found.label("segmentation").annotations == []
        assert found.label("segmentation").attributes.segmentation_bitmap is None

    def test_may_have_tasks_as_a_list(self, read):
        release = read({"tasks": [{"name": "segmentation", **BITMAP_TASK}], "samples": [sample()]})
        assert [labelset.name for labelset in release.labelsets] == ["segmentation"]
        assert release.task_type == "segmentation-bitmap"
        assert category_names(release) == ["flower", "leaf"]

    @pytest.mark.parametrize("key", ["labelset", "task", "task_name", "name"])
    def test_may_have_labels_as_a_list(self, read, key):
        labels = [{key: "other", **BITMAP_LABEL, "label_status": "REJECTED"}, None, {key: "segmentation", **self.LABEL}]
        tasks = {"other": BITMAP_TASK, "segmentation": BITMAP_TASK}
        release = read({"tasks": tasks, "samples": [{"name": "a.jpg", "labels": labels}]})
        assert release[0].labelsets == ["other", "segmentation"]
        assert release[0].status("segmentation") == "LABELED"
        assert annotation_ids(release, "segmentation") == [7]
        assert release[0].label("missing") is None

    def test_may_have_one_listed_label_without_a_labelset(self, read):
        release = read(
            {"tasks": {"segmentation": BITMAP_TASK}, "samples": [{"name": "a.jpg", "labels": [BITMAP_LABEL]}]}
        )
        assert annotation_ids(release, "segmentation") == [7]

    def test_must_have_a_labelset_in_each_of_several_listed_labels(self, read):
        labels = [BITMAP_LABEL, {"labelset": "segmentation", **BITMAP_LABEL}]
        release = read({"tasks": {"segmentation": BITMAP_TASK}, "samples": [{"name": "a.jpg", "labels": labels}]})
        with pytest.raises(ReleaseError, match="labelset") as caught:
            release[0].label("segmentation")
        assert caught.value.json_path == "$.dataset.samples[0].labels"

    def test_may_have_samples_as_a_dict(self, read):
        tasks = {"segmentation": BITMAP_TASK}
        samples = {"key.jpg": {"labels": {"segmentation": BITMAP_LABEL}}, "other": sample(segmentation=None)}
        release = read({"tasks": tasks, "samples": samples})
        assert [found.name for found in release] == ["key.jpg", "a.jpg"]
        assert [found.index for found in release] == [0, 1]
        assert release[1].name == "a.jpg"
        assert len(release) == 2
        assert annotation_ids(release, "segmentation") == [7]


class TestReleaseOf2021:
    def test_may_have_the_same_categories_in_tasks_and_task_attributes(self, read):
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": TASK_ATTRIBUTES,
                "tasks": {"segmentation": BITMAP_TASK},
                "labelsets": [{"name": "segmentation", "description": "", "is_groundtruth": True}],
                "samples": [sample(segmentation=BITMAP_LABEL)],
            }
        )
        assert release.labelsets == [Labelset("segmentation", "", is_groundtruth=True)]
        assert release.default_labelset == "segmentation"
        assert category_names(release) == ["flower", "leaf"]
        assert annotation_ids(release, "segmentation") == [7]

    def test_may_have_different_categories_and_task_types_for_each_labelset(self, read):
        insects_task = {"task_type": "bboxes", "attributes": {"categories": [{"id": 5, "name": "bee"}]}}
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": TASK_ATTRIBUTES,
                "tasks": {"ground-truth": BITMAP_TASK, "insects": insects_task},
                "labelsets": [{"name": "ground-truth", "is_groundtruth": True}, {"name": "insects"}],
                "samples": [
                    {**sample(**{"ground-truth": BITMAP_LABEL, "insects": label(annotations=[BOX])}), "metadata": {}}
                ],
            }
        )
        assert category_names(release) == ["flower", "leaf"]
        assert category_names(release, "insects") == ["bee"]
        assert release.labelset_task_type("insects") == "bboxes"
        assert release[0].label("insects").annotations[0].points == [[1, 2], [3.5, 4]]
        assert annotation_ids(release, "ground-truth") == [7]

    @pytest.mark.parametrize(
        ("metadata", "expected"),
        [({"city": "Gent", "n": 1}, {"city": "Gent", "n": 1}), ({}, {}), (None, {}), ([1], {}), ("text", {})],
        ids=["object", "empty", "null", "list", "text"],
    )
    def test_has_metadata_of_samples(self, read, metadata, expected):
        found = read({"samples": [{"name": "a", "metadata": metadata}]})[0]
        assert found.metadata == expected
        assert json.loads(found.metadata_json or "null") == metadata

    def test_may_have_samples_without_metadata(self, read):
        found = read({"samples": [{"name": "a"}]})[0]
        assert (found.metadata, found.metadata_json, found.attributes_json) == ({}, None, None)


class TestReleaseOf2024:
    def test_has_categories_in_task_attributes_beside_empty_tasks(self, read):
        release = read(
            {
                "task_type": "segmentation-bitmap",
                "task_attributes": TASK_ATTRIBUTES,
                "tasks": {
                    "ground-truth": {"task_type": "", "attributes": {}},
                    "model": {"task_type": "", "attributes": {}},
                },
                "labelsets": [{"name": "ground-truth", "is_groundtruth": True}, {"name": "model"}],
                "samples": [sample(**{"ground-truth": BITMAP_LABEL})],
            }
        )
        assert release.task_type == release.labelset_task_type("model") == "segmentation-bitmap"
        assert category_names(release) == category_names(release, "model") == ["flower", "leaf"]
        assert annotation_ids(release, "ground-truth") == [7]

    def test_may_have_the_link_and_image_attributes_of_2025(self, read):
        links = {"link_attributes": [{"name": "to"}], "image_attributes": [{"name": "weather"}]}
        label_in_file = label(
            annotations=[BOX], image_attributes={"weather": "sun"}, links=[{"from_id": 7, "to_id": 8}]
        )
        release = read(
            {
                "task_type": "vector",
                "task_attributes": {**TASK_ATTRIBUTES, **links},
                "samples": [sample(gt=label_in_file)],
            },
        )
        assert category_names(release) == ["flower", "leaf"]
        assert json.loads(json_text(release[0].label("gt").attributes.image_attributes)) == {"weather": "sun"}
