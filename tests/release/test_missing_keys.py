"""Missing labelsets and task types are inferred from the samples of a file; other missing values are None or empty."""

from __future__ import annotations

import pytest

from segments_hf.release import Labelset

BITMAP_LABEL = {"label_status": "LABELED", "attributes": {"segmentation_bitmap": {"url": "a.png"}}}
BOX = {"id": 7, "category_id": 1, "type": "bbox", "points": [[1, 2], [3.5, 4]]}


def sample(**labels):
    return {"name": "a.jpg", "labels": labels}


def label(**attributes):
    return {"label_status": "LABELED", "attributes": attributes}


def test_release_with_samples_only_has_no_names_and_no_categories(read):
    release = read({"samples": []})
    assert (release.name, release.description, release.created_at, release.owner) == (None, None, None, None)
    assert (release.dataset_name, release.dataset_description) == (None, None)
    assert (release.task_type, release.categories, release.labelsets) == ("", [], [])
    assert (len(release), list(release), release.default_labelset) == (0, [], None)


def test_labelsets_are_inferred_from_the_samples(read):
    release = read({"samples": [sample(b=None), {"name": "x"}, sample(a=None, b=BITMAP_LABEL)]})
    assert release.labelsets == [Labelset("b"), Labelset("a")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"label_type": "keypoints", **label()}, "keypoints"),
        ({"label_type": "pointcloud-cuboid", **BITMAP_LABEL}, "pointcloud-cuboid"),
        (BITMAP_LABEL, "segmentation-bitmap"),
        (label(annotations=[BOX]), "vector"),
        (label(frames=[{"annotations": []}, {"annotations": [BOX]}]), "image-vector-sequence"),
        (label(frames=[{"segmentation_bitmap": {"url": "a"}}]), "image-segmentation-sequence"),
        (label(frames=[None, {"segmentation_bitmap": {"url": "a"}}]), "image-segmentation-sequence"),
        (label(annotations=[]), ""),
        (label(annotations=[{"id": 1, "category_id": 2, "yaw": 3}]), ""),
        ({"label_status": "SKIPPED", "attributes": {}}, ""),
        (None, ""),
    ],
    ids=[
        *("label type", "label type that differs from the content", "bitmap", "points", "points of a frame"),
        *("bitmap of a frame", "null frame", "no annotations", "annotation without points", "skipped label"),
        "null label",
    ],
)
def test_task_type_is_inferred_from_the_first_label_with_content(read, content, expected):
    release = read({"samples": [sample(gt=None), sample(gt=label()), sample(gt=content)]})
    assert release.task_type == expected
    assert release[2].status("gt") == ("UNLABELED" if content is None else content["label_status"])


def test_task_type_is_inferred_for_each_labelset(read):
    release = read({"samples": [sample(masks=BITMAP_LABEL, boxes=label(annotations=[BOX]))]})
    assert release.labelset_task_type("masks") == "segmentation-bitmap"
    assert release.labelset_task_type("boxes") == "vector"
    assert release[0].label("boxes").annotations[0].type == "bbox"
