"""`id2label` and `label2id` return the class names of rows, masks and layouts, also for unusual names."""

from __future__ import annotations

import datasets
import pytest
from layouts.mask_making import KINDS, annotation, bitmap_sample, classes, through_disk, through_parquet, train

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
UNIQUE_NAMES = [*NAMES[:4], "flower (5)", *NAMES[5:]]
CLASS_NAMES = dict(enumerate(UNIQUE_NAMES))  # by class index
# By value in a semantic mask. The class "unlabeled" has its value in its name, because the name of 0 is "unlabeled".
MASK_NAMES = {0: "unlabeled", **dict(enumerate(UNIQUE_NAMES, 1)), 4: "unlabeled (4)"}


def through_yaml(dataset, _):
    """Write the features to YAML and read them, as `datasets` does for the card of a dataset."""
    features = datasets.Features._from_yaml_list(dataset.features._to_yaml_list())
    assert features == dataset.features
    return dataset.cast(features)


OPERATIONS = {
    "unchanged": lambda dataset, _: dataset,
    "map": lambda dataset, _: dataset.map(lambda row: {"new": 1}),
    "select": lambda dataset, _: dataset.select([0]),
    "select no row": lambda dataset, _: dataset.select([]),
    "shuffle": lambda dataset, _: dataset.shuffle(seed=1),
    "dict of splits": lambda dataset, _: datasets.DatasetDict({"a": dataset, "b": dataset}),
    "convert to a stream": lambda dataset, _: dataset.to_iterable_dataset(),
    "numpy format": lambda dataset, _: dataset.with_format("numpy"),
    "concatenate": lambda dataset, _: datasets.concatenate_datasets([dataset, dataset]),
    "disk": through_disk,
    "parquet": through_parquet,
    "stream of parquet": lambda dataset, folder: through_parquet(dataset, folder, streaming=True),
    "yaml": through_yaml,
}
DATASETS = {
    "rows": (lambda dataset: dataset, CLASS_NAMES),
    "semantic masks": (add_semantic_masks, MASK_NAMES),
    "semantic masks with ignore_index": (lambda dataset: add_semantic_masks(dataset, ignore_index=255), CLASS_NAMES),
    "instance masks": (add_instance_masks, CLASS_NAMES),
    "panoptic masks": (add_panoptic_masks, CLASS_NAMES),
    "semantic-segmentation": (lambda dataset: lay_out(dataset, "semantic-segmentation"), MASK_NAMES),
    "instance-segmentation": (lambda dataset: lay_out(dataset, "instance-segmentation"), MASK_NAMES),
    "panoptic-segmentation": (lambda dataset: lay_out(dataset, "panoptic-segmentation"), CLASS_NAMES),
    "object-detection": (lambda dataset: lay_out(dataset, "object-detection"), CLASS_NAMES),
}


@pytest.fixture
def release(tmp_path, write_release):
    items = [bitmap_sample(tmp_path, name, [[0, 1, 2]], [annotation(1), annotation(2, len(NAMES))]) for name in "ab"]
    return write_release(items, **classes(*NAMES))


@pytest.mark.each_choice(3)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize(("make", "names"), DATASETS.values(), ids=DATASETS)
def test_class_names_survive_operations_of_datasets(release, tmp_path, operation, make, names):
    dataset = operation(make(load_release(release, split="train")), tmp_path)
    assert id2label(dataset) == names
    assert label2id(dataset) == {name: number for number, name in names.items()}


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("make", "names"), DATASETS.values(), ids=DATASETS)
def test_datasets_dicts_and_streams_have_the_same_class_names(release, kind, make, names):
    assert id2label(make(load_release(release, **KINDS[kind]))) == names


@pytest.mark.parametrize(
    "operation", ["unchanged", "map", "disk", "parquet", "stream of parquet", "yaml", "convert to a stream"]
)
def test_semantic_class_to_id_survives_operations_of_datasets(release, tmp_path, operation):
    layout_rows = lay_out(load_release(release, split="train"), "instance-segmentation")
    rows = list(OPERATIONS[operation](layout_rows, tmp_path))
    assert [row["semantic_class_to_id"] for row in rows] == [label2id(layout_rows)] * 2


