"""Whatever is done to a dataset, and whatever its classes are called, it tells what its numbers mean."""

from __future__ import annotations

import datasets
import pytest
from layouts.mask_making import KINDS, bitmap_sample, classes, marked, through_disk, through_parquet, train

from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, id2label, label2id, load_release
from segments_hf import to_layout as lay_out
from segments_hf.errors import SegmentsHFError

NAMES = [
    "flower",
    "Blüte [x] (y)",
    "a.b/c: \"d\" 'e'",
    "unlabeled",
    "flower",
    "",
    " ",
    "dtype",
    "list",
    "null",
    "1",
    "é\n",
]
UNIQUE = [*NAMES[:4], "flower (5)", *NAMES[5:]]
CLASSES = dict(enumerate(UNIQUE))
MASK = {0: "unlabeled", **dict(enumerate(UNIQUE, 1)), 4: "unlabeled (4)"}


def through_yaml(dataset, _):
    """As the card keeps features."""
    features = datasets.Features._from_yaml_list(dataset.features._to_yaml_list())
    assert features == dataset.features
    return dataset.cast(features)


JOURNEYS = {
    "as-it-is": lambda dataset, _: dataset,
    "map": lambda dataset, _: dataset.map(lambda row: {"new": 1}),
    "select": lambda dataset, _: dataset.select([0]),
    "no-row": lambda dataset, _: dataset.select([]),
    "shuffle": lambda dataset, _: dataset.shuffle(seed=1),
    "splits": lambda dataset, _: datasets.DatasetDict({"a": dataset, "b": dataset}),
    "to-stream": lambda dataset, _: dataset.to_iterable_dataset(),
    "format": lambda dataset, _: dataset.with_format("numpy"),
    "twice": lambda dataset, _: datasets.concatenate_datasets([dataset, dataset]),
    "disk": through_disk,
    "parquet": through_parquet,
    "parquet-stream": lambda dataset, folder: through_parquet(dataset, folder, streaming=True),
    "yaml": through_yaml,
}
MADE = {
    "rows": (lambda dataset: dataset, CLASSES),
    "semantic": (add_semantic_masks, MASK),
    "ignoring": (lambda dataset: add_semantic_masks(dataset, ignore_index=255), CLASSES),
    "instance": (add_instance_masks, CLASSES),
    "panoptic": (add_panoptic_masks, CLASSES),
    "semantic-segmentation": (lambda dataset: lay_out(dataset, "semantic-segmentation"), MASK),
    "instance-segmentation": (lambda dataset: lay_out(dataset, "instance-segmentation"), MASK),
    "panoptic-segmentation": (lambda dataset: lay_out(dataset, "panoptic-segmentation"), CLASSES),
    "object-detection": (lambda dataset: lay_out(dataset, "object-detection"), CLASSES),
}


@pytest.fixture
def release(tmp_path, write_release):
    items = [bitmap_sample(tmp_path, name, [[0, 1, 2]], [marked(1), marked(2, len(NAMES))]) for name in "ab"]
    return write_release(items, **classes(*NAMES))


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
@pytest.mark.parametrize(("make", "names"), MADE.values(), ids=MADE)
def test_names_travel(release, tmp_path, journey, make, names):
    arrived = journey(make(load_release(release, split="train")), tmp_path)
    assert id2label(arrived) == names
    assert label2id(arrived) == {name: number for number, name in names.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("make", "names"), MADE.values(), ids=MADE)
def test_every_kind_tells(release, kind, make, names):
    assert id2label(make(load_release(release, **KINDS[kind]))) == names


@pytest.mark.parametrize("journey", ["as-it-is", "map", "disk", "parquet", "parquet-stream", "yaml", "to-stream"])
def test_semantic_class_to_id_travels(release, tmp_path, journey):
    laid_out = lay_out(load_release(release, split="train"), "instance-segmentation")
    rows = list(JOURNEYS[journey](laid_out, tmp_path))
    assert [row["semantic_class_to_id"] for row in rows] == [label2id(laid_out)] * 2


@pytest.mark.parametrize("journey", ["disk", "parquet", "yaml"])
def test_masks_can_be_made_after_a_journey(release, tmp_path, journey):
    arrived = JOURNEYS[journey](load_release(release, split="train"), tmp_path)
    for make, names in MADE.values():
        assert id2label(make(arrived)) == names


class TestWhichColumn:
    @pytest.fixture
    def both(self, release):
        dataset = add_semantic_masks(load_release(release, split="train"))
        return add_semantic_masks(add_panoptic_masks(dataset), column="other", ignore_index=255)

    def test_two_masks_that_differ(self, both):
        with pytest.raises(SegmentsHFError, match="column="):
            id2label(both)
        assert id2label(both, "semantic_mask") == MASK
        for column in ("other", "annotations", "segments_info"):
            assert id2label(both, column) == CLASSES

    def test_two_masks_that_agree(self, release):
        dataset = load_release(release, split="train")
        assert id2label(add_semantic_masks(add_semantic_masks(dataset), column="other", palette=False)) == MASK

    def test_a_renamed_column(self, both):
        renamed = both.remove_columns("other").rename_column("semantic_mask", "labels")
        assert id2label(renamed) == id2label(renamed, "labels") == MASK

    @pytest.mark.parametrize("column", ["image", "name", "panoptic_mask", "metadata"])
    def test_a_column_without_names(self, both, column):
        with pytest.raises(SegmentsHFError, match=column):
            id2label(both, column)

    def test_a_column_that_is_not_there(self, both):
        with pytest.raises(SegmentsHFError, match="nowhere"):
            id2label(both, "nowhere")

    @pytest.mark.parametrize("column", [None, "annotations"])
    def test_a_stream_of_unknown_features(self, release, column):
        stream = load_release(release, split="train", streaming=True).map(lambda row: {"new": 1})
        with pytest.raises(SegmentsHFError):
            id2label(stream, column)

    @pytest.mark.parametrize("thing", [None, [], {}, datasets.DatasetDict(), "release.json"], ids=repr)
    def test_what_is_no_dataset(self, thing):
        with pytest.raises(SegmentsHFError):
            id2label(thing)

    def test_a_class_label_of_the_user(self):
        label = datasets.Dataset.from_dict({"image": [None]}).add_column("annotations", [1])
        label = label.cast_column("annotations", datasets.ClassLabel(names=["x", "y"]))
        assert id2label(label, "annotations") == id2label(label) == {0: "x", 1: "y"}


@pytest.mark.parametrize("first", [0, 1, -3, 1000])
def test_category_ids_from_any_number_on(tmp_path, write_release, first):
    items = [bitmap_sample(tmp_path, "a", [[1, 2]], [marked(1, first), marked(2, first + 1)])]
    for kind in KINDS.values():
        dataset = load_release(write_release(items, **classes("x", "y", first=first)), **kind)
        assert id2label(add_semantic_masks(dataset)) == {0: "unlabeled", 1: "x", 2: "y"}
        assert id2label(add_semantic_masks(dataset, ignore_index=2)) == id2label(dataset) == {0: "x", 1: "y"}


def test_no_classes_at_all(tmp_path, write_release):
    release = write_release([bitmap_sample(tmp_path, "a", [[0, 1]])], task_attributes={"categories": []})
    for kind in KINDS.values():
        dataset = load_release(release, **kind)
        assert id2label(dataset) == {}
        assert id2label(add_semantic_masks(dataset)) == {0: "unlabeled"}
        for task in ("semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"):
            assert len(list(train(lay_out(dataset, task)))) == 1
