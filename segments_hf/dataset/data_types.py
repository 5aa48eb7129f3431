"""The types of data that functions take and return, and of their keyword arguments, for type checkers and editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar

import datasets

from segments_hf.assets import FetchKeywords, LimitKeywords, Resolve
from segments_hf.dataset.release_inputs import AnyRelease, StrPath

# The rows of one split.
SplitRows: TypeAlias = datasets.Dataset | datasets.IterableDataset

# The four kinds of datasets.
AnyDataset: TypeAlias = (
    datasets.Dataset | datasets.DatasetDict | datasets.IterableDataset | datasets.IterableDatasetDict
)

# A release, or a dict of releases by split.
Releases: TypeAlias = AnyRelease | Mapping[str, AnyRelease]

# The kinds of data that functions take as `data`.
Data: TypeAlias = Releases | AnyDataset | Mapping[str, datasets.Dataset] | Mapping[str, datasets.IterableDataset]

DatasetT = TypeVar("DatasetT", bound=AnyDataset)


class SampleKeywords(TypedDict, total=False):
    """Keyword arguments of `load_release` that select samples and locate files."""

    labelset: str | None
    sensor: str | None
    filter_by: str | Sequence[str] | None
    filter_by_metadata: Mapping[str, Any] | None
    splits: Mapping[str, float] | str | None
    exact: bool
    split_by: str | None
    segments_dir: StrPath | None
    cameras: bool
    resolve: Resolve | None
    storage_options: Mapping[str, Any] | None
    api_key: str | None


class ReleaseKeywords(SampleKeywords, FetchKeywords, total=False):
    """Keyword arguments of `load_release` that select samples and control how files are read."""


class LoadKeywords(ReleaseKeywords, total=False):
    """Keyword arguments of `load_release`: all except `split` and `streaming`, which decide the type of its result."""

    task: str | None
    load_assets: bool
    embed: bool
    on_error: str
    num_proc: int | None
    cache_dir: StrPath | None


class ClusterKeywords(SampleKeywords, LimitKeywords, total=False):
    """Keyword arguments of `load_release` that the functions of `segments_hf.distributed` also accept."""

    task: str | None
    load_assets: bool
