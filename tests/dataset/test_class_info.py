"""The names of the numbers travel with the features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from layouts.test_masks import bitmap_label, written

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import SegmentsHFError

MASK = {0: "unlabeled", 1: "flower", 2: "leaf"}
CLASSES = {0: "flower", 1: "leaf"}
LAYOUTS = {
    "semantic-segmentation": MASK,
    "instance-segmentation": MASK,
    "panoptic-segmentation": CLASSES,
    "object-detection": CLASSES,
}


def from_parquet(rows: Any, folder: Path) -> Any:
    rows.to_parquet(folder / "rows.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train")


def from_disk(rows: Any, folder: Path) -> Any:
    rows.save_to_disk(folder / "rows")
    return datasets.load_from_disk(folder / "rows")


def from_card(rows: Any, folder: Path) -> Any:
    features = datasets.Features._from_yaml_list(rows.features._to_yaml_list())
    return datasets.Dataset.from_dict({name: [] for name in features}, features=features)


@pytest.mark.parametrize(
    "travel",
    [
        pytest.param(lambda rows, folder: rows, id="at once"),
        pytest.param(lambda rows, folder: rows.map(lambda row: {"more": 1}), id="map"),
        pytest.param(lambda rows, folder: rows.select([0]).shuffle(seed=0), id="select"),
        pytest.param(lambda rows, folder: datasets.DatasetDict({"train": rows}), id="a dict of splits"),
        pytest.param(from_disk, id="save_to_disk"),
        pytest.param(from_parquet, id="parquet"),
        pytest.param(from_card, id="the card's YAML"),
    ],
)
@pytest.mark.parametrize(("task", "names"), [(None, CLASSES), *LAYOUTS.items()])
def test_names_travel(travel: Any, task: str | None, names: dict[int, str], tmp_path: Path) -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    made = travel(segments_hf.to_layout(rows, task) if task else rows, tmp_path)
    assert segments_hf.id2label(made) == names
    assert segments_hf.label2id(made) == {name: number for number, name in names.items()}


def test_a_mask_tells_what_its_numbers_are() -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    both = segments_hf.add_semantic_masks(
        segments_hf.add_semantic_masks(rows), column="no_background", ignore_index=255
    )
    assert segments_hf.id2label(both, "semantic_mask") == MASK
    assert segments_hf.id2label(both, "no_background") == segments_hf.id2label(both, "annotations") == CLASSES
    with pytest.raises(SegmentsHFError, match="column="):
        segments_hf.id2label(both)


@pytest.mark.parametrize("names", [["unlabeled", "b"], ["b", "b"], ["crème.brûlée [x]", ""]], ids=str)
def test_names_are_told_apart(write_release: Any, tmp_path: Path, names: list[str]) -> None:
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    release = write_release(written(tmp_path, bitmap_label(tmp_path)), task_attributes={"categories": categories})
    made = segments_hf.to_layout(segments_hf.load_release(release, split="train"), "instance-segmentation")
    for rows in (made, from_disk(made, tmp_path), from_parquet(made, tmp_path)):
        assert sorted(rows[0]["semantic_class_to_id"].values()) == [0, 1, 2]
        assert rows[0]["semantic_class_to_id"] == segments_hf.label2id(rows)


def test_what_has_no_names_is_an_error() -> None:
    rows = segments_hf.load_release(demo_release(), split="train")
    with pytest.raises(SegmentsHFError, match="column 'width'"):
        segments_hf.id2label(rows, "width")
    with pytest.raises(SegmentsHFError, match="no column"):
        segments_hf.id2label(rows.select_columns(["image", "name"]))
