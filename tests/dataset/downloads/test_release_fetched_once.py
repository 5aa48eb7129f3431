"""Functions that take the URL of a release request its file once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from hub import conftest as hub_conftest

import segments_hf
from dataset.making import served_samples
from segments_hf import Release, load_release

hub = hub_conftest.hub  # a fixture

FILE = "/release.json"


@pytest.fixture
def url(server: Any, write_release: Any) -> str:
    return server.url(FILE, write_release(served_samples(server, 4)).read_bytes())


def assert_four_rows(stream: Any) -> None:
    assert len(list(stream)) == 4


FUNCTIONS: dict[str, Callable[[Any, Path], Any]] = {
    "load_release": lambda release, _: load_release(release),
    "load_release, streaming": lambda release, _: assert_four_rows(
        load_release(release, split="train", streaming=True)
    ),
    "load_release, splits": lambda release, _: load_release(release, splits={"train": 0.5, "test": 0.5}),
    "to_layout": lambda release, _: segments_hf.to_layout(release, "semantic-segmentation"),
    "add_semantic_masks": lambda release, _: segments_hf.add_semantic_masks(release),
    "categories": lambda release, _: segments_hf.categories(release),
    "id2label": lambda release, _: segments_hf.id2label(release),
    "validate": lambda release, _: segments_hf.validate(release, assets=True),
    "stats": lambda release, _: segments_hf.stats(release, assets=True),
    "preview": lambda release, folder: segments_hf.preview(release, folder / "preview.html"),
    "contact_sheet": lambda release, _: segments_hf.contact_sheet(release),
    "plot": lambda release, _: segments_hf.plot(release, index=1),
    "export_dataset": lambda release, folder: segments_hf.export_dataset(release, "coco", folder / "out"),
    "export_dataset, links": lambda release, folder: segments_hf.export_dataset(
        release, "coco", folder / "out", images="link"
    ),
    "push_to_hub": lambda release, _: segments_hf.push_to_hub(release, "jane/flowers"),
    "push_to_hub, layout": lambda release, _: segments_hf.push_to_hub(
        release, "jane/flowers", layout="object-detection"
    ),
}


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("is_open", [False, True], ids=["URL", "Release"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_fetches_the_release_once(
    name: str, is_open: bool, url: str, server: Any, tmp_path: Path
) -> None:
    FUNCTIONS[name](Release.open(url) if is_open else url, tmp_path)
    assert server.requests[FILE] == 1


@pytest.mark.parametrize("streaming", [False, True])
def test_load_dataset_fetches_the_release_once(url: str, server: Any, streaming: bool) -> None:
    datasets.load_dataset_builder("text", data_files=url)
    checks = server.requests.pop(FILE)  # for every builder, `datasets` requests the file to check that it exists
    rows = datasets.load_dataset("segments_release", data_files=url, split="train", streaming=streaming)
    assert_four_rows(rows)
    assert server.requests[FILE] == checks + 1


def test_load_release_reads_a_changed_release_again(url: str, server: Any, write_release: Any) -> None:
    assert len(load_release(url, split="train")) == 4
    server.url(FILE, write_release(served_samples(server, 2)).read_bytes())
    assert len(load_release(url, split="train")) == 2
