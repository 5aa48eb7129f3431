"""Statistics are those of a naive loop, of whatever they are counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import msgspec
import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample, served_samples, unreadable
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import Release, load_release, stats
from segments_hf.bitmaps import encode_bitmap
from segments_hf.dataset.rows.features import row_features
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.release import Category
from segments_hf.release.task_types import KINDS
from segments_hf.stats.statistics import Together
from segments_hf.stats.tally import AttributeValue, Sizes

CATEGORIES = [Category(0, "flower", (255, 0, 0)), Category(7, "leaf"), Category(9, "leaf")]
STATUSES = ["LABELED", "REVIEWED", "SKIPPED", "REJECTED", "UNLABELED", "LABELING_IN_PROGRESS"]
ATTRIBUTES = [None, {}, {"open": True}, {"open": "true", "count": 3}, {"count": None}]


@st.composite
def rows(draw: Any) -> list[dict[str, Any]]:
    """Rows of bitmaps whose ids are known, unknown, doubled, or of no pixel."""
    drawn = []
    for number in range(draw(st.integers(1, 4))):
        height, width = draw(st.integers(1, 4)), draw(st.integers(1, 40))
        ids = draw(st.lists(st.sampled_from([0, 1, 2, 3, 70000]), min_size=height * width, max_size=height * width))
        annotations = [
            {"id": draw(st.sampled_from([0, 1, 2, 3, 4, 70000])), "category_id": 1, "attributes": draw(st.sampled_from(
                ATTRIBUTES)), "category": draw(st.sampled_from([0, 1, 2, None]))}
            for _ in range(draw(st.integers(0, 5)))
        ]  # fmt: skip
        has_bitmap = draw(st.booleans())
        drawn.append(
            {
                "name": f"{number}.png",
                "uuid": None,
                "status": draw(st.sampled_from(STATUSES)),
                "image": None,
                "width": width,
                "height": height,
                "segmentation_bitmap": np.array(ids).reshape(height, width) if has_bitmap else None,
                "annotations": draw(st.sampled_from([annotations, annotations, None])),
                "image_attributes": draw(st.sampled_from(ATTRIBUTES)),
                "metadata": None,
            }
        )
    return drawn


def as_dataset(drawn: list[dict[str, Any]]) -> datasets.Dataset:
    is_text = not hasattr(datasets, "Json")

    def stored(row: dict[str, Any]) -> dict[str, Any]:
        def put(value: Any) -> Any:
            return json.dumps(value) if is_text and value is not None else value

        ids = row["segmentation_bitmap"]
        return {
            **row,
            "segmentation_bitmap": None if ids is None else {"bytes": encode_bitmap(ids), "path": None},
            "annotations": row["annotations"] and [{**item, "attributes": put(item["attributes"])}
                                                   for item in row["annotations"]],
            "image_attributes": put(row["image_attributes"]),
        }  # fmt: skip

    features = row_features(KINDS["segmentation-bitmap"], CATEGORIES)
    return datasets.Dataset.from_list([stored(row) for row in drawn], features=features)


def counted(found: list[Any]) -> dict[str, dict[str, int]]:
    return {item.name: {json.dumps(value.value): value.count for value in item.values} for item in found}


def naive_masks(labeled: list[dict[str, Any]]) -> tuple[int, Counter[int | None], list[tuple[int, int]]]:
    """How many rows have a mask; the pixels of each class index; the class index and area of each object."""
    pixels: Counter[int | None] = Counter()
    areas: list[tuple[int, int]] = []
    masked = [row for row in labeled if row["segmentation_bitmap"] is not None]
    # An empty label is a picture in which nothing is labeled.
    empty = [row for row in labeled if row["segmentation_bitmap"] is None and not row["annotations"]]
    for row in masked:
        class_of = {item["id"]: item["category"] for item in row["annotations"] if item["id"]}
        size = Counter(row["segmentation_bitmap"].ravel().tolist())
        for number, count in size.items():
            pixels[class_of.get(number)] += count
        areas += [
            (index, size[number]) for number, index in class_of.items() if size[number] and index is not None
        ]  # fmt: skip
    for row in empty:
        pixels[None] += row["width"] * row["height"]
    return len(masked) + len(empty), pixels, areas


def is_labeled(row: dict[str, Any]) -> bool:
    return row["status"] not in {"SKIPPED", "REJECTED", "UNLABELED"} and row["annotations"] is not None


@given(rows())
def test_they_are_those_of_a_naive_loop(drawn: list[dict[str, Any]]) -> None:
    found = stats(as_dataset(drawn))
    labeled = [
        {**row, "annotations": list({item["id"]: item for item in row["annotations"]}.values())}
        for row in drawn
        if is_labeled(row)
    ]
    annotations = sum(len(row["annotations"] or ()) for row in drawn if is_labeled(row))
    for row in labeled:
        if row["segmentation_bitmap"] is not None:  # what has no pixel is no object
            row["annotations"] = [
                item for item in row["annotations"] if item["id"] in row["segmentation_bitmap"] and item["id"]
            ]
    objects = [item for row in labeled for item in row["annotations"]]
    assert sum(found.left_out.values()) == annotations - len(objects)
    with_attributes = [
        item
        for row in labeled
        for item in row["annotations"]
        if row["segmentation_bitmap"] is None or item["category"] is not None
    ]
    assert (found.images, found.labeled, found.objects) == (len(drawn), len(labeled), len(objects))
    assert found.statuses == Counter(row["status"] for row in drawn)
    assert found.objects_per_image == Counter(len(row["annotations"]) for row in labeled)
    assert {(item.width, item.height): item.images for item in found.image_sizes} == Counter(
        (row["width"], row["height"]) for row in drawn
    )
    assert found.without_class == sum(item["category"] is None for item in objects)

    masks, pixels, areas = naive_masks(labeled)
    for index, item in enumerate(found.classes):
        assert item.objects == sum(other["category"] == index for other in objects)
        assert item.images == sum(index in {other["category"] for other in row["annotations"]} for row in labeled)
        assert item.pixels == (pixels[index] if masks else None)
        mine = sorted(area for other, area in areas if other == index)
        assert (item.sizes is None) == (not mine)
        if item.sizes:
            assert (item.sizes.objects, item.sizes.smallest, item.sizes.largest) == (len(mine), mine[0], mine[-1])
            assert item.sizes.median == mine[(len(mine) - 1) // 2]
    assert found.unlabeled_pixels == (pixels[None] if masks else None)
    if found.sizes:
        assert sum(found.sizes.histogram) == found.sizes.objects == len(areas)
        assert found.sizes.histogram == [
            sum(2**power <= area < 2 ** (power + 1) for _, area in areas) for power in range(len(found.sizes.histogram))
        ]
    for pair in found.together:
        assert pair.first < pair.second
    assert {(pair.first, pair.second): pair.images for pair in found.together} == {
        (a, b): both
        for a in range(3)
        for b in range(a + 1, 3)
        if (both := sum({a, b} <= {other["category"] for other in row["annotations"]} for row in labeled))
    }
    for found_values, given_values in (
        (found.attributes, [item["attributes"] for item in with_attributes]),
        (found.image_attributes, [row["image_attributes"] for row in labeled]),
    ):
        wanted: dict[str, Counter[str]] = {}
        for attributes in given_values:
            for name, value in (attributes or {}).items():
                wanted.setdefault(name, Counter())[json.dumps(value)] += 1
        assert counted(found_values) == wanted
    assert found.problems == []


def test_coco_s_sizes_and_the_quantiles() -> None:
    ids = np.zeros((100, 200), np.uint32)
    for number, side in enumerate((31, 32, 33, 96), start=1):
        ids[:side, sum((0, 31, 32, 33)[:number]) :][:, :side] = number
    annotations = [{"id": number, "category_id": 1, "category": 0, "attributes": None} for number in range(1, 5)]
    row = {"name": "a", "uuid": None, "status": "LABELED", "image": None, "width": 200, "height": 100,
           "segmentation_bitmap": ids, "annotations": annotations,
           "image_attributes": None, "metadata": None}  # fmt: skip
    assert stats(as_dataset([row])).sizes == Sizes(
        4, 961, 961, 961, 1024, 1089, 9216, 9216, small=1, medium=2, large=1, histogram=[0] * 9 + [1, 2, 0, 0, 1]
    )


def test_a_release_is_counted_from_its_file_alone(server: Any, write_release: Any) -> None:
    release = write_release(served_samples(server, 3))
    found = stats(release)
    assert not server.asked
    assert (found.images, found.objects, found.sizes, found.unlabeled_pixels) == (3, 6, None, None)
    assert stats(release, assets=True).unlabeled_pixels == 2  # id 0, and id 2, which no annotation has
    assert len(server.asked) == 6


def test_a_release_a_dataset_and_a_stream_are_the_same(tmp_path: Path) -> None:
    wanted = stats(demo_release(), assets=True)
    assert [(item.name, item.objects, item.images, item.pixels) for item in wanted.classes] == [
        ("flower", 21, 6, 170063),
        ("leaf", 42, 6, 102737),
    ]
    rows_ = load_release(demo_release(), split="train")
    rows_.to_parquet(tmp_path / "rows.parquet")
    reloaded = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"))
    streams = load_release(demo_release(), streaming=True, splits="metadata:split")
    mapped = streams["train"].map(lambda row: row, features=streams["train"].features)
    assert stats(mapped).classes == stats(streams["train"]).classes
    for given_ in (Release.open(demo_release()), rows_, reloaded, streams, rows_.to_iterable_dataset()):
        found = stats(given_, assets=True)
        # Of equally frequent ones the first is first; and Parquet does not know the task type.
        assert sorted(found.statuses.items()) == sorted(wanted.statuses.items())
        assert counted(found.image_attributes) == counted(wanted.image_attributes)
        same = {name: getattr(wanted, name) for name in ("name", "task_type", "statuses", "image_attributes")}
        assert msgspec.structs.replace(found, **same) == wanted
    assert stats(demo_release(), limit=2).images == 2


def test_vectors(tmp_path: Path, write_release: Any) -> None:
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
    assert found.together == [Together(0, 1, 1)]


def test_what_cannot_be_read_is_told_and_not_counted(tmp_path: Path, write_release: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg((2, 2)))
    (tmp_path / "bad.png").write_bytes(unreadable(bitmap()))
    annotations = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 77}]
    bad = label(annotations=annotations[:1], segmentation_bitmap={"url": "bad.png"})
    samples = [
        sample("bad", "a.jpg", bad),
        sample("gone", "nowhere.jpg", label(annotations=annotations)),
        sample(None, "a.jpg"),
    ]
    found = stats(write_release(samples), assets=True)
    assert (found.images, found.objects, found.without_class, found.unlabeled_pixels) == (2, 3, 1, None)
    told = "\n".join(found.problems)
    for problem in (
        "sample 'bad': got a bitmap that cannot be read",
        "'gone': ",
        "category id 77",
        "without a `name`",
    ):
        assert problem in told


def test_free_text_is_bounded(tmp_path: Path, write_release: Any) -> None:
    annotations = [{"id": n, "category_id": 1, "attributes": {"note": f"text {n % 150}"}} for n in range(1, 301)]
    release = write_release([sample("a", None, label(annotations=annotations))])
    (attribute,) = stats(release).attributes
    assert (attribute.count, len(attribute.values), attribute.other) == (300, 100, 100)
    assert attribute.values[0] == AttributeValue("text 1", 2)


def test_every_frame_of_a_sequence_is_an_image(write_release: Any) -> None:
    frames = [{"annotations": [{"id": 1, "category_id": 1, "track_id": 1}]}, None]
    images = {"frames": [{"image": {"url": f"{n}.jpg"}} for n in range(2)]}
    one = {**sample("a", None, label(frames=frames)), "attributes": images}
    found = stats(write_release([one], task_type="image-segmentation-sequence"))
    assert (found.images, found.objects, found.objects_per_image) == (2, 1, {0: 1, 1: 1})


def test_what_is_no_image_is_counted_too(write_release: Any) -> None:
    one = sample("a", None, label(annotations=[{"id": 1, "category_id": 1}]))
    found = stats(write_release([one], task_type="pointcloud-cuboid"))
    assert (found.images, found.labeled, found.statuses, found.objects) == (1, 1, {"LABELED": 1}, 0)
    assert found.objects_per_image == {}


def test_what_cannot_be_counted() -> None:
    with pytest.raises(OptionError, match="limit: got 0"):
        stats(demo_release(), limit=0)
    with pytest.raises(SegmentsHFError, match="got int"):
        stats(3)
    with pytest.raises(OptionError, match="no_such_labelset"):
        stats(demo_release(), labelset="no_such_labelset")


def test_the_real_release(arc_litter: Path) -> None:
    found = stats(arc_litter / "arc_litter-v01.json", assets=True, segments_dir=arc_litter / "segments",
                  filter_by="reviewed")  # fmt: skip
    wanted = json.loads((arc_litter / "sdk_coco_export.json").read_text())
    areas = sorted(item["area"] for item in wanted["annotations"])
    assert found.sizes is not None
    assert (found.images, found.objects) == (len(wanted["images"]), len(areas))
    assert (found.sizes.smallest, found.sizes.largest) == (areas[0], areas[-1])
    assert sum(item.pixels or 0 for item in found.classes) == sum(areas)
