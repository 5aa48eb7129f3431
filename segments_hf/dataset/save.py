"""Build a dataset, and write it to a folder together with the bytes of its images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import datasets

from segments_hf.dataset.building.builder import PROBLEMS_FILE
from segments_hf.dataset.building.plan import check_split
from segments_hf.dataset.registration import NAME
from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.atomic import copy_file, make_folder, remove_file, rename
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.io.disk.snapshots import take_snapshot
from segments_hf.io.disk.staging import remove_leftovers, staging_folder
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segments_hf.dataset.building.builder import SegmentsRelease
    from segments_hf.dataset.data_types import AnyDataset

_MARKERS = ("dataset_dict.json", "dataset_info.json")  # the files by which a folder is recognized as a dataset

FileFormat = Literal["arrow", "parquet"]


def save_build(
    builder: SegmentsRelease,
    folder: Path,
    file_format: FileFormat = "arrow",
    *,
    split: str | None = None,
    convert: Callable[[AnyDataset], AnyDataset] | None = None,
    overwrite: bool = False,
    num_proc: int | None = None,
) -> dict[str, int]:
    """Build a dataset and write it to a folder. The folder appears only when it is complete.

    Args:
        builder: The builder. Its option `embed` must be true for Parquet files of a converted dataset, and for point
            clouds, so that the files contain the images and the point clouds.
        folder: The folder to write.
        file_format: ``arrow`` for `datasets.load_from_disk`, or ``parquet`` for ``load_dataset(folder)``. The names of
            the Parquet files are those on the Hub, such as ``data/train-00000-of-00001.parquet``.
        split: The split to write; by default all splits.
        convert: A function that converts the built dataset before it is written.
        overwrite: Whether to replace an existing dataset.
        num_proc: The number of processes that build the dataset.

    Returns:
        The number of rows of each split that was written.

    Raises:
        OutputExistsError: The folder exists and `overwrite` is false; it is a file, or contains files, but is not a
            dataset; or it changed during the build.
        OptionError: There is no such split.
        StorageError: The dataset cannot be written: the disk is full or read-only.
    """
    folder = folder.resolve()
    remove_leftovers(folder.parent)
    check_output(folder, overwrite=overwrite)
    expected = take_snapshot(folder)
    if split is not None:
        check_split(builder.config, split, [split])
    with storage_errors_of_library(folder), staging_folder(folder.parent) as staging:
        new_folder = staging.new / folder.name  # a subfolder, because `datasets` writes lock files beside it
        if file_format == "parquet" and convert is None:
            builder.download_and_prepare(str(new_folder), file_format="parquet", num_proc=num_proc)
            _name_as_on_the_hub(new_folder, split)
            rows = {name: info.num_examples for name, info in builder.info.splits.items() if split in {None, name}}
        else:
            builder.download_and_prepare(num_proc=num_proc)
            data = builder.as_dataset(split)
            if convert is not None:
                data = convert(data)
            parts = data if split is None else {split: data}
            if file_format == "parquet":
                _write_parquet(parts, new_folder)
            else:
                data.save_to_disk(str(new_folder), num_proc=num_proc)
            rows = {name: part.num_rows for name, part in parts.items()}
            problems = Path(builder.cache_dir, PROBLEMS_FILE)
            if problems.exists():
                copy_file(problems, new_folder / PROBLEMS_FILE)
        staging.publish({folder.name: expected})
    return rows


def check_output(folder: Path, *, overwrite: bool) -> None:
    """Check that a folder may be written.

    Raises:
        OutputExistsError: The folder exists and `overwrite` is false; or it contains files, but is not a dataset.
    """
    if not folder.exists():
        return
    if not overwrite:
        raise OutputExistsError(
            f"{folder} exists; choose another folder, or replace it with {option('overwrite', True)}"
        )
    is_dataset = folder.is_dir() and any((folder / name).is_file() for name in _MARKERS)
    if not is_dataset and not (folder.is_dir() and not any(folder.iterdir())):
        raise OutputExistsError(
            f"{folder} exists, but is not a dataset, and only datasets are replaced; choose another folder"
        )


def _write_parquet(parts: Mapping[str, datasets.Dataset], folder: Path) -> None:
    """Write splits as Parquet files, and ``dataset_info.json``, by which the folder is recognized as a dataset."""
    make_folder(folder / "data")
    for name, part in parts.items():
        part.to_parquet(folder / "data" / _parquet_name(name))
        # `part.info` also has the sizes of the splits before the conversion, which must not be written.
        info = datasets.DatasetInfo(part.info.description, homepage=part.info.homepage, features=part.features)
        info.write_to_directory(str(folder))


def _parquet_name(split: str) -> str:
    return f"{split}-00000-of-00001.parquet"


def _name_as_on_the_hub(folder: Path, split: str | None) -> None:
    """Move the Parquet files of a build to ``data/`` and name them as on the Hub; remove those of other splits."""
    data = folder / "data"
    make_folder(data)
    for file in sorted(folder.glob("*.parquet")):
        name = file.stem.removeprefix(f"{NAME}-")
        if split is None or name.partition("-")[0] == split:
            rename(file, data / (f"{name}.parquet" if "-of-" in name else _parquet_name(name)))
        else:
            remove_file(file)
