"""A dataset keeps the categories of its release when `datasets` changes, saves or loads it."""

from __future__ import annotations

import datasets
import pytest

import segments_hf
from dataset.making import sample
from segments_hf.errors import ReleaseError, SegmentsHFError

CATEGORIES = [
    {"id": 7, "name": "Blüte [x]", "color": [255, 0, 0, 128], "has_instances": True},
    {"id": 0, "name": "leaf", "color": [0, 0.5, 1], "has_instances": False},
    {"id": 3, "name": "leaf"},
]
# The id, name, color and has_instances of each category, in the order of the ids.
EXPECTED_FIELDS = [
    (0, "leaf", (0, 0.5, 1), False),
    (3, "leaf", None, None),
    (7, "Blüte [x]", (255, 0, 0, 128), True),
]


def through_disk(dataset, folder):
    """Save a dataset to disk and load it."""
    dataset.save_to_disk(folder / "saved")
    return datasets.load_from_disk(folder / "saved")


def through_parquet(dataset, folder):
    """Write a dataset to Parquet and load it."""
    dataset.to_parquet(folder / "rows.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train")


OPERATIONS = {
    "unchanged": lambda dataset, _: dataset,
    "map": lambda dataset, _: dataset.map(lambda row: {"name": row["name"] + "!"}),
    "batched map": lambda dataset, _: dataset.map(lambda rows: {"new": rows["name"]}, batched=True),
    "select": lambda dataset, _: dataset.select([1]),
    "filter": lambda dataset, _: dataset.filter(lambda row: row["name"] == "a"),
    "shuffle": lambda dataset, _: dataset.shuffle(seed=1),
    "split": lambda dataset, _: dataset.train_test_split(0.5, seed=1),
    "rename": lambda dataset, _: dataset.rename_column("name", "file_name"),
    "remove": lambda dataset, _: dataset.remove_columns(["name", "metadata"]),
    "concatenate": lambda dataset, _: datasets.concatenate_datasets([dataset, dataset]),
    "convert to a stream": lambda dataset, _: dataset.to_iterable_dataset(),
    "save to disk": through_disk,
    "parquet": through_parquet,
    "map, disk and parquet": lambda d, folder: through_parquet(through_disk(d.map(lambda _: {"n": 1}), folder), folder),
}


@pytest.fixture
def release(write_release):
    return write_release([sample("a"), sample("b")], task_attributes={"categories": CATEGORIES})


def category_fields(dataset):
    return [(item.id, item.name, item.color, item.has_instances) for item in segments_hf.categories(dataset)]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_categories_survive_operations_of_datasets(release, operation, tmp_path):
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    assert category_fields(OPERATIONS[operation](dataset, tmp_path)) == EXPECTED_FIELDS


@pytest.mark.parametrize("options", [{}, {"streaming": True}, {"split": "train", "streaming": True}], ids=str)
def test_dicts_of_splits_and_streams_have_the_categories_of_the_release(release, options):
    assert category_fields(segments_hf.load_release(release, load_assets=False, **options)) == EXPECTED_FIELDS


def test_class_indices_are_in_the_order_of_category_ids(release):
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    feature = dataset.features["annotations"]
    annotation = feature[0] if isinstance(feature, list) else feature.feature
    assert annotation["category"].names == ["leaf", "leaf (3)", "Blüte [x]"]


CATEGORY_ONE, CATEGORY_TWO = {"id": 1, "name": "one"}, {"id": 2, "name": "two"}


@pytest.fixture
def write_release_with_categories(write_release, tmp_path):
    """Return a function that writes a release with one sample and the given categories."""

    def write(name, *categories):
        return write_release([sample(name)], path=tmp_path / name, task_attributes={"categories": list(categories)})

    return write


def test_categories_of_several_releases_are_merged(write_release_with_categories):
    releases = {
        "train": write_release_with_categories("a", CATEGORY_ONE),
        "test": write_release_with_categories("b", CATEGORY_TWO, CATEGORY_ONE),
    }
    merged = segments_hf.categories(segments_hf.load_release(releases, load_assets=False))
    assert [item.name for item in merged] == ["one", "two"]


def test_load_release_refuses_releases_with_two_names_for_one_category_id(write_release_with_categories):
    releases = {
        "train": write_release_with_categories("a", CATEGORY_ONE),
        "val": write_release_with_categories("b", {"id": 1, "name": "other"}),
    }
    with pytest.raises(ReleaseError, match=r"category id 1 .*'other'.*'one'"):
        segments_hf.load_release(releases, load_assets=False)


@pytest.mark.parametrize(
    "columns",
    [{"a": [1]}, {"image": [1]}, {"image": ["x"], "annotations": [[]]}],
    ids=["no image column", "image column of integers", "image column of strings"],
)
def test_categories_refuses_dataset_that_is_not_from_segments_hf(columns):
    with pytest.raises(SegmentsHFError, match="categories"):
        segments_hf.categories(datasets.Dataset.from_dict(columns))


@pytest.mark.parametrize("text", ["", "pictures", "{}", "[1]", '[{"id": 1}]'], ids=repr)
def test_categories_refuses_image_column_without_categories(text):
    features = datasets.Features({"image": datasets.Image(id=text)})
    with pytest.raises(SegmentsHFError, match="load_release"):
        segments_hf.categories(datasets.Dataset.from_dict({"image": [None]}, features=features))


def test_categories_refuses_stream_without_features():
    stream = datasets.IterableDataset.from_generator(lambda: iter([{"a": 1}]))
    with pytest.raises(SegmentsHFError, match="categories"):
        segments_hf.categories(stream)
