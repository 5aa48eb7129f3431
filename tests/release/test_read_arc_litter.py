"""The real release arc_litter v01 of 2020 is read with all of its samples and labels."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone

import pytest

from segments_hf.release import Category, Labelset, Release


@pytest.fixture
def release(arc_litter):
    return Release.open(arc_litter / "arc_litter-v01.json")


def test_release_has_name_description_owner_and_date(release, arc_litter):
    assert (release.name, release.description, release.dataset_name) == ("v01", "trial", "arc_litter")
    assert release.dataset_description == "dataset of trash for arc litter dataset"
    assert release.created_at == datetime(2020, 11, 30, 11, 31, 15, 598152, tzinfo=timezone.utc)
    assert release.owner == "festay"
    assert release.base == str(arc_litter)


def test_release_has_categories_and_labelsets(release):
    assert release.task_type == "segmentation-bitmap"
    assert release.categories == [Category(0, "plastic litter"), Category(1, "other litter")]
    assert release.labelsets == [Labelset("segmentation")]
    assert release.default_labelset == "segmentation"


def test_release_has_25_samples_in_the_order_of_the_file(release):
    samples = list(release)
    assert len(release) == len(samples) == len({sample.uuid for sample in samples}) == 25
    assert (samples[0].name, samples[0].uuid) == ("interceptor_ma.jpg", "8de0cdd1-d2a9-492c-aa6f-249f3bac2449")
    assert all(sample.images[0].image.url.startswith("https://segmentsai-prod.s3") for sample in samples)
    assert [release[index].name for index in range(25)] == [sample.name for sample in samples]


def test_labels_have_statuses_and_annotations(release):
    statuses = Counter(sample.status("segmentation") for sample in release)
    assert statuses == {"REVIEWED": 7, "REJECTED": 1, "UNLABELED": 17}
    reviewed = [sample.label("segmentation") for sample in release if sample.status("segmentation") == "REVIEWED"]
    annotations = [annotation for label in reviewed for annotation in label.annotations]
    assert len(annotations) == 39
    assert {annotation.category_id for annotation in annotations} <= {0, 1}
    assert all(label.attributes.segmentation_bitmap.url for label in reviewed)
