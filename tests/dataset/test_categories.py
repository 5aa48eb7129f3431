"""The categories travel with a dataset, whatever is done to it."""

from __future__ import annotations

import datasets
import pytest

import segments_hf
from segments_hf.errors import ReleaseError, SegmentsHFError

from .making import sample

CATEGORIES = [
    {"id": 7, "name": "Blüte [x]", "color": [255, 0, 0, 128], "has_instances": True},
    {"id": 0, "name": "leaf", "color": [0, 0.5, 1], "has_instances": False},
    {"id": 3, "name": "leaf"},
]
WANTED = [
    (0, "leaf", (0, 0.5, 1), False),
    (3, "leaf", None, None),
    (7, "Blüte [x]", (255, 0, 0, 128), True),
]


def through_disk(dataset, folder):
    dataset.save_to_disk(folder / "saved")
    return datasets.load_from_disk(folder / "saved")


def through_parquet(dataset, folder):
    dataset.to_parquet(folder / "rows.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train")


JOURNEYS = {
    "as-it-is": lambda dataset, _: dataset,
    "map": lambda dataset, _: dataset.map(lambda row: {"name": row["name"] + "!"}),
    "map-batched": lambda dataset, _: dataset.map(lambda rows: {"new": rows["name"]}, batched=True),
    "select": lambda dataset, _: dataset.select([1]),
    "filter": lambda dataset, _: dataset.filter(lambda row: row["name"] == "a"),
    "shuffle": lambda dataset, _: dataset.shuffle(seed=1),
    "split": lambda dataset, _: dataset.train_test_split(0.5, seed=1),
    "rename": lambda dataset, _: dataset.rename_column("name", "file_name"),
    "remove": lambda dataset, _: dataset.remove_columns(["name", "metadata"]),
    "concatenate": lambda dataset, _: datasets.concatenate_datasets([dataset, dataset]),
    "to-stream": lambda dataset, _: dataset.to_iterable_dataset(),
    "disk": through_disk,
    "parquet": through_parquet,
    "map-disk-parquet": lambda d, folder: through_parquet(through_disk(d.map(lambda _: {"n": 1}), folder), folder),
}


@pytest.fixture
def release(write_release):
    return write_release([sample("a"), sample("b")], task_attributes={"categories": CATEGORIES})


def traveled(dataset):
    return [(item.id, item.name, item.color, item.has_instances) for item in segments_hf.categories(dataset)]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_categories_travel(release, journey, tmp_path):
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    assert traveled(JOURNEYS[journey](dataset, tmp_path)) == WANTED


@pytest.mark.parametrize("options", [{}, {"streaming": True}, {"split": "train", "streaming": True}], ids=str)
def test_categories_of_dicts_and_streams(release, options):
    dataset = segments_hf.load_release(release, load_assets=False, **options)
    assert traveled(dataset) == WANTED
    assert traveled(segments_hf.load_release(release, load_assets=False)) == WANTED


def test_the_place_of_a_category_is_its_class_index(release):
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    feature = dataset.features["annotations"]
    inner = feature[0] if isinstance(feature, list) else feature.feature
    assert inner["category"].names == ["leaf", "leaf (3)", "Blüte [x]"]


def test_categories_of_several_releases(write_release, tmp_path):
    def write(name, *categories):
        return write_release([sample(name)], path=tmp_path / name, task_attributes={"categories": list(categories)})

    one, two = {"id": 1, "name": "one"}, {"id": 2, "name": "two"}
    both = {"train": write("a", one), "test": write("b", two, one)}
    assert [item.name for item in segments_hf.categories(segments_hf.load_release(both, load_assets=False))] == [
        "one",
        "two",
    ]
    with pytest.raises(ReleaseError, match=r"category 1 as 'other'.*'one'"):
        segments_hf.load_release({**both, "val": write("c", {"id": 1, "name": "other"})}, load_assets=False)


@pytest.mark.parametrize(
    "columns", [{"a": [1]}, {"image": [1]}, {"image": ["x"], "annotations": [[]]}], ids=["none", "int", "string"]
)
def test_a_dataset_of_others(columns):
    with pytest.raises(SegmentsHFError, match="categories"):
        segments_hf.categories(datasets.Dataset.from_dict(columns))


@pytest.mark.parametrize("text", ["", "pictures", "{}", "[1]", '[{"id": 1}]'], ids=repr)
def test_an_image_column_of_others(text):
    features = datasets.Features({"image": datasets.Image(id=text)})
    with pytest.raises(SegmentsHFError, match="load_release"):
        segments_hf.categories(datasets.Dataset.from_dict({"image": [None]}, features=features))


def test_a_stream_without_features():
    stream = datasets.IterableDataset.from_generator(lambda: iter([{"a": 1}]))
    with pytest.raises(SegmentsHFError, match="categories"):
        segments_hf.categories(stream)
