"""Open the inputs of the type `Data`, which most functions take as their parameter `data`.

An input is a release (a path, a URL, a reference to a release on the platform, a `Release`, or the release object of
the official SDK), a dict of releases by split name, a `Dataset`, an `IterableDataset`, or a dict of these by split
name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
from PIL.Image import Image as PillowImage

from segments_hf.dataset.load import load_release, release_builder
from segments_hf.dataset.release_inputs import describe_input, is_release, releases_by_split
from segments_hf.dataset.rows.row_images import ASSET_COLUMNS
from segments_hf.dataset.sensor_list import sensors
from segments_hf.dataset.splits import checked_name, names_in
from segments_hf.errors import AssetError, OptionError, SegmentsHFError
from segments_hf.images.opening import check_format, decode, decoder_errors
from segments_hf.labels.cloud_label import CAMERAS_COLUMN, POINT_CLOUD_COLUMN

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, LoadKeywords, SplitRows

_EXPECTED = (
    "a release (a path, a URL, owner/dataset@name on Segments.ai, a Release or the official SDK's release object), a "
    "dataset or a stream from `datasets`, or a dict of releases or of datasets by split name"
)


@dataclass(frozen=True)
class Splits:
    """The splits of an input.

    Attributes:
        rows_by_split: The dataset or stream of each split, by the name of the split; at least one.
        is_dict: Whether the caller passed a dict or a release. A function that returns datasets then returns a dict
            of splits.
    """

    rows_by_split: Mapping[str, SplitRows]
    is_dict: bool

    @property
    def first_split(self) -> SplitRows:
        """The dataset or stream of the first split."""
        return next(iter(self.rows_by_split.values()))

    @property
    def are_streams(self) -> bool:
        """Whether the splits are streams.

        Raises:
            OptionError: Some splits are streams and others are datasets.
        """
        kinds = {isinstance(rows, datasets.IterableDataset) for rows in self.rows_by_split.values()}
        if len(kinds) > 1:
            raise OptionError(
                "got a dict with datasets and streams, expected only one of these; convert the datasets with "
                "to_iterable_dataset()"
            )
        return kinds.pop()

    def check_names(self) -> None:
        """Check that the names of the splits are allowed in file names and on the Hub.

        Raises:
            OptionError: The name of a split is not allowed.
        """
        for name in self.rows_by_split:
            try:
                checked_name(name)
            except OptionError as error:
                hint = "" if self.is_dict else "; pass {'train': data} to name the split"
                raise OptionError(f"{error}{hint}") from None


def open_splits(data: Data, *, streaming: bool = True, **options: Unpack[LoadKeywords]) -> Splits:
    """Return the splits of an input; a release is loaded.

    Args:
        data: An input of any kind.
        streaming: Whether a release is loaded as a stream.
        **options: The options of `load_release` for a release.

    Raises:
        OptionError: The input is an empty dict, or an option is invalid.
        SegmentsHFError: The input has an unsupported type, or the release cannot be loaded.
    """
    if releases_by_split(data) is None:
        return _dataset_splits(data)
    return _dataset_splits(load_release(data, streaming=streaming, **options))


def input_features(data: Data) -> Mapping[str, Any]:
    """Return the features of the first split of an input. The assets of a release are not fetched.

    For a release of several sensors, return the features of the sensor with point clouds, or those of the first sensor
    if no sensor has point clouds, or several have.

    Raises:
        OptionError: The input is an empty dict, or a release of several sensors in which no sample has a sensor.
        SegmentsHFError: The input has an unsupported type.
    """
    if not releases_by_split(data):
        return _dataset_splits(data).first_split.features or {}
    try:
        builder = release_builder(data)
    except OptionError as error:
        if error.option != "sensor" or not (found := sensors(data)):
            raise
        builder = release_builder(data, sensor=found[0].name)
    return builder.info.features or {}


def _dataset_splits(data: object) -> Splits:
    if isinstance(data, datasets.Dataset | datasets.IterableDataset):
        return Splits({_split_name(data): data}, is_dict=False)
    if not isinstance(data, Mapping):
        raise SegmentsHFError(f"got {describe_input(data)}, expected {_EXPECTED}")
    if not data:
        raise OptionError("got an empty dict, expected at least one split")
    others = {
        name: part for name, part in data.items() if not isinstance(part, datasets.Dataset | datasets.IterableDataset)
    }
    if others and all(map(is_release, others.values())):
        names = ", ".join(repr(str(name)) for name in others)
        raise SegmentsHFError(
            f"got a dict of datasets in which the values of {names} are releases; load the releases first"
        )
    if others:
        raise SegmentsHFError(
            f"got {describe_input(data if len(others) == len(data) else others)}; expected {_EXPECTED}"
        )
    return Splits({str(name): part for name, part in data.items()}, is_dict=True)


def _split_name(rows: SplitRows) -> str:
    """Return the name of the split that a dataset belongs to; ``train`` if the dataset has no split name.

    A dataset of parts of one split has the name of this split. A dataset of parts of several splits has the whole
    instruction of `datasets` as its name, such as ``train+test``.

    >>> rows = datasets.Dataset.from_dict({}, split="train[2:4]+train[6:]")
    >>> _split_name(rows)
    'train'
    """
    whole = str(rows.split or "train")
    names = names_in(whole)
    return names.pop() if len(names) == 1 else whole


def num_rows(rows: SplitRows, split: str) -> int | None:
    """Return the number of rows in a dataset of one split; None for a stream of unknown length."""
    if isinstance(rows, datasets.Dataset):
        return len(rows)
    splits = rows.info.splits or {}
    return splits[split].num_examples if split in splits else None


def encode_images(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row in which decoded images, bitmaps and images of cameras are replaced by their bytes or paths.

    The rows of a stream after `map` may contain decoded images.

    Raises:
        AssetError: An image cannot be decoded; the error names its column or its camera.
    """
    encoded: dict[str, Any] = {
        name: _encoded(name, value) for name, value in row.items() if isinstance(value, PillowImage)
    }
    if row.get(CAMERAS_COLUMN):
        encoded[CAMERAS_COLUMN] = [
            {**camera, "image": _encoded(f"camera {camera.get('name')!r}", camera["image"])}
            if isinstance(camera.get("image"), PillowImage)
            else camera
            for camera in row[CAMERAS_COLUMN]
        ]
    return {**row, **encoded}


def _encoded(name: str, image: PillowImage) -> Mapping[str, Any]:
    try:
        check_format(image)
        with decoder_errors():
            decode(image)
            encoded: Mapping[str, Any] = datasets.Image().encode_example(image)
            return encoded
    except AssetError as error:
        raise AssetError(f"{name}: {error}") from error


def asset_bytes(row: Mapping[str, Any]) -> int:
    """Return the number of bytes in memory of a row's image, bitmap, point cloud and camera images."""
    assets = [
        *map(row.get, (*ASSET_COLUMNS, POINT_CLOUD_COLUMN)),
        *(item["image"] for item in row.get(CAMERAS_COLUMN) or ()),
    ]
    return sum(len(asset["bytes"] or b"") for asset in assets if asset)
