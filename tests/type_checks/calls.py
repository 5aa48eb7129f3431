"""Common calls and the types of their results. `test_types.py` runs mypy and pyright on this file; no test calls it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict
from matplotlib.figure import Figure
from PIL.Image import Image
from typing_extensions import assert_type

import segments_hf
from segments_hf import Category, Finding, Release, Report, Sample, Stats, load_release


def loading(path: Path, release: Release, split: str, streaming: bool) -> None:
    """Check the type that `load_release` returns for each form of a release and for its options."""
    assert_type(load_release("flowers.json", split="train"), Dataset)
    assert_type(load_release(path, split=split, streaming=False, num_proc=2), Dataset)
    assert_type(load_release(release), DatasetDict)
    assert_type(load_release({"train": "a.json", "test": "b.json"}), DatasetDict)
    assert_type(load_release({"train": release}, streaming=True), IterableDatasetDict)
    assert_type(load_release(path, split="train", streaming=True), IterableDataset)
    assert_type(load_release(path, splits={"train": 0.8, "test": 0.2}, filter_by="reviewed", timeout=60), DatasetDict)
    assert_type(load_release(path, splits={"a": 0.5, "b": 0.5}, exact=True, split_by="metadata:scene"), DatasetDict)
    assert_type(load_release(path)["train"], Dataset)
    load_release(path, split=split, streaming=streaming).with_format("numpy")  # one of the four types of datasets


def columns(
    rows: Dataset,
    stream: IterableDataset,
    splits: DatasetDict,
    streams: IterableDatasetDict,
    dict_of_rows: dict[str, Dataset],
    dict_of_streams: Mapping[str, IterableDataset],
) -> None:
    """Check the types that `to_layout` and the functions that add masks return for each kind of data."""
    assert_type(segments_hf.to_layout(rows, "semantic-segmentation", ignore_index=255), Dataset)
    assert_type(segments_hf.to_layout(rows, "semantic-segmentation", palette=False), Dataset)
    assert_type(segments_hf.to_layout(streams, "semantic-segmentation", palette=False), IterableDatasetDict)
    assert_type(segments_hf.to_layout("flowers.json", "semantic-segmentation", palette=False), DatasetDict)
    assert_type(segments_hf.to_layout(stream, "object-detection"), IterableDataset)
    assert_type(segments_hf.to_layout(splits, "object-detection"), DatasetDict)
    assert_type(segments_hf.to_layout(streams, "object-detection"), IterableDatasetDict)
    assert_type(segments_hf.to_layout(dict_of_rows, "object-detection"), DatasetDict)
    assert_type(segments_hf.to_layout(dict_of_streams, "object-detection"), IterableDatasetDict)
    assert_type(segments_hf.to_layout("flowers.json", "object-detection"), DatasetDict)
    assert_type(segments_hf.to_layout(load_release("a.json", split="train"), "panoptic-segmentation"), Dataset)
    assert_type(segments_hf.add_semantic_masks(rows, palette=False), Dataset)
    assert_type(segments_hf.add_semantic_masks({"train": "flowers.json"}), DatasetDict)
    assert_type(segments_hf.add_instance_masks(stream), IterableDataset)
    assert_type(segments_hf.add_panoptic_masks(streams), IterableDatasetDict)
    assert_type(segments_hf.add_panoptic_masks(dict_of_rows, num_proc=2), DatasetDict)


def results(rows: Dataset, path: Path, row: dict[str, Any]) -> None:
    """Check the types that the other functions return."""
    assert_type(segments_hf.validate(path, assets=True, filter_by="labeled"), Report)
    assert_type(segments_hf.validate(rows).findings, list[Finding])
    assert_type(segments_hf.stats(rows), Stats)
    assert_type(segments_hf.stats(rows).objects, int)
    assert_type(segments_hf.preview(path, "preview.html", limit=10, segments_dir=path), Path)
    assert_type(segments_hf.contact_sheet(path, limit=4, on_error="skip"), Image)
    assert_type(segments_hf.contact_sheet([row], of=rows), Image)
    assert_type(segments_hf.plot(row, of=rows), Figure)
    assert_type(segments_hf.categories(rows), list[Category])
    assert_type(segments_hf.id2label(rows), dict[int, str])
    assert_type(segments_hf.bitmaps.decode_bitmap(row["segmentation_bitmap"]), npt.NDArray[np.uint32])
    assert_type(segments_hf.demo.demo_release(), Path)
    assert_type(next(iter(Release.open(path))), Sample)
    try:
        segments_hf.export_dataset(rows, "coco", path)
    except segments_hf.OptionError as error:
        assert_type(error, segments_hf.OptionError)
