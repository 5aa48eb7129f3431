"""Masks of datasets, dicts of splits and streams have the values that a loop over all pixels computes."""

from __future__ import annotations

import numpy as np
import pytest
from dataset.making import file_bytes, jpeg, json_value, plain_rows, sample, undecoded

from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, load_release

from .mask_making import (
    KINDS,
    annotation,
    bitmap_sample,
    classes,
    pixels,
    shape,
    through_parquet,
    train,
    vector_sample,
)

ADD = {"semantic": add_semantic_masks, "instance": add_instance_masks, "panoptic": add_panoptic_masks}
STREAMING = pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
CATEGORIES = [
    {"id": 5, "name": "sky", "has_instances": False},
    {"id": 0, "name": "flower", "color": [255, 0, 0, 128], "has_instances": True},
    {"id": 9, "name": "flower", "color": [0, 12.6, 255]},
]
SORTED_CATEGORY_IDS = [0, 5, 9]
IDS = [[0, 1, 1, 70000], [3, 3, 200000, 4], [8, 70001, 300, 4]]
# In panoptic masks, the ids 70000 and 4 are one segment, the sky. Id 8 has no annotation, and id 12 has no pixels. The
# last of the two annotations with id 300 is used.
OBJECTS = [
    annotation(70000, 5),
    annotation(1, 0),
    annotation(3, 9, attributes={"open": [1, None]}),
    annotation(12, 0),
    annotation(200000, 0),
    annotation(4, 5),
    annotation(300, 0),
    annotation(300, 9),
    annotation(70001, 9),
]
CATEGORY_OF_ID = {item["id"]: item["category_id"] for item in OBJECTS}


def mask_of_ids(value_of):
    """Return the mask in which each pixel has the value of its id in `IDS`."""
    return [[value_of(number) for number in line] for line in IDS]


def class_value(number, *, offset=0, unlabeled=0):
    """Return `offset` plus the class index of an id; or `unlabeled` for an id without an annotation."""
    return SORTED_CATEGORY_IDS.index(CATEGORY_OF_ID[number]) + offset if number in CATEGORY_OF_ID else unlabeled


EXPECTED = {
    "semantic": mask_of_ids(lambda number: class_value(number, offset=1)),
    "instance": mask_of_ids(
        lambda number: max((n for n, item in enumerate(OBJECTS, 1) if item["id"] == number), default=0)
    ),
    "panoptic": mask_of_ids(
        lambda number: 70000 if CATEGORY_OF_ID.get(number) == 5 else number if number in CATEGORY_OF_ID else 0
    ),
}


@pytest.fixture
def release(tmp_path, write_release):
    samples = [
        bitmap_sample(tmp_path, "full", IDS, OBJECTS, metadata=None),
        sample("null", "full.jpg"),
        bitmap_sample(tmp_path, "skipped", status="SKIPPED"),
        bitmap_sample(tmp_path, "empty", annotations=[]),
        bitmap_sample(tmp_path, "rejected", [[1]], [annotation(1, 9)], status="REJECTED"),
        bitmap_sample(tmp_path, "lost", annotations=[annotation(1, 0)]),
    ]
    return write_release(samples, task_attributes={"categories": CATEGORIES})


@pytest.fixture
def vectors(tmp_path, write_release):
    shapes = [
        shape("bbox", [[3, 4], [1, 1]], 9),
        shape("polyline", [[0, 0], [8, 6]], 0),
        shape("polygon", [[2, 0], [20, 0], [20, 3], [2, 3]], 5, number=7),
        shape("bbox", [[3, 3], [3, 3]], 5),
        shape("polygon", [[6, 2], [8, 2], [8, 6], [6, 6]], 5),
    ]
    samples = [vector_sample(tmp_path, "full", *shapes), sample("null", "full.jpg"), vector_sample(tmp_path, "empty")]
    return write_release(samples, task_type="vector", task_attributes={"categories": CATEGORIES})


