"""The three layouts of segmentation have the columns, masks and segments that training code expects."""

from __future__ import annotations

import json
import pickle
import re

import datasets
import numpy as np
import pytest
from dataset.making import file_bytes, label, sample, undecoded
from datasets import ClassLabel, Image, Value

from segments_hf import categories, id2label, load_release, to_layout
from segments_hf.drawing.overlay import overlay
from segments_hf.errors import OptionError, SegmentsHFError

from .layout_release import COLUMNS, DETECTION, INSTANCE, PANOPTIC, SEMANTIC, TASKS
from .mask_making import (
    KINDS,
    annotation,
    bitmap_sample,
    classes,
    messages,
    pixels,
    shape,
    through_parquet,
    train,
    vector_sample,
    write_image,
)

# For each layout, the mask of the sample `full`.
MASKS = {
    SEMANTIC: [[2, 0, 1], [1, 1, 0]],
    INSTANCE: [[2 + 256 * 1, 0, 1 + 256 * 2], [1 + 256 * 4, 1 + 256 * 4, 0]],
    PANOPTIC: [[70000, 0, 3], [3, 3, 0]],
}
MASK_COLUMNS = {SEMANTIC: "label", INSTANCE: "annotation", PANOPTIC: "label"}
NAMES = {"unlabeled": 0, "sky": 1, "unlabeled (7)": 2}
SEGMENTS = [
    {"id": 70000, "category_id": 1, "area": 1, "bbox": [0, 0, 1, 1], "iscrowd": 0},
    {"id": 3, "category_id": 0, "area": 3, "bbox": [0, 0, 3, 2], "iscrowd": 0},
]


@pytest.mark.parametrize("kind", KINDS)
class TestPalette:
    @pytest.mark.parametrize("ignore_index", [None, 255])
    def test_masks_without_palette_are_gray_and_have_the_same_values(self, layout_release, kind, ignore_index):
        data = load_release(layout_release, **KINDS[kind])
        colored = train(to_layout(data, SEMANTIC, ignore_index=ignore_index))
        gray = train(to_layout(data, SEMANTIC, ignore_index=ignore_index, palette=False))
        assert gray.features == colored.features
        assert [row["label"].mode for row in colored] == ["P", "P"]
        assert [row["label"].mode for row in gray] == ["L", "L"]
        assert [pixels(row["label"]) for row in gray] == [pixels(row["label"]) for row in colored]

    @pytest.mark.parametrize("palette", [True, False])
    def test_masks_of_over_255_classes_have_16_bits(self, tmp_path, write_release, kind, palette):
        release = write_release(
            [bitmap_sample(tmp_path, "a", [[0, 1]], [annotation(1, 299)])], **classes(*map(str, range(300)))
        )
        (row,) = train(to_layout(load_release(release, **KINDS[kind]), SEMANTIC, palette=palette))
        assert row["label"].mode == "I;16"
        assert pixels(row["label"]) == [[0, 299]]

    @pytest.mark.parametrize("task", sorted({*TASKS} - {SEMANTIC}))
    def test_layouts_without_semantic_mask_refuse_palette(self, layout_release, kind, task):
        with pytest.raises(OptionError, match="^palette: got False for .*only semantic-segmentation"):
            to_layout(load_release(layout_release, **KINDS[kind]), task, palette=False)


@pytest.mark.parametrize("class_source", ["rows", "categories"])
@pytest.mark.parametrize("palette", [True, False])
def test_overlay_draws_masks_with_and_without_palette_alike(tmp_path, write_release, class_source, palette):
    item = bitmap_sample(tmp_path, "full", [[1, 2, 0]], [annotation(1, 1), annotation(2, 2)])
    rows = load_release(write_release([item], **classes("a", "b")), split="train")
    laid_out = to_layout(rows, SEMANTIC, ignore_index=255, palette=palette)
    classes_of = laid_out if class_source == "rows" else categories(rows)
    expected = np.array(overlay(to_layout(rows, SEMANTIC)[0], classes_of))
    assert np.array_equal(np.array(overlay(laid_out[0], classes_of)), expected)


def test_layout_names_are_accepted_in_upper_case(layout_release):
    assert train(to_layout(layout_release, "Semantic-Segmentation")).column_names == COLUMNS[SEMANTIC]


