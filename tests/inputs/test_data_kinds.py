"""Every public function that takes data accepts every kind of data, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import jpeg, label, sample

import segments_hf
from segments_hf import load_release
from segments_hf.demo import demo_release
from segments_hf.errors import AssetError, OptionError, SegmentsHFError

from .data_kinds import FUNCTIONS, KINDS, RELEASES, demo_dataset, demo_stream, rows_of


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """Return a dict in which tests keep the result of each function for the path of the demo release."""
    return {}


@pytest.mark.each_choice(4)
@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_returns_the_same_for_every_kind_of_data(
    function: str, kind: str, expected: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    call = FUNCTIONS[function]
    if function not in expected:
        expected[function] = call(demo_release(), tmp_path / "expected")
    assert call(KINDS[kind](request.getfixturevalue), tmp_path / "got") == expected[function]


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("kind", RELEASES)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_load_release_returns_the_same_for_every_kind_of_release(
    kind: str, streaming: bool, request: pytest.FixtureRequest
) -> None:
    loaded = load_release(RELEASES[kind](request.getfixturevalue), streaming=streaming)
    assert list(loaded) == ["train"]
    assert [row["name"] for row in rows_of(loaded)] == [row["name"] for row in demo_dataset()]


@pytest.mark.parametrize(
    ("make", "expected_type"),
    [
        (demo_release, datasets.DatasetDict),
        (lambda: {"train": demo_dataset(), "test": demo_dataset()}, datasets.DatasetDict),
        (lambda: {"train": demo_stream()}, datasets.IterableDatasetDict),
        (demo_dataset, datasets.Dataset),
        (demo_stream, datasets.IterableDataset),
    ],
    ids=["release", "dict of datasets", "dict of streams", "dataset", "stream"],
)
def test_type_of_masks_and_layouts_follows_from_the_kind_of_data(make: Callable[[], Any], expected_type: type) -> None:
    data = make()
    assert type(segments_hf.add_semantic_masks(data)) is expected_type
    layout = segments_hf.to_layout(data, "semantic-segmentation")
    assert type(layout) is expected_type
    if isinstance(data, dict):
        assert list(layout) == list(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "got int"),
        ({}, "empty dict"),
        ({"train": 3}, "got int as split 'train'"),
        (lambda: {"train": demo_dataset(), "test": demo_release()}, "releases"),
        (lambda: {"train": datasets.DatasetDict(train=demo_dataset())}, "got DatasetDict as split 'train'"),
    ],
    ids=["number", "empty dict", "dict of numbers", "dict of a dataset and a release", "dict of dicts"],
)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_refuses_other_kinds_of_data(data: Any, message: str, function: str, tmp_path: Path) -> None:
    with pytest.raises(SegmentsHFError, match=message):
        FUNCTIONS[function](data() if callable(data) else data, tmp_path)


def test_layout_of_a_release_applies_on_error_to_a_missing_image(write_release: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    box = label(annotations=[{"id": 1, "category_id": 1, "type": "bbox", "points": [[1, 1], [3, 3]]}])
    release = write_release([sample("a", "a.jpg", box), sample("b", "missing.jpg", box)], task_type="bboxes")
    with pytest.raises(AssetError, match=r"missing\.jpg"):
        segments_hf.to_layout(release, "object-detection")
    for on_error in ("skip", "keep"):
        assert len(segments_hf.to_layout(release, "object-detection", on_error=on_error)["train"]) == 1


def test_masks_of_a_dict_with_datasets_and_streams_raise_option_error() -> None:
    with pytest.raises(OptionError, match="datasets.*streams"):
        segments_hf.add_semantic_masks({"train": demo_dataset(), "test": demo_stream()})