@pytest.mark.parametrize("operation", ["disk", "parquet", "yaml"])
def test_masks_of_stored_rows_have_the_class_names(release, tmp_path, operation):
    dataset = OPERATIONS[operation](load_release(release, split="train"), tmp_path)
    for make, names in DATASETS.values():
        assert id2label(make(dataset)) == names


class TestColumn:
    @pytest.fixture
    def dataset_with_masks(self, release):
        dataset = add_semantic_masks(load_release(release, split="train"))
        return add_semantic_masks(add_panoptic_masks(dataset), column="other", ignore_index=255)

    def test_masks_with_different_values_need_the_name_of_a_column(self, dataset_with_masks):
        with pytest.raises(SegmentsHFError, match="column="):
            id2label(dataset_with_masks)
        assert id2label(dataset_with_masks, "semantic_mask") == MASK_NAMES
        for column in ("other", "annotations", "segments_info"):
            assert id2label(dataset_with_masks, column) == CLASS_NAMES

    def test_masks_with_equal_values_need_no_name_of_a_column(self, release):
        dataset = load_release(release, split="train")
        assert id2label(add_semantic_masks(add_semantic_masks(dataset), column="other", palette=False)) == MASK_NAMES

    def test_renamed_column_keeps_its_class_names(self, dataset_with_masks):
        renamed = dataset_with_masks.remove_columns("other").rename_column("semantic_mask", "labels")
        assert id2label(renamed) == id2label(renamed, "labels") == MASK_NAMES

    @pytest.mark.parametrize("column", ["image", "name", "panoptic_mask", "metadata"])
    def test_error_names_the_column_without_class_names(self, dataset_with_masks, column):
        with pytest.raises(SegmentsHFError, match=column):
            id2label(dataset_with_masks, column)

    def test_error_names_the_unknown_column(self, dataset_with_masks):
        with pytest.raises(SegmentsHFError, match="nowhere"):
            id2label(dataset_with_masks, "nowhere")

    @pytest.mark.parametrize("column", [None, "annotations"])
    def test_stream_without_features_is_refused(self, release, column):
        stream = load_release(release, split="train", streaming=True).map(lambda row: {"new": 1})
        with pytest.raises(SegmentsHFError):
            id2label(stream, column)

    @pytest.mark.parametrize("value", [None, [], {}, datasets.DatasetDict(), "release.json"], ids=repr)
    def test_value_that_is_not_a_dataset_is_refused(self, value):
        with pytest.raises(SegmentsHFError):
            id2label(value)

    def test_dataset_without_class_names_is_refused(self, dataset_with_masks):
        with pytest.raises(SegmentsHFError, match="no column"):
            id2label(dataset_with_masks.select_columns(["image", "name"]))

    def test_class_label_of_the_user_is_read(self):
        rows = datasets.Dataset.from_dict({"image": [None]}).add_column("annotations", [1])
        rows = rows.cast_column("annotations", datasets.ClassLabel(names=["x", "y"]))
        assert id2label(rows, "annotations") == id2label(rows) == {0: "x", 1: "y"}


@pytest.mark.parametrize("first_id", [0, 1, -3, 1000])
def test_class_indices_start_at_0_for_any_category_ids(tmp_path, write_release, first_id):
    items = [bitmap_sample(tmp_path, "a", [[1, 2]], [annotation(1, first_id), annotation(2, first_id + 1)])]
    for kind in KINDS.values():
        dataset = load_release(write_release(items, **classes("x", "y", first_id=first_id)), **kind)
        assert id2label(add_semantic_masks(dataset)) == {0: "unlabeled", 1: "x", 2: "y"}
        assert id2label(add_semantic_masks(dataset, ignore_index=2)) == id2label(dataset) == {0: "x", 1: "y"}


def test_release_without_categories_has_no_class_names(tmp_path, write_release):
    release = write_release([bitmap_sample(tmp_path, "a", [[0, 1]])], task_attributes={"categories": []})
    for kind in KINDS.values():
        dataset = load_release(release, **kind)
        assert id2label(dataset) == {}
        assert id2label(add_semantic_masks(dataset)) == {0: "unlabeled"}
        for task in ("semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"):
            assert len(list(train(lay_out(dataset, task)))) == 1
