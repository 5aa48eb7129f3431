"""An inspection counts the samples, labels and hosts in a release file."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import OptionError
from segments_hf.release import Release
from segments_hf.stats.inspection import CategoryCount, inspect_release


def test_inspection_of_arc_litter_has_its_counts(arc_litter: Path) -> None:
    inspection = inspect_release(Release.open(arc_litter / "arc_litter-v01.json"))
    assert inspection.dataset == "festay/arc_litter"
    assert inspection.labelset == "segmentation"
    assert inspection.statuses == {"UNLABELED": 17, "REVIEWED": 7, "REJECTED": 1}
    assert [(item.name, item.annotations > 0) for item in inspection.categories] == [
        ("plastic litter", True),
        ("other litter", True),
    ]
    assert inspection.image_hosts == {"segmentsai-prod.s3.eu-west-2.amazonaws.com": 25}


def test_broken_samples_are_listed_and_the_others_are_counted(write_release) -> None:
    label = {"label_status": "LABELED", "attributes": {"annotations": [{"id": 1, "category_id": 9}]}}
    broken = {"label_status": "LABELED", "attributes": {"annotations": [{"id": "x", "category_id": 1}]}}
    samples = [
        {"name": "a.jpg", "attributes": {"image": {"url": "a.jpg"}}, "labels": {"ground-truth": label}},
        {"name": "b.jpg", "labels": {"ground-truth": broken}},
        {"labels": {}},
        {"name": "d.jpg", "attributes": {"image": {"url": "http://[x/d.jpg"}}, "labels": {}},
        {"name": "c.jpg", "labels": {"ground-truth": None}},
    ]
    inspection = inspect_release(Release.open(write_release(samples)))
    assert inspection.samples == 5
    assert inspection.statuses == {"LABELED": 1, "UNLABELED": 2}
    assert inspection.categories[-1] == CategoryCount(9, None, None, 1)
    assert inspection.image_hosts == {"(local files)": 1, "(broken URLs)": 1}
    assert len(inspection.broken) == 2
    assert "annotations[0].id" in inspection.broken[0]


PARTS = st.text("aZ9.-_:/?#&=%4 é[", max_size=8)


@given(st.sampled_from(["https", "http", "HTTP", "s3"]), st.lists(PARTS, min_size=1, max_size=4))
def test_host_of_an_image_is_the_one_that_urlsplit_finds(scheme, parts) -> None:
    url = f"{scheme}://{'/'.join(parts)}"
    sample = {"name": "a.jpg", "attributes": {"image": {"url": url}}, "labels": {}}
    task = {"task_type": "bboxes", "labelsets": [{"name": "ground-truth"}]}
    content = json.dumps({"name": "v1.0", "dataset": {"name": "d", "owner": "o", **task, "samples": [sample]}})
    try:
        expected = urlsplit(url).hostname or "(local files)"
    except ValueError:
        expected = "(broken URLs)"
    inspection = inspect_release(Release(content.encode(), "release.json"))
    assert inspection.image_hosts == {expected: 1}


@pytest.mark.parametrize("url", ["https://jane:secret@host.io/a.jpg", "https://jane:se/cr@host.io/a.jpg"])
def test_host_of_an_image_is_not_the_user_of_its_url(write_release, url: str) -> None:
    path = write_release([{"name": "a.jpg", "attributes": {"image": {"url": url}}, "labels": {}}])
    assert inspect_release(Release.open(path)).image_hosts == {"host.io": 1}


def test_unknown_labelset_error_lists_the_labelsets(write_release) -> None:
    path = write_release([], labelsets=[{"name": "one"}, {"name": "two"}])
    assert inspect_release(Release.open(path)).labelset == "one"
    assert inspect_release(Release.open(path), "two").labelset == "two"
    with pytest.raises(OptionError, match="'one', 'two'"):
        inspect_release(Release.open(path), "three")
