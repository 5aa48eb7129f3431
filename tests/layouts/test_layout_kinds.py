"""The layouts of segmentation, what is left out of them, and the real release in each."""

from __future__ import annotations

import json
import pickle
import re

import datasets
import numpy as np
import pytest
from dataset.making import label, picture_bytes, raw, sample
from datasets import ClassLabel, Image, Value

from segments_hf import id2label, load_release, to_layout
from segments_hf.errors import OptionError, SegmentsHFError

from .mask_making import (
    KINDS,
    bitmap_sample,
    marked,
    messages,
    pixels,
    shape,
    through_parquet,
    train,
    vector_sample,
    write_picture,
)

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

SEMANTIC, INSTANCE, PANOPTIC = "semantic-segmentation", "instance-segmentation", "panoptic-segmentation"
TASKS = [SEMANTIC, INSTANCE, PANOPTIC, "object-detection"]
CATEGORIES = [
    {"id": 0, "name": "sky", "has_instances": False},
    {"id": 7, "name": "unlabeled", "has_instances": True, "color": [1, 2, 3]},
]
IDS = [[70000, 0, 3], [4, 4, 9]]
OBJECTS = [marked(70000, 7), marked(3, 0), marked(12, 7), marked(4, 0)]
LABEL = {  # of the sample `full`
    SEMANTIC: [[2, 0, 1], [1, 1, 0]],
    INSTANCE: [[2 + 256 * 1, 0, 1 + 256 * 2], [1 + 256 * 4, 1 + 256 * 4, 0]],
    PANOPTIC: [[70000, 0, 3], [3, 3, 0]],
}
COLUMN = {SEMANTIC: "label", INSTANCE: "annotation", PANOPTIC: "label"}
COLUMNS = {
    SEMANTIC: ["image", "label"],
    INSTANCE: ["image", "annotation", "semantic_class_to_id"],
    PANOPTIC: ["image", "label", "segments_info"],
    "object-detection": ["image_id", "image", "width", "height", "objects"],
}
NAMES = {"unlabeled": 0, "sky": 1, "unlabeled (7)": 2}
SEGMENTS = [
    {"id": 70000, "category_id": 1, "area": 1, "bbox": [0, 0, 1, 1], "iscrowd": 0},
    {"id": 3, "category_id": 0, "area": 3, "bbox": [0, 0, 3, 2], "iscrowd": 0},
]


@pytest.fixture
def release(tmp_path, write_release):
    samples = [
        sample("null", "full.jpg"),
        bitmap_sample(tmp_path, "full", IDS, OBJECTS),
        bitmap_sample(tmp_path, "skipped", [[4]], OBJECTS, status="SKIPPED"),
        bitmap_sample(tmp_path, "rejected", status="REJECTED"),
        bitmap_sample(tmp_path, "nothing"),
    ]
    return write_release(samples, task_attributes={"categories": CATEGORIES})


@pytest.mark.parametrize("task", LABEL)
@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_the_layout_to_the_letter(self, release, kind, task):
        dataset = load_release(release, **KINDS[kind])
        laid_out = to_layout(dataset, task)
        assert type(laid_out) is type(dataset)
        assert list(train(laid_out).features) == COLUMNS[task]
        full, nothing = train(laid_out)
        assert list(full) == COLUMNS[task]
        assert (full["image"].size, nothing["image"].size) == ((3, 2), (8, 6))
        assert full[COLUMN[task]].mode == ("P" if task == SEMANTIC else "RGB")
        assert pixels(full[COLUMN[task]]) == LABEL[task]
        assert pixels(nothing[COLUMN[task]]) == [[0] * 8] * 6
        if task == INSTANCE:
            assert full["semantic_class_to_id"] == nothing["semantic_class_to_id"] == NAMES
        if task == PANOPTIC:
            assert (full["segments_info"], nothing["segments_info"]) == (SEGMENTS, [])

    def test_keep_unlabeled_keeps_every_row(self, release, kind, task, caplog):
        rows = list(train(to_layout(load_release(release, **KINDS[kind]), task, keep_unlabeled=True)))
        skipped = {SEMANTIC: 1, INSTANCE: 1 + 256 * 4, PANOPTIC: 3}[task]
        assert [pixels(row[COLUMN[task]]) for row in rows] == [None, LABEL[task], [[skipped]], None, [[0] * 8] * 6]
        assert [row["image"].size for row in rows] == [(3, 2), (3, 2), (1, 1), (8, 6), (8, 6)]
        assert not any("rows left out" in text for text in messages(caplog))


