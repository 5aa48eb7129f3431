"""Each kind of data that the public functions accept, and a call of each public function that accepts data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import numpy as np

import segments_hf
from segments_hf import Release, load_release
from segments_hf.demo import demo_release

REPO = "jane/flowers"


def sdk_release(url: str) -> Any:
    """Return an object like `segments.typing.Release` of the official SDK, with the URL of the release file."""
    return SimpleNamespace(name="v1.0", status="SUCCEEDED", attributes=SimpleNamespace(url=url))


def demo_dataset() -> datasets.Dataset:
    return load_release(demo_release(), split="train")


def demo_stream() -> datasets.IterableDataset:
    return load_release(demo_release(), split="train", streaming=True)


# For each kind, a function that returns the demo release. Its argument is a function that returns a fixture by name.
RELEASES: dict[str, Callable[[Any], Any]] = {
    "path": lambda fixture: demo_release(),
    "path as text": lambda fixture: str(demo_release()),
    "URL": lambda fixture: fixture("url"),
    "reference": lambda fixture: fixture("reference"),
    "Release": lambda fixture: Release.open(demo_release()),
    "Release from a URL": lambda fixture: Release.open(fixture("url")),
    "release of the SDK": lambda fixture: sdk_release(fixture("url")),
    "dict of paths": lambda fixture: {"train": demo_release()},
    "dict of Releases": lambda fixture: {"train": Release.open(demo_release())},
    "dict of releases of the SDK": lambda fixture: {"train": sdk_release(fixture("url"))},
}
# For each kind, a function that loads the demo release as data of this kind.
DATASETS: dict[str, Callable[[Any], Any]] = {
    "Dataset": lambda fixture: demo_dataset(),
    "DatasetDict": lambda fixture: datasets.DatasetDict(train=demo_dataset()),
    "dict of datasets": lambda fixture: {"train": demo_dataset()},
    "IterableDataset": lambda fixture: demo_stream(),
    "IterableDatasetDict": lambda fixture: load_release(demo_release(), streaming=True),
    "dict of streams": lambda fixture: {"train": demo_stream()},
}
KINDS = RELEASES | DATASETS


def rows_of(dataset: Any) -> list[dict[str, Any]]:
    """Return the rows of a dataset, or of the split `train` of a dict."""
    return list(dataset["train"] if isinstance(dataset, dict) else dataset)


def pixels_of(dataset: Any, column: str) -> list[Any]:
    """Return the pixels and the size of the mask of each row; None for a row without a mask."""
    return [row[column] and (np.asarray(row[column]).tobytes(), row[column].size) for row in rows_of(dataset)]


def push(data: Any, folder: Path) -> Any:
    """Push data, and return the name and the number of annotations of each row on the Hub, by split."""
    segments_hf.push_to_hub(data, REPO)
    pushed = datasets.load_dataset(REPO)
    return {name: [(row["name"], len(row["annotations"] or ())) for row in rows] for name, rows in pushed.items()}


def export(data: Any, folder: Path) -> Any:
    result = segments_hf.export_dataset(data, "coco", folder)
    return (
        result.images,
        result.objects,
        json.loads((folder / "annotations/instances_train.json").read_text())["images"],
    )


def preview(data: Any, folder: Path) -> Any:
    page = segments_hf.preview(data, folder / "preview.html").read_text()
    return [page.count(f'"meadow_0{number}.jpg"') for number in range(1, 9)]


def validate(data: Any, folder: Path) -> Any:
    report = segments_hf.validate(data, assets=True)
    return report.samples, report.findings, report.unlabeled_share


def plot(data: Any, folder: Path) -> Any:
    return [[axes.get_title() for axes in segments_hf.plot(data, index=index).axes] for index in (0, 3)]


# For each public function, a function that calls it with data and the folder of its output. The returned values of two
# calls are equal if the public function did the same for both.
FUNCTIONS: dict[str, Callable[[Any, Path], Any]] = {
    "to_layout": lambda data, _: [row["objects"] for row in rows_of(segments_hf.to_layout(data, "object-detection"))],
    "add_semantic_masks": lambda data, _: pixels_of(segments_hf.add_semantic_masks(data), "semantic_mask"),
    "add_instance_masks": lambda data, _: pixels_of(segments_hf.add_instance_masks(data), "instance_mask"),
    "add_panoptic_masks": lambda data, _: pixels_of(segments_hf.add_panoptic_masks(data), "panoptic_mask"),
    "push_to_hub": push,
    "export_dataset": export,
    "validate": validate,
    "stats": lambda data, _: segments_hf.stats(data, assets=True).classes,
    "preview": preview,
    "contact_sheet": lambda data, _: segments_hf.contact_sheet(data).tobytes(),
    "plot": plot,
    "categories": lambda data, _: [item.name for item in segments_hf.categories(data)],
    "id2label": lambda data, _: segments_hf.id2label(data),
    "label2id": lambda data, _: segments_hf.label2id(data),
}
