"""Statistics of releases, datasets and streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest
from dataset.making import bitmap, jpeg, label, sample, served_samples, unreadable_png

from segments_hf import Release, load_release, stats
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.stats.statistics import CoOccurrence
from segments_hf.stats.tally import AttributeValue

from .counting import value_counts


def test_stats_sends_requests_only_if_assets_is_true(server: Any, write_release: Any) -> None:
    release = write_release(served_samples(server, 3))
    found = stats(release)
    assert not server.requests
    assert (found.images, found.objects, found.sizes, found.unlabeled_pixels) == (3, 6, None, None)
    assert stats(release, assets=True).unlabeled_pixels == 2  # pixels of id 0, and of id 2, which has no annotation
    assert len(server.requests) == 6


def test_datasets_and_streams_have_the_statistics_of_their_release(tmp_path: Path) -> None:
    expected = stats(demo_release(), assets=True)
    assert [(item.name, item.objects, item.images, item.pixels) for item in expected.classes] == [
        ("flower", 21, 6, 170063),
        ("leaf", 42, 6, 102737),
    ]
    dataset = load_release(demo_release(), split="train")
    dataset.to_parquet(tmp_path / "rows.parquet")
    reloaded = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"))
    streams = load_release(demo_release(), streaming=True, splits="metadata:split")
    mapped = streams["train"].map(lambda row: row, features=streams["train"].features)
    assert stats(mapped).classes == stats(streams["train"]).classes
    for data in (Release.open(demo_release()), dataset, reloaded, streams, dataset.to_iterable_dataset()):
        found = stats(data, assets=True)
        # These fields may differ: Parquet does not store the name of the release and the task type, and the order of
        # equally frequent values depends on the order of the rows.
        assert sorted(found.statuses.items()) == sorted(expected.statuses.items())
        assert value_counts(found.image_attributes) == value_counts(expected.image_attributes)
        may_differ = {name: getattr(expected, name) for name in ("name", "task_type", "statuses", "image_attributes")}
        assert msgspec.structs.replace(found, **may_differ) == expected
    assert stats(demo_release(), limit=2).images == 2


def test_vectors_have_areas_and_pixels_inside_the_image(tmp_path: Path, write_release: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((40, 30)))
    annotations = [
        {"id": 1, "category_id": 1, "type": "bbox", "points": [[-5, 0], [10, 10]]},
        {"id": 2, "category_id": 1, "type": "polygon", "points": [[20, 0], [40, 0], [40, 10]]},
        {"id": 3, "category_id": 2, "type": "polyline", "points": [[0, 0], [4, 3]]},
        {"id": 4, "category_id": 2, "type": "point", "points": [[3, 3]]},
    ]
    release = write_release([sample("a", "a.jpg", label(annotations=annotations))], task_type="vector")
    for assets in (False, True):
        found = stats(release, assets=assets)
        assert [item.objects for item in found.classes] == [2, 2]
        assert found.classes[0].sizes is not None
        assert (found.classes[0].sizes.smallest, found.classes[0].sizes.largest) == (100, 100)
        assert found.classes[1].sizes is not None
        assert found.classes[1].sizes.objects == 1
    assert found.classes[0].pixels
    assert found.classes[1].pixels == 0
    assert found.co_occurrence == [CoOccurrence(first=0, second=1, images=1)]


def test_unreadable_samples_are_listed_as_problems(tmp_path: Path, write_release: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((2, 2)))
    (tmp_path / "bad.png").write_bytes(unreadable_png(bitmap()))
    annotations = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 77}]
    bad = label(annotations=annotations[:1], segmentation_bitmap={"url": "bad.png"})
    samples = [
        sample("bad", "a.jpg", bad),
        sample("gone", "nowhere.jpg", label(annotations=annotations)),
        sample(None, "a.jpg"),
    ]
    found = stats(write_release(samples), assets=True)
    assert (found.images, found.objects, found.without_class, found.unlabeled_pixels) == (2, 3, 1, None)
    problems = "\n".join(found.problems)
    for text in (
        "sample 'bad': got a bitmap that cannot be read",
        "'gone': ",
        "category id 77",
        "without a `name`",
    ):
        assert text in problems


def test_values_of_an_attribute_are_limited_to_100(tmp_path: Path, write_release: Any) -> None:
    annotations = [{"id": n, "category_id": 1, "attributes": {"note": f"text {n % 150}"}} for n in range(1, 301)]
    release = write_release([sample("a", None, label(annotations=annotations))])
    (attribute,) = stats(release).attributes
    assert (attribute.count, len(attribute.values), attribute.other) == (300, 100, 100)
    assert attribute.values[0] == AttributeValue("text 1", 2)


def test_each_frame_of_a_sequence_counts_as_an_image(write_release: Any) -> None:
    frames = [{"annotations": [{"id": 1, "category_id": 1, "track_id": 1}]}, None]
    images = {"frames": [{"image": {"url": f"{n}.jpg"}} for n in range(2)]}
    sequence = {**sample("a", None, label(frames=frames)), "attributes": images}
    found = stats(write_release([sequence], task_type="image-segmentation-sequence"))
    assert (found.images, found.objects, found.objects_per_image) == (2, 1, {1: 1})


def test_annotations_of_point_clouds_are_counted_without_files(write_release: Any) -> None:
    cloud = sample("a", None, label(annotations=[{"id": 1, "category_id": 1}]))
    found = stats(write_release([cloud], task_type="pointcloud-cuboid"))
    assert (found.images, found.labeled, found.statuses, found.objects) == (1, 1, {"LABELED": 1}, 1)
    assert found.objects_per_image == {1: 1}


def test_invalid_data_and_options_are_refused() -> None:
    with pytest.raises(OptionError, match="limit: got 0"):
        stats(demo_release(), limit=0)
    with pytest.raises(SegmentsHFError, match="got int"):
        stats(3)
    with pytest.raises(OptionError, match="no_such_labelset"):
        stats(demo_release(), labelset="no_such_labelset")


def test_statistics_of_arc_litter_equal_the_export_of_the_official_sdk(arc_litter: Path) -> None:
    found = stats(arc_litter / "arc_litter-v01.json", assets=True, segments_dir=arc_litter / "segments",
                  filter_by="reviewed")  # fmt: skip
    expected = json.loads((arc_litter / "sdk_coco_export.json").read_text())
    areas = sorted(item["area"] for item in expected["annotations"])
    assert found.sizes is not None
    assert (found.images, found.objects) == (len(expected["images"]), len(areas))
    assert (found.sizes.smallest, found.sizes.largest) == (areas[0], areas[-1])
    assert sum(item.pixels or 0 for item in found.classes) == sum(areas)