def test_the_features(release):
    dataset = load_release(release, split="train")
    for task in LABEL:
        features = to_layout(dataset, task).features
        mode = "RGB" if task == INSTANCE else None  # the example script for instances takes the image as it is
        assert features["image"] == Image(mode=mode, id=dataset.features["image"].id)
        assert isinstance(features[COLUMN[task]], Image)
    assert to_layout(dataset, INSTANCE).features["semantic_class_to_id"] == dict.fromkeys(NAMES, Value("int64"))
    number = Value("int64")
    segment = {"id": number, "category_id": ClassLabel(names=["sky", "unlabeled"]), "area": number}
    wanted = datasets.Features({"segments_info": [{**segment, "bbox": [number], "iscrowd": number}]})
    assert to_layout(dataset, PANOPTIC).features["segments_info"] == wanted["segments_info"]


class TestPictures:
    @pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
    @pytest.mark.parametrize("embed", [False, True], ids=["paths", "embedded"])
    @pytest.mark.parametrize("task", TASKS)
    def test_are_passed_through(self, release, streaming, embed, task):
        dataset = load_release(release, split="train", streaming=streaming, embed=embed)
        before = [row["image"] for row in raw(dataset)]
        assert [row["image"] for row in raw(to_layout(dataset, task))] == [before[1], before[4]]

    @pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
    def test_are_not_taken_from_the_working_directory(self, release, tmp_path, monkeypatch, streaming):
        loaded = through_parquet(load_release(release, split="train"), tmp_path, streaming=streaming)
        before = [row["image"] for row in raw(loaded)]
        monkeypatch.chdir(tmp_path)
        for picture in before:
            write_picture(tmp_path, picture["path"], b"another")
        after = [picture_bytes(row["image"]) for row in raw(to_layout(loaded, SEMANTIC))]
        assert after == [before[1]["bytes"], before[4]["bytes"]]


class TestOptions:
    def test_an_unknown_task(self, release):
        with pytest.raises(OptionError, match="task: got 'segmentation', .*" + ", ".join(map(repr, TASKS))):
            to_layout(load_release(release), "segmentation")

    @pytest.mark.parametrize("task", [INSTANCE, PANOPTIC, "object-detection"])
    def test_an_ignore_index_is_for_semantic_masks(self, release, task):
        with pytest.raises(OptionError, match=f"ignore_index: got 255 for {task}"):
            to_layout(load_release(release), task, ignore_index=255)

    @pytest.mark.parametrize("kind", KINDS)
    def test_ignore_index(self, release, kind):
        laid_out = to_layout(load_release(release, **KINDS[kind]), SEMANTIC, ignore_index=255)
        full, nothing = train(laid_out)
        assert pixels(full["label"]) == [[1, 255, 0], [0, 0, 255]]
        assert pixels(nothing["label"]) == [[255] * 8] * 6
        assert id2label(laid_out) == {0: "sky", 1: "unlabeled"}

    @pytest.mark.parametrize("ignore_index", [-100, 0, 1, 65536])
    def test_an_ignore_index_that_does_not_fit(self, release, ignore_index):
        with pytest.raises(OptionError, match="ignore_index: got"):
            to_layout(load_release(release), SEMANTIC, ignore_index=ignore_index)

    @FORK
    @pytest.mark.parametrize("task", TASKS)
    def test_two_processes_make_the_same(self, release, task):
        dataset = load_release(release)
        one, two = to_layout(dataset, task)["train"], to_layout(dataset, task, num_proc=2)["train"]
        assert [dict(row, image=None) for row in raw(two)] == [dict(row, image=None) for row in raw(one)]
        with pytest.raises(OptionError, match="num_proc"):
            to_layout(load_release(release, streaming=True), task, num_proc=2)

    def test_a_layout_is_no_dataset_of_rows(self, release):
        with pytest.raises(SegmentsHFError, match="without"):
            to_layout(to_layout(load_release(release), SEMANTIC), PANOPTIC)