@pytest.mark.parametrize("task", MASKS)
@pytest.mark.parametrize("kind", KINDS)
class TestDatasetsAndStreams:
    def test_layout_has_the_columns_and_masks(self, layout_release, kind, task):
        dataset = load_release(layout_release, **KINDS[kind])
        laid_out = to_layout(dataset, task)
        assert type(laid_out) is type(dataset)
        assert list(train(laid_out).features) == COLUMNS[task]
        full, empty = train(laid_out)
        assert list(full) == COLUMNS[task]
        assert (full["image"].size, empty["image"].size) == ((3, 2), (8, 6))
        assert full[MASK_COLUMNS[task]].mode == ("P" if task == SEMANTIC else "RGB")
        assert pixels(full[MASK_COLUMNS[task]]) == MASKS[task]
        assert pixels(empty[MASK_COLUMNS[task]]) == [[0] * 8] * 6
        if task == INSTANCE:
            assert full["semantic_class_to_id"] == empty["semantic_class_to_id"] == NAMES
        if task == PANOPTIC:
            assert (full["segments_info"], empty["segments_info"]) == (SEGMENTS, [])

    def test_keep_unlabeled_keeps_all_rows(self, layout_release, kind, task, caplog):
        rows = list(train(to_layout(load_release(layout_release, **KINDS[kind]), task, keep_unlabeled=True)))
        skipped = {SEMANTIC: 1, INSTANCE: 1 + 256 * 4, PANOPTIC: 3}[task]
        assert [pixels(row[MASK_COLUMNS[task]]) for row in rows] == [
            None,
            MASKS[task],
            [[skipped]],
            None,
            [[0] * 8] * 6,
        ]
        assert [row["image"].size for row in rows] == [(3, 2), (3, 2), (1, 1), (8, 6), (8, 6)]
        assert not any("rows left out" in text for text in messages(caplog))


def test_layouts_have_the_documented_features(layout_release):
    dataset = load_release(layout_release, split="train")
    for task in MASKS:
        features = to_layout(dataset, task).features
        # The example script of transformers for instance segmentation does not convert images to RGB.
        mode = "RGB" if task == INSTANCE else None
        assert features["image"] == Image(mode=mode, id=dataset.features["image"].id)
        assert isinstance(features[MASK_COLUMNS[task]], Image)
    assert to_layout(dataset, INSTANCE).features["semantic_class_to_id"] == dict.fromkeys(NAMES, Value("int64"))
    number = Value("int64")
    segment = {"id": number, "category_id": ClassLabel(names=["sky", "unlabeled"]), "area": number}
    expected = datasets.Features({"segments_info": [{**segment, "bbox": [number], "iscrowd": number}]})
    assert to_layout(dataset, PANOPTIC).features["segments_info"] == expected["segments_info"]


class TestImages:
    @pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
    @pytest.mark.parametrize("embed", [False, True], ids=["paths", "embedded"])
    @pytest.mark.parametrize("task", TASKS)
    def test_images_are_unchanged(self, layout_release, streaming, embed, task):
        dataset = load_release(layout_release, split="train", streaming=streaming, embed=embed)
        before = [row["image"] for row in undecoded(dataset)]
        assert [row["image"] for row in undecoded(to_layout(dataset, task))] == [before[1], before[4]]

    @pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
    def test_images_are_not_read_from_the_working_directory(self, layout_release, tmp_path, monkeypatch, streaming):
        loaded = through_parquet(load_release(layout_release, split="train"), tmp_path, streaming=streaming)
        before = [row["image"] for row in undecoded(loaded)]
        monkeypatch.chdir(tmp_path)
        for image in before:
            write_image(tmp_path, image["path"], b"another")
        after = [file_bytes(row["image"]) for row in undecoded(to_layout(loaded, SEMANTIC))]
        assert after == [before[1]["bytes"], before[4]["bytes"]]


class TestOptions:
    def test_error_of_an_unknown_task_lists_the_tasks(self, layout_release):
        with pytest.raises(OptionError, match="task: got 'segmentation'.*" + ", ".join(map(repr, TASKS))):
            to_layout(load_release(layout_release), "segmentation")

    @pytest.mark.parametrize("task", [INSTANCE, PANOPTIC, DETECTION])
    def test_ignore_index_is_refused_for_other_tasks_than_semantic_segmentation(self, layout_release, task):
        with pytest.raises(OptionError, match=f"ignore_index: got 255 for {task}"):
            to_layout(load_release(layout_release), task, ignore_index=255)

    @pytest.mark.parametrize("kind", KINDS)
    def test_ignore_index_is_the_value_of_unlabeled_pixels(self, layout_release, kind):
        laid_out = to_layout(load_release(layout_release, **KINDS[kind]), SEMANTIC, ignore_index=255)
        full, empty = train(laid_out)
        assert pixels(full["label"]) == [[1, 255, 0], [0, 0, 255]]
        assert pixels(empty["label"]) == [[255] * 8] * 6
        assert id2label(laid_out) == {0: "sky", 1: "unlabeled"}

    @pytest.mark.parametrize("ignore_index", [-100, 0, 1, 65536])
    def test_invalid_ignore_index_is_refused(self, layout_release, ignore_index):
        with pytest.raises(OptionError, match="ignore_index: got"):
            to_layout(load_release(layout_release), SEMANTIC, ignore_index=ignore_index)

    @pytest.mark.parametrize("task", TASKS)
    def test_num_proc_is_refused_for_streams(self, layout_release, task):
        with pytest.raises(OptionError, match="num_proc"):
            to_layout(load_release(layout_release, streaming=True), task, num_proc=2)

    def test_dataset_in_a_layout_is_refused(self, layout_release):
        with pytest.raises(SegmentsHFError, match="in the layout 'semantic-segmentation'"):
            to_layout(to_layout(load_release(layout_release), SEMANTIC), PANOPTIC)


