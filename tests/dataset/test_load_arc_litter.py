"""`load_release` and `load_dataset` load the real release arc_litter v01, also as a stream and with two processes."""

from __future__ import annotations

import io
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image

import segments_hf

from .making import plain_rows

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

FOLDER_OF_RELEASE = "segments/festay_arc_litter/v01"  # as the official SDK names it
REVIEWED = [f"trash_{name}" for name in ("01", "03", "05_1", "06_1", "09", "10", "11")]
STATUSES = {"REVIEWED": 7, "REJECTED": 1, "UNLABELED": 17}


def load_by_function(release: Path, **options):
    return segments_hf.load_release(release, split="train", **options)


def load_with_builder_name(release: Path, **options):
    return datasets.load_dataset("segments_release", data_files=str(release), split="train", **options)


LOADERS = {
    "load_release": (load_by_function, {}),
    "load_release-stream": (load_by_function, {"streaming": True}),
    "load_release-two-processes": (load_by_function, {"num_proc": 2}),
    "load_dataset": (load_with_builder_name, {}),
    "load_dataset-stream": (load_with_builder_name, {"streaming": True}),
    "load_dataset-two-processes": (load_with_builder_name, {"num_proc": 2}),
}


@pytest.fixture(params=LOADERS)
def load(request, arc_litter):
    """Return a function that loads the release."""
    function, options = LOADERS[request.param]
    return lambda **more_options: function(arc_litter / "arc_litter-v01.json", **options, **more_options)


@IGNORE_FORK_WARNING
@pytest.mark.parametrize(
    "folder", ["segments", FOLDER_OF_RELEASE], ids=["folder of all releases", "folder of the release"]
)
def test_reviewed_samples_have_the_bytes_of_their_files(load, arc_litter, folder):
    rows = plain_rows(load(filter_by=["reviewed"], segments_dir=str(arc_litter / folder)))
    assert sorted(Path(row["name"]).stem for row in rows) == REVIEWED
    assert {row["status"] for row in rows} == {"REVIEWED"}
    assert sum(len(row["annotations"]) for row in rows) == 39
    for row in rows:
        assert (row["width"], row["height"]) == (3648, 2736)
        stem = arc_litter / FOLDER_OF_RELEASE / Path(row["name"]).stem
        assert row["image"] == stem.with_suffix(".jpg").read_bytes()
        assert row["segmentation_bitmap"] == Path(f"{stem}_label_segmentation.png").read_bytes()


@IGNORE_FORK_WARNING
def test_rows_without_assets_have_the_statuses(load):
    rows = plain_rows(load(load_assets=False))
    statuses = [row["status"] for row in rows]
    assert {status: statuses.count(status) for status in statuses} == STATUSES
    assert all(row["image"] is row["width"] is row["segmentation_bitmap"] is None for row in rows)


def test_bitmap_contains_the_ids_of_the_annotations(arc_litter):
    stream = load_by_function(
        arc_litter / "arc_litter-v01.json",
        filter_by="reviewed",
        segments_dir=arc_litter / FOLDER_OF_RELEASE,
        streaming=True,
    )
    row = next(iter(plain_rows(stream.take(1))))
    with Image.open(io.BytesIO(row["segmentation_bitmap"])) as image:
        ids = set(np.unique(np.asarray(image.getdata(0)) if image.mode == "RGBA" else np.asarray(image)))
    assert ids - {0} == {item["id"] for item in row["annotations"]}


def test_dataset_has_the_class_names_of_the_release(arc_litter):
    dataset = load_by_function(arc_litter / "arc_litter-v01.json", load_assets=False)
    assert [(item.id, item.name) for item in segments_hf.categories(dataset)] == [
        (0, "plastic litter"),
        (1, "other litter"),
    ]
    feature = dataset.features["annotations"]
    annotation = feature[0] if isinstance(feature, list) else feature.feature
    assert annotation["category"].names == ["plastic litter", "other litter"]