@pytest.mark.parametrize("task", ADD)
@pytest.mark.parametrize("kind", KINDS)
class TestDatasetsAndStreams:
    def test_masks_have_the_values_of_the_bitmaps(self, release, kind, task):
        dataset = load_release(release, **KINDS[kind])
        masked = ADD[task](dataset)
        assert type(masked) is type(dataset)
        rows = {row["name"]: pixels(row[f"{task}_mask"]) for row in train(masked)}
        blank = [[0] * 8] * 6
        value = {"panoptic": 1, "semantic": 3, "instance": 1}[task]
        assert rows.pop("full") == EXPECTED[task]
        assert rows == {"null": None, "skipped": None, "empty": blank, "rejected": [[value]], "lost": None}

    def test_masks_have_the_pixels_of_the_shapes(self, vectors, kind, task):
        full, null, empty = train(ADD[task](load_release(vectors, **KINDS[kind])))
        last_polygon = {"semantic": 2, "instance": 5, "panoptic": 3}[task]
        box, polygon = {"semantic": (3, 2), "instance": (1, 3), "panoptic": (1, 3)}[task]
        expected = np.zeros((6, 8), int)
        expected[1:4, 1:3], expected[:3, 2:], expected[2:, 6:] = box, polygon, last_polygon
        column = f"{task}_mask"
        assert pixels(full[column]) == expected.tolist()
        assert (null[column], pixels(empty[column])) == (None, [[0] * 8] * 6)

    def test_other_columns_are_unchanged(self, release, vectors, kind, task):
        for file in (release, vectors):
            dataset = train(load_release(file, **KINDS[kind]))
            masked = train(ADD[task](load_release(file, **KINDS[kind])))
            assert list(masked.features)[: len(dataset.features)] == list(dataset.features)
            assert {name: masked.features[name] for name in dataset.features} == dataset.features
            kept = [{name: row[name] for name in dataset.features} for row in plain_rows(masked)]
            assert kept == plain_rows(dataset)


@STREAMING
@pytest.mark.parametrize(
    "value", [{}, {"a": [1, 2.5, None, {"b": "é\n\"'"}]}, [1], "text", 3, 0.1, 2**53, False, ""], ids=repr
)
def test_masks_do_not_change_json_columns(tmp_path, write_release, value, streaming):
    item = bitmap_sample(tmp_path, "a", [[1]], [annotation(1, attributes=value), annotation(2)], image_attributes=value)
    dataset = load_release(write_release([{**item, "metadata": value}, sample("b", "a.jpg")]), streaming=streaming)
    row, other = add_semantic_masks(add_panoptic_masks(dataset))["train"]
    columns = [row["metadata"], row["image_attributes"], row["annotations"][0]["attributes"]]
    assert [json_value(part) for part in columns] == [value] * 3
    assert [type(json_value(part)) for part in columns] == [type(value)] * 3
    assert (other["metadata"], row["annotations"][1]["attributes"]) == (None, None)


@STREAMING
@pytest.mark.parametrize("embed", [False, True], ids=["paths", "embedded"])
def test_masks_do_not_change_image_columns(release, streaming, embed):
    dataset = load_release(release, split="train", streaming=streaming, embed=embed)
    for before, after in zip(undecoded(dataset), undecoded(add_semantic_masks(dataset)), strict=True):
        assert (after["image"], after["segmentation_bitmap"]) == (before["image"], before["segmentation_bitmap"])


@STREAMING
def test_file_in_the_working_directory_does_not_replace_an_image(release, tmp_path, monkeypatch, streaming):
    loaded = through_parquet(load_release(release, split="train"), tmp_path, streaming=streaming)
    before = [file_bytes(row["image"]) for row in undecoded(loaded)]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for row in undecoded(loaded):
        (tmp_path / "elsewhere" / row["image"]["path"]).write_bytes(jpeg((3, 3), red=1))
    assert [file_bytes(row["image"]) for row in undecoded(add_semantic_masks(loaded))] == before