@pytest.mark.parametrize("task", TASKS)
def test_a_worker_gets_a_stream_pickled(release, task):
    stream = to_layout(load_release(release, split="train", streaming=True), task)
    assert list(raw(pickle.loads(pickle.dumps(stream)))) == list(raw(stream))
    assert len(list(stream.shuffle(seed=1, buffer_size=2).take(9))) == 2


def test_a_sequence_is_a_row_a_frame(tmp_path, write_release):
    urls = [bitmap_sample(tmp_path, f"f{n}")["attributes"] for n in range(3)]
    box = shape("bbox", [[0, 0], [8, 3]], 2, track_id=4)
    item = sample("drive", None, label(frames=[{"annotations": [box]}, None, {}]), attributes={"frames": urls})
    for kind in KINDS.values():
        dataset = load_release(write_release([item], task_type="image-vector-sequence"), **kind)
        rows = [pixels(row["label"]) for row in train(to_layout(dataset, SEMANTIC))]
        assert rows == [[[2] * 8] * 3 + [[0] * 8] * 3, [[0] * 8] * 6, [[0] * 8] * 6]


@pytest.mark.parametrize("kind", KINDS)
def test_shapes(tmp_path, write_release, kind):
    shapes = [shape("bbox", [[0, 0], [8, 6]], 1, number=5), shape("polygon", [[1, 1], [3, 1], [3, 2], [1, 2]], 2)]
    release = write_release([vector_sample(tmp_path, "a", *shapes)], task_type="vector")
    dataset = load_release(release, **KINDS[kind])
    values = {SEMANTIC: (1, 2), INSTANCE: (1 + 256, 2 + 512), PANOPTIC: (1, 2)}
    for task, (first, second) in values.items():
        wanted = np.full((6, 8), first)
        wanted[1, 1:3] = second
        (row,) = train(to_layout(dataset, task))
        assert pixels(row[COLUMN[task]]) == wanted.tolist()


def test_the_real_release_in_each_layout(arc_litter, caplog):
    folder = arc_litter / "segments/festay_arc_litter/v01"
    release = arc_litter / "arc_litter-v01.json"
    dataset = load_release(release, split="train", segments_dir=folder, filter_by=["reviewed"]).select([1])
    document = {item["name"]: item for item in json.loads(release.read_text())["dataset"]["samples"]}
    done = {task: to_layout(dataset, task) for task in TASKS}
    assert [part.num_rows for part in done.values()] == [1] * 4
    assert messages(caplog) == []
    item = document[dataset["name"][0]]
    (content,) = item["labels"].values()
    objects = {part["id"]: part["category_id"] for part in content["attributes"]["annotations"]}
    file = folder / re.sub(r"\.[^.]*$", "_label_segmentation.png", item["name"])
    bitmap = np.array(datasets.Image().decode_example({"path": str(file), "bytes": None})).astype(np.int64)
    ids = bitmap[..., :3] @ [1, 256, 65536] if bitmap.ndim == 3 else bitmap
    semantic, panoptic = (np.array(done[task][0]["label"]).astype(np.int64) for task in (SEMANTIC, PANOPTIC))
    instance = np.array(done[INSTANCE][0]["annotation"])
    found = done["object-detection"][0]["objects"]
    assert found["id"] == list(objects)
    for number, (id_, category) in enumerate(objects.items(), start=1):
        here = ids == id_
        ys, xs = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
        box = [xs[0], ys[0], xs[-1] - xs[0] + 1, ys[-1] - ys[0] + 1]
        assert set(semantic[here].tolist()) == {category + 1}
        assert {tuple(pixel) for pixel in np.unique(instance[here], axis=0).tolist()} == {(category + 1, number, 0)}
        assert set((panoptic[here] @ [1, 256, 65536]).tolist()) == {id_}
        assert (found["bbox"][number - 1], found["area"][number - 1]) == (box, here.sum())
