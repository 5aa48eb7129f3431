"""The one way in: whatever a caller passes as data, as splits of rows.

Data is a release (a path, a URL, a reference to one on the platform, a `Release`, the official SDK's release object),
a dict of releases by split name, a `Dataset`, an `IterableDataset`, or a dict of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import datasets
from PIL.Image import Image as Picture

from segments_hf.dataset.load import load_release, release_builder
from segments_hf.dataset.release_inputs import is_release, releases_by_split
from segments_hf.dataset.rows.row_images import PICTURES
from segments_hf.dataset.splits import checked_name, names_in
from segments_hf.errors import AssetError, OptionError, SegmentsHFError
from segments_hf.images.opening import check_format, decode, decoder_errors

_WANTED = (
    "a release (a path, a URL, owner/dataset@name on Segments.ai, a Release or the SDK's release object), a dataset or "
    "a stream from `datasets`, or a dict of releases or of datasets by split name"
)


@dataclass(frozen=True)
class Splits:
    """Datasets or streams, of one split each.

    Attributes:
        parts: They, by the name of their split; one at least.
        is_dict: Whether the caller passed a dict of them, or a release, of which these are all splits.
    """

    parts: Mapping[str, Any]
    is_dict: bool

    @property
    def first(self) -> Any:
        """The first of them."""
        return next(iter(self.parts.values()))

    @property
    def are_streams(self) -> bool:
        """Whether the splits are streams.

        Raises:
            OptionError: Some are, and some are datasets.
        """
        kinds = {isinstance(rows, datasets.IterableDataset) for rows in self.parts.values()}
        if len(kinds) > 1:
            raise OptionError("got datasets and streams in one dict, wanted one kind: make streams of the datasets")
        return kinds.pop()

    def check_names(self) -> None:
        """Check that the splits have names that files and the Hub can have.

        Raises:
            OptionError: The name of a split is not allowed.
        """
        for name in self.parts:
            try:
                checked_name(name)
            except OptionError as error:
                hint = "" if self.is_dict else "; pass {'train': data} to name it"
                raise OptionError(f"{error}{hint}") from None


def open_splits(data: Any, **options: Any) -> Splits:
    """The splits of data; a release is loaded.

    Args:
        data: Data of any kind.
        **options: The options of `load_release`; by default a release becomes a stream.

    Raises:
        OptionError: There are no splits.
        SegmentsHFError: The data are of another kind.
    """
    if releases_by_split(data) is None:
        return _dataset_splits(data)
    return _dataset_splits(load_release(data, **{"streaming": True, **options}))


def input_features(data: Any) -> Mapping[str, Any]:
    """The features of data: of several splits those of the first. Of a release, no picture is fetched.

    Raises:
        OptionError: There are no splits.
        SegmentsHFError: The data are of another kind.
    """
    features = release_builder(data).info.features if releases_by_split(data) else _dataset_splits(data).first.features
    return features or {}


def _dataset_splits(data: Any) -> Splits:
    if isinstance(data, datasets.Dataset | datasets.IterableDataset):
        return Splits({_split_name(data): data}, is_dict=False)
    if not isinstance(data, Mapping):
        raise SegmentsHFError(f"got {type(data).__name__}, wanted {_WANTED}")
    if not data:
        raise OptionError("got no splits, wanted one at least")
    for name, part in data.items():
        if not isinstance(part, datasets.Dataset | datasets.IterableDataset):
            mixed = " beside datasets: load the releases first" if is_release(part) else ""
            raise SegmentsHFError(f"got {type(part).__name__} as split {str(name)!r}{mixed}; wanted {_WANTED}")
    return Splits({str(name): part for name, part in data.items()}, is_dict=True)


def _split_name(rows: Any) -> str:
    """The split that a dataset is of: ``train`` for parts of it too; as `datasets` calls it where it is of several.

    >>> rows = datasets.Dataset.from_dict({}, split="train[2:4]+train[6:]")
    >>> _split_name(rows)
    'train'
    """
    whole = str(rows.split or "train")
    names = names_in(whole)
    return names.pop() if len(names) == 1 else whole


def num_rows(rows: Any, split: str) -> int | None:
    """Return how many rows a dataset of one split has; None for a stream of unknown length."""
    if isinstance(rows, datasets.Dataset):
        return len(rows)
    splits = rows.info.splits or {}
    return splits[split].num_examples if split in splits else None


def encode_pictures(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row whose pictures are bytes or paths: a stream may hold decoded pictures after `map`.

    Raises:
        AssetError: A picture cannot be decoded; the error names its column.
    """
    return {**row, **{name: _encoded(name, value) for name, value in row.items() if isinstance(value, Picture)}}


def _encoded(column: str, picture: Picture) -> Mapping[str, Any]:
    try:
        check_format(picture)
        with decoder_errors():
            decode(picture)
            encoded: Mapping[str, Any] = datasets.Image().encode_example(picture)
            return encoded
    except AssetError as error:
        raise AssetError(f"{column}: {error}") from error


def picture_bytes(row: Mapping[str, Any]) -> int:
    """Return how many bytes of pictures a row has in memory."""
    return sum(len(picture["bytes"] or b"") for picture in map(row.get, PICTURES) if picture)