class TestColors:
    @pytest.mark.parametrize("ignore_index", [None, 3, 255])
    def test_colors_are_those_of_the_categories(self, release, ignore_index):
        masked = add_semantic_masks(load_release(release, split="train"), ignore_index=ignore_index)
        mask = masked[0]["semantic_mask"]
        assert mask.mode == "P"
        colors = {0: (255, 0, 0), 2: (0, 13, 255)}
        for position, number in np.ndenumerate(np.array(IDS)):
            index = class_value(number, unlabeled=None)
            color = mask.convert("RGB").getpixel(position[::-1])
            if index is None:
                assert color == (0, 0, 0)
            elif index in colors:
                assert color == colors[index]
            else:
                assert color not in {(0, 0, 0), *colors.values()}
        unlabeled, offset = (0, 1) if ignore_index is None else (ignore_index, 0)
        assert pixels(mask) == mask_of_ids(lambda number: class_value(number, offset=offset, unlabeled=unlabeled))

    def test_colors_of_categories_without_a_color_differ_clearly(self, tmp_path, write_release):
        names = [f"c{number}" for number in range(40)]
        item = bitmap_sample(tmp_path, "a", [range(1, 41)], [annotation(number, number) for number in range(1, 41)])
        dataset = load_release(write_release([item], **classes(*names)), split="train")
        colors = np.array(add_semantic_masks(dataset)[0]["semantic_mask"].convert("RGB"))[0].astype(int)
        distances = np.abs(colors[:, None] - colors).sum(-1) + 999 * np.eye(40, dtype=int)
        assert distances.min() >= 10
        assert distances.diagonal(1).min() > 80

    @pytest.mark.parametrize("add", [add_semantic_masks, add_instance_masks])
    def test_masks_without_a_palette_have_no_colors_and_the_same_values(self, release, add):
        dataset = load_release(release, split="train")
        colored, gray = (add(dataset, column="mask", palette=palette)[0]["mask"] for palette in (True, False))
        assert (colored.mode, gray.mode) == ("P", "L")
        assert pixels(colored) == pixels(gray)

    @pytest.mark.parametrize(
        ("count", "ignore_index", "mode"),
        [(255, None, "P"), (255, 255, "P"), (256, None, "I;16"), (256, 256, "I;16"), (300, 65535, "I;16")],
    )
    def test_masks_have_16_bits_and_no_colors_only_for_more_than_255_classes(
        self, tmp_path, write_release, count, ignore_index, mode
    ):
        item = bitmap_sample(tmp_path, "a", [[0, 1, 2]], [annotation(1, 1), annotation(2, count)])
        dataset = load_release(write_release([item], **classes(*map(str, range(count)))), split="train")
        mask = add_semantic_masks(dataset, ignore_index=ignore_index)[0]["semantic_mask"]
        assert (mask.mode, mask.format) == (mode, "PNG")
        assert pixels(mask) == [[0, 1, count] if ignore_index is None else [ignore_index, 0, count - 1]]


class TestPanoptic:
    @pytest.mark.parametrize("kind", KINDS)
    def test_segments_info_has_the_values_of_a_loop_over_all_pixels(self, release, kind):
        rows = {row["name"]: row for row in train(add_panoptic_masks(load_release(release, **KINDS[kind])))}
        expected = []
        for number in [70000, 1, 3, 200000, 300, 70001]:
            positions = np.argwhere(np.array(EXPECTED["panoptic"]) == number)
            (top, left), (bottom, right) = positions.min(0).tolist(), positions.max(0).tolist()
            bbox = [left, top, right - left + 1, bottom - top + 1]
            category = SORTED_CATEGORY_IDS.index(CATEGORY_OF_ID[number])
            segment = {"id": number, "category_id": category, "area": len(positions), "bbox": bbox, "iscrowd": 0}
            expected.append(segment)
        assert rows["full"]["segments_info"] == expected
        assert [rows[name]["segments_info"] for name in ("null", "empty", "lost")] == [None, [], None]

    @pytest.mark.parametrize(("has_instances", "merged"), [(False, True), (True, False), (None, False)])
    def test_objects_of_a_category_are_one_segment_only_if_the_category_has_no_instances(
        self, tmp_path, write_release, has_instances, merged
    ):
        item = bitmap_sample(tmp_path, "a", [[2, 1, 0, 2]], [annotation(1), annotation(2)])
        category = {"id": 1, "name": "x", **({} if has_instances is None else {"has_instances": has_instances})}
        release = write_release([item], task_attributes={"categories": [category]})
        (row,) = add_panoptic_masks(load_release(release, split="train"))
        assert pixels(row["panoptic_mask"]) == ([[1, 1, 0, 1]] if merged else [[2, 1, 0, 2]])
        assert [segment["area"] for segment in row["segments_info"]] == ([3] if merged else [1, 2])
        assert row["panoptic_mask"].mode == "RGB"