@pytest.mark.parametrize("task", TASKS)
def test_stream_of_a_layout_can_be_pickled_and_shuffled(layout_release, task):
    stream = to_layout(load_release(layout_release, split="train", streaming=True), task)
    assert list(undecoded(pickle.loads(pickle.dumps(stream)))) == list(undecoded(stream))
    assert len(list(stream.shuffle(seed=1, buffer_size=2).take(9))) == 2


def test_sequence_has_one_row_for_each_labeled_frame(tmp_path, write_release):
    urls = [bitmap_sample(tmp_path, f"f{n}")["attributes"] for n in range(3)]
    box = shape("bbox", [[0, 0], [8, 3]], 2, track_id=4)
    item = sample("drive", None, label(frames=[{"annotations": [box]}, {}, None]), attributes={"frames": urls})
    for kind in KINDS.values():
        dataset = load_release(write_release([item], task_type="image-vector-sequence"), **kind)
        rows = [pixels(row["label"]) for row in train(to_layout(dataset, SEMANTIC))]
        assert rows == [[[2] * 8] * 3 + [[0] * 8] * 3, [[0] * 8] * 6]


@pytest.mark.parametrize("kind", KINDS)
def test_vector_labels_have_masks_of_their_shapes(tmp_path, write_release, kind):
    shapes = [shape("bbox", [[0, 0], [8, 6]], 1, number=5), shape("polygon", [[1, 1], [3, 1], [3, 2], [1, 2]], 2)]
    release = write_release([vector_sample(tmp_path, "a", *shapes)], task_type="vector")
    dataset = load_release(release, **KINDS[kind])
    values = {SEMANTIC: (1, 2), INSTANCE: (1 + 256, 2 + 512), PANOPTIC: (1, 2)}
    for task, (box_value, polygon_value) in values.items():
        expected = np.full((6, 8), box_value)
        expected[1, 1:3] = polygon_value
        (row,) = train(to_layout(dataset, task))
        assert pixels(row[MASK_COLUMNS[task]]) == expected.tolist()


def test_layouts_of_a_real_release_have_the_ids_and_classes_of_its_bitmap(arc_litter, caplog):
    folder = arc_litter / "segments/festay_arc_litter/v01"
    release = arc_litter / "arc_litter-v01.json"
    dataset = load_release(release, split="train", segments_dir=folder, filter_by=["reviewed"]).select([1])
    document = {item["name"]: item for item in json.loads(release.read_text())["dataset"]["samples"]}
    layouts = {task: to_layout(dataset, task) for task in TASKS}
    assert [part.num_rows for part in layouts.values()] == [1] * 4
    assert messages(caplog) == []
    item = document[dataset["name"][0]]
    (content,) = item["labels"].values()
    objects = {part["id"]: part["category_id"] for part in content["attributes"]["annotations"]}
    file = folder / re.sub(r"\.[^.]*$", "_label_segmentation.png", item["name"])
    bitmap = np.array(datasets.Image().decode_example({"path": str(file), "bytes": None})).astype(np.int64)
    ids = bitmap[..., :3] @ [1, 256, 65536] if bitmap.ndim == 3 else bitmap
    semantic, panoptic = (np.array(layouts[task][0]["label"]).astype(np.int64) for task in (SEMANTIC, PANOPTIC))
    instance = np.array(layouts[INSTANCE][0]["annotation"])
    found = layouts[DETECTION][0]["objects"]
    assert found["id"] == list(objects)
    for number, (id_, category) in enumerate(objects.items(), start=1):
        is_object = ids == id_
        ys, xs = np.flatnonzero(is_object.any(1)), np.flatnonzero(is_object.any(0))
        box = [xs[0], ys[0], xs[-1] - xs[0] + 1, ys[-1] - ys[0] + 1]
        assert set(semantic[is_object].tolist()) == {category + 1}
        assert {tuple(pixel) for pixel in np.unique(instance[is_object], axis=0).tolist()} == {
            (category + 1, number, 0)
        }
        assert set((panoptic[is_object] @ [1, 256, 65536]).tolist()) == {id_}
        assert (found["bbox"][number - 1], found["area"][number - 1]) == (box, is_object.sum())
