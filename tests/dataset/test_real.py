"""A real release of 2020, arc_litter v01, in each of the ways to load it."""

from __future__ import annotations

import io
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image

import segments_hf

from .making import plain_rows

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

LEAF = "segments/festay_arc_litter/v01"
REVIEWED = [f"trash_{name}" for name in ("01", "03", "05_1", "06_1", "09", "10", "11")]
STATUSES = {"REVIEWED": 7, "REJECTED": 1, "UNLABELED": 17}


def by_function(release: Path, **options):
    return segments_hf.load_release(release, split="train", **options)


def by_name(release: Path, **options):
    return datasets.load_dataset("segments_release", data_files=str(release), split="train", **options)


WAYS = {
    "load_release": (by_function, {}),
    "load_release-stream": (by_function, {"streaming": True}),
    "load_release-two-processes": (by_function, {"num_proc": 2}),
    "load_dataset": (by_name, {}),
    "load_dataset-stream": (by_name, {"streaming": True}),
    "load_dataset-two-processes": (by_name, {"num_proc": 2}),
}


@pytest.fixture(params=WAYS)
def load(request, arc_litter):
    """One of the ways to load the release."""
    function, options = WAYS[request.param]
    return lambda **more: function(arc_litter / "arc_litter-v01.json", **options, **more)


@FORK
@pytest.mark.parametrize("folder", ["segments", LEAF], ids=["root", "leaf"])
def test_the_reviewed_samples(load, arc_litter, folder):
    rows = plain_rows(load(filter_by=["reviewed"], segments_dir=str(arc_litter / folder)))
    assert sorted(Path(row["name"]).stem for row in rows) == REVIEWED
    assert {row["status"] for row in rows} == {"REVIEWED"}
    assert sum(len(row["annotations"]) for row in rows) == 39
    for row in rows:
        assert (row["width"], row["height"]) == (3648, 2736)
        stem = arc_litter / LEAF / Path(row["name"]).stem
        assert row["image"] == stem.with_suffix(".jpg").read_bytes()
        assert row["segmentation_bitmap"] == Path(f"{stem}_label_segmentation.png").read_bytes()


@FORK
def test_the_labels_alone(load):
    rows = plain_rows(load(load_assets=False))
    statuses = [row["status"] for row in rows]
    assert {status: statuses.count(status) for status in statuses} == STATUSES
    assert all(row["image"] is row["width"] is row["segmentation_bitmap"] is None for row in rows)


def test_the_bitmap_holds_the_ids_of_the_annotations(arc_litter):
    stream = by_function(
        arc_litter / "arc_litter-v01.json", filter_by="reviewed", segments_dir=arc_litter / LEAF, streaming=True
    )
    row = next(iter(plain_rows(stream.take(1))))
    with Image.open(io.BytesIO(row["segmentation_bitmap"])) as picture:
        ids = set(np.unique(np.asarray(picture.getdata(0)) if picture.mode == "RGBA" else np.asarray(picture)))
    assert ids - {0} == {item["id"] for item in row["annotations"]}


def test_the_classes(arc_litter):
    dataset = by_function(arc_litter / "arc_litter-v01.json", load_assets=False)
    assert [(item.id, item.name) for item in segments_hf.categories(dataset)] == [
        (0, "plastic litter"),
        (1, "other litter"),
    ]
    feature = dataset.features["annotations"]
    inner = feature[0] if isinstance(feature, list) else feature.feature
    assert inner["category"].names == ["plastic litter", "other litter"]
