"""Statistics of random rows equal those of a simple loop."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import datasets
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import stats
from segments_hf.bitmaps import encode_bitmap
from segments_hf.dataset.rows.features import row_features
from segments_hf.release import Category
from segments_hf.release.tasks.task_types import KINDS
from segments_hf.stats.tally import Sizes

from .counting import value_counts

CATEGORIES = [Category(0, "flower", (255, 0, 0)), Category(7, "leaf"), Category(9, "leaf")]
STATUSES = ["LABELED", "REVIEWED", "SKIPPED", "REJECTED", "UNLABELED", "LABELING_IN_PROGRESS"]
ATTRIBUTES = [None, {}, {"open": True}, {"open": "true", "count": 3}, {"count": None}]


@st.composite
def rows(draw: Any) -> list[dict[str, Any]]:
    """Draw rows with and without bitmaps. The ids of annotations may be repeated, or absent from the bitmap."""
    result = []
    for number in range(draw(st.integers(1, 4))):
        height, width = draw(st.integers(1, 4)), draw(st.integers(1, 40))
        ids = draw(st.lists(st.sampled_from([0, 1, 2, 3, 70000]), min_size=height * width, max_size=height * width))
        annotations = [
            {"id": draw(st.sampled_from([0, 1, 2, 3, 4, 70000])), "category_id": 1, "attributes": draw(st.sampled_from(
                ATTRIBUTES)), "category": draw(st.sampled_from([0, 1, 2, None]))}
            for _ in range(draw(st.integers(0, 5)))
        ]  # fmt: skip
        has_bitmap = draw(st.booleans())
        result.append(
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
    return result


def as_dataset(random_rows: list[dict[str, Any]]) -> datasets.Dataset:
    """Return rows as a dataset, in which bitmaps are PNGs and attributes are JSON."""
    is_text = not hasattr(datasets, "Json")

    def stored(row: dict[str, Any]) -> dict[str, Any]:
        def encode(value: Any) -> Any:
            return json.dumps(value) if is_text and value is not None else value

        ids = row["segmentation_bitmap"]
        return {
            **row,
            "segmentation_bitmap": None if ids is None else {"bytes": encode_bitmap(ids), "path": None},
            "annotations": row["annotations"] and [{**item, "attributes": encode(item["attributes"])}
                                                   for item in row["annotations"]],
            "image_attributes": encode(row["image_attributes"]),
        }  # fmt: skip

    features = row_features(KINDS["segmentation-bitmap"], CATEGORIES)
    return datasets.Dataset.from_list([stored(row) for row in random_rows], features=features)


def count_masks(labeled: list[dict[str, Any]]) -> tuple[int, Counter[int | None], list[tuple[int, int]]]:
    """Return the number of masks, the pixels of each class index, and the class index and area of each object."""
    pixels: Counter[int | None] = Counter()
    areas: list[tuple[int, int]] = []
    masked = [row for row in labeled if row["segmentation_bitmap"] is not None]
    # The mask of a label without bitmap and annotations is unlabeled everywhere.
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
def test_statistics_equal_those_of_a_simple_loop(random_rows: list[dict[str, Any]]) -> None:
    found = stats(as_dataset(random_rows))
    labeled = [
        {**row, "annotations": list({item["id"]: item for item in row["annotations"]}.values())}
        for row in random_rows
        if is_labeled(row)
    ]
    annotations = sum(len(row["annotations"] or ()) for row in random_rows if is_labeled(row))
    for row in labeled:
        if row["segmentation_bitmap"] is not None:  # an annotation without pixels is no object
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
    assert (found.images, found.labeled, found.objects) == (len(random_rows), len(labeled), len(objects))
    assert found.statuses == Counter(row["status"] for row in random_rows)
    assert found.objects_per_image == Counter(len(row["annotations"]) for row in labeled)
    assert {(item.width, item.height): item.images for item in found.image_sizes} == Counter(
        (row["width"], row["height"]) for row in random_rows
    )
    assert found.without_class == sum(item["category"] is None for item in objects)

    masks, pixels, areas = count_masks(labeled)
    for index, item in enumerate(found.classes):
        assert item.objects == sum(other["category"] == index for other in objects)
        assert item.images == sum(index in {other["category"] for other in row["annotations"]} for row in labeled)
        assert item.pixels == (pixels[index] if masks else None)
        areas_of_class = sorted(area for class_index, area in areas if class_index == index)
        assert (item.sizes is None) == (not areas_of_class)
        if item.sizes:
            assert (item.sizes.objects, item.sizes.smallest, item.sizes.largest) == (
                len(areas_of_class),
                areas_of_class[0],
                areas_of_class[-1],
            )
            assert item.sizes.median == areas_of_class[(len(areas_of_class) - 1) // 2]
    assert found.unlabeled_pixels == (pixels[None] if masks else None)
    if found.sizes:
        assert sum(found.sizes.histogram) == found.sizes.objects == len(areas)
        assert found.sizes.histogram == [
            sum(2**power <= area < 2 ** (power + 1) for _, area in areas) for power in range(len(found.sizes.histogram))
        ]
    for pair in found.co_occurrence:
        assert pair.first < pair.second
    assert {(pair.first, pair.second): pair.images for pair in found.co_occurrence} == {
        (a, b): both
        for a in range(3)
        for b in range(a + 1, 3)
        if (both := sum({a, b} <= {other["category"] for other in row["annotations"]} for row in labeled))
    }
    for found_values, attributes_of_rows in (
        (found.attributes, [item["attributes"] for item in with_attributes]),
        (found.image_attributes, [row["image_attributes"] for row in labeled]),
    ):
        expected: dict[str, Counter[str]] = {}
        for attributes in attributes_of_rows:
            for name, value in (attributes or {}).items():
                expected.setdefault(name, Counter())[json.dumps(value)] += 1
        assert value_counts(found_values) == expected
    assert found.problems == []


def test_sizes_have_quantiles_and_the_size_classes_of_coco() -> None:
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
