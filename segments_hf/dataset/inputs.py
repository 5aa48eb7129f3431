"""What people hand over to be pushed, exported or looked at: a release, a dataset, a stream."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import datasets
from PIL.Image import Image as Picture

from segments_hf.dataset.load import load_release
from segments_hf.dataset.rows.row_images import PICTURES
from segments_hf.errors import SegmentsHFError
from segments_hf.release import Release

DATASETS = (datasets.Dataset, datasets.IterableDataset, datasets.DatasetDict, datasets.IterableDatasetDict)


def as_dataset(given: Any, **options: Any) -> Any:
    """A dataset, as it is; or a release, loaded.

    Args:
        given: A `Dataset`, `DatasetDict`, `IterableDataset` or `IterableDatasetDict`; a release as `load_release`
            takes it; or a `Release`.
        **options: The options of `load_release`; by default a release becomes a stream.

    Raises:
        SegmentsHFError: It is something else.
    """
    if isinstance(given, DATASETS):
        return given
    if (release := release_of(given)) is not None:
        return load_release(release, **{"streaming": True, **options})
    raise SegmentsHFError(
        f"got {type(given).__name__}, wanted a release, or a dataset, a stream or a dict of splits from `datasets`"
    )


def release_of(given: Any) -> Any:
    """A release as `load_release` takes it; None for what is none."""
    source = given.location if isinstance(given, Release) else given
    sources = source.values() if isinstance(source, Mapping) and not isinstance(source, DATASETS) else [source]
    return source if all(isinstance(item, str | os.PathLike) for item in sources) else None


def num_rows(rows: Any, split: str) -> int | None:
    """How many rows a dataset of one split has; None for a stream that cannot tell."""
    if isinstance(rows, datasets.Dataset):
        return len(rows)
    splits = rows.info.splits or {}
    return splits[split].num_examples if split in splits else None


def stored(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row whose pictures are bytes or paths: a stream that somebody has mapped gives them decoded."""
    pictures = {name: row.get(name) for name in PICTURES}
    decoded = {name: value for name, value in pictures.items() if isinstance(value, Picture)}
    return {**row, **{name: datasets.Image().encode_example(value) for name, value in decoded.items()}}


def stored_size(row: Mapping[str, Any]) -> int:
    """How many bytes of pictures a row holds in memory."""
    return sum(len(picture["bytes"] or b"") for picture in map(row.get, PICTURES) if picture)
