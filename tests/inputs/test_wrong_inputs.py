"""Data of a wrong kind and options of a wrong type raise errors of segments-hf."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import sample

import segments_hf
from segments_hf import OptionError, Release, ReleaseError, SegmentsHFError, load_release
from segments_hf.demo import demo_release

RELEASE_CONTENT = json.loads(demo_release().read_text("utf-8"))
OTHER_DATASET = datasets.Dataset.from_dict({"a": [1]})  # not made by segments-hf

WRONG_DATA: dict[str, Any] = {
    "None": None,
    "number": 3,
    "bytes": b"{}",
    "list of numbers": [1],
    "list of paths": [demo_release()],
    "list of datasets": [OTHER_DATASET],
    "empty text": "",
    "folder": Path(__file__).parent,
    "missing file": "missing.json",
    "content of a release file": RELEASE_CONTENT,
    "content of a release as a split": {"train": RELEASE_CONTENT},
    "no splits": {},
    "split of None": {"train": None},
    "another dataset": OTHER_DATASET,
    "splits of another dataset": datasets.DatasetDict(train=OTHER_DATASET),
    "stream of unknown columns": datasets.IterableDataset.from_generator(lambda: iter([{"a": 1}])),
    "release beside a dataset": {"train": demo_release(), "test": OTHER_DATASET},
    "generator of text": (line for line in ["{"]),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "load_release": load_release,
    "load_release, streaming": lambda data: load_release(data, streaming=True),
    "Release.open": Release.open,
    "to_layout": lambda data: segments_hf.to_layout(data, "semantic-segmentation"),
    "add_semantic_masks": segments_hf.add_semantic_masks,
    "add_instance_masks": segments_hf.add_instance_masks,
    "add_panoptic_masks": segments_hf.add_panoptic_masks,
    "push_to_hub": lambda data: segments_hf.push_to_hub(data, "jane/flowers", layout="semantic-segmentation"),
    "export_dataset": lambda data: segments_hf.export_dataset(data, "coco", "out"),
    "validate": segments_hf.validate,
    "stats": segments_hf.stats,
    "preview": lambda data: segments_hf.preview(data, "page.html"),
    "contact_sheet": segments_hf.contact_sheet,
    "plot": segments_hf.plot,
    "id2label": segments_hf.id2label,
    "label2id": segments_hf.label2id,
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("kind", WRONG_DATA)
def test_wrong_data_raises_segments_hf_error_and_writes_nothing(
    function: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SegmentsHFError):
        FUNCTIONS[function](WRONG_DATA[kind])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("function", ["load_release", "validate", "plot"])
def test_error_for_the_content_of_a_release_asks_for_its_path(function: str) -> None:
    with pytest.raises(SegmentsHFError, match="path"):
        FUNCTIONS[function](RELEASE_CONTENT)


@pytest.mark.parametrize("function", ["plot", "contact_sheet", "validate"])
def test_error_for_a_missing_release_names_its_path(function: str) -> None:
    with pytest.raises(ReleaseError, match=r"missing\.json"):
        FUNCTIONS[function]("missing.json")


@pytest.mark.parametrize(
    "load",
    [
        load_release,
        lambda release, **options: datasets.load_dataset("segments_release", data_files=str(release), **options),
    ],
    ids=["load_release", "load_dataset"],
)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize("split", ["test", "train[:2]+test"])
def test_error_for_an_unknown_split_lists_the_splits(load: Any, streaming: bool, split: str) -> None:
    with pytest.raises(OptionError, match="'train'"):
        load(demo_release(), split=split, streaming=streaming)


@pytest.mark.parametrize(
    ("option", "call"),
    [
        ("limit", lambda: segments_hf.validate(demo_release(), limit="3")),
        ("limit", lambda: segments_hf.contact_sheet(demo_release(), limit=1.5)),
        ("index", lambda: segments_hf.plot(demo_release(), index=None)),
        ("size", lambda: segments_hf.preview(demo_release(), "page.html", size="large")),
    ],
    ids=["validate", "contact_sheet", "plot", "preview"],
)
def test_option_of_a_wrong_type_raises_error_that_names_the_option(option: str, call: Callable[[], Any]) -> None:
    with pytest.raises(OptionError, match=option):
        call()


def test_export_of_a_split_without_rows_raises_option_error(tmp_path: Path) -> None:
    empty = load_release(demo_release(), split="train").select([])
    with pytest.raises(OptionError, match="'train'"):
        segments_hf.export_dataset(empty, "coco", tmp_path / "out")


@pytest.mark.parametrize("of", [[1], [OTHER_DATASET], 3], ids=["list of numbers", "list of datasets", "number"])
def test_wrong_source_of_class_names_raises_segments_hf_error(of: Any) -> None:
    row = load_release(demo_release(), split="train")[0]
    with pytest.raises(SegmentsHFError):
        segments_hf.plot(row, of=of)


def test_categories_of_a_dataset_equal_those_of_its_release(write_release: Any, tmp_path: Path) -> None:
    attributes = [{"name": "open", "input_type": "select", "options": ["yes", "no"], "link": "//j:secret@host/a?b=1"}]
    release_categories = [
        {"id": 4, "name": "door", "color": [1, 2, 3], "has_instances": True, "attributes": attributes},
        {"id": 2, "name": "wall"},
    ]
    path = write_release([sample("a")], task_attributes={"format_version": "0.1", "categories": release_categories})
    rows = load_release(path, split="train", load_assets=False)
    rows.save_to_disk(tmp_path / "saved")
    expected = Release.open(path).categories
    assert [category.attributes and category.attributes[0]["options"] for category in expected] == [None, ["yes", "no"]]
    assert segments_hf.categories(rows) == expected
    assert segments_hf.categories(datasets.load_from_disk(tmp_path / "saved")) == expected
    assert "secret" not in str(expected)


@pytest.mark.parametrize(
    "layout", ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]
)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_error_for_a_dataset_in_a_layout_names_the_layout(layout: str, streaming: bool, tmp_path: Path) -> None:
    rows = segments_hf.load_release(demo_release(), split="train", streaming=streaming)
    layout_rows = segments_hf.to_layout(rows, layout)
    functions: list[Callable[[], Any]] = [
        lambda: segments_hf.validate(layout_rows),
        lambda: segments_hf.preview(layout_rows, tmp_path / "page.html"),
        lambda: segments_hf.export_dataset(layout_rows, "coco", tmp_path / "coco"),
        lambda: segments_hf.to_layout(layout_rows, layout),
        lambda: segments_hf.add_semantic_masks(layout_rows),
    ]
    for function in functions:
        with pytest.raises(SegmentsHFError, match=f"{layout}.*to_layout"):
            function()
    assert list(tmp_path.iterdir()) == []
