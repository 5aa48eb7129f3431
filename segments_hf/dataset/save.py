"""Write a built dataset to a folder that holds the bytes of its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
    from segments_hf.dataset.building.builder import SegmentsRelease

_MARKERS = ("dataset_dict.json", "dataset_info.json")  # what `datasets` writes into the folder of a dataset

FileFormat = Literal["arrow", "parquet"]


def save_build(
    builder: SegmentsRelease,
    folder: Path,
    file_format: FileFormat = "arrow",
    *,
    split: str | None = None,
    overwrite: bool = False,
    num_proc: int | None = None,
) -> None:
    """Build a dataset and write it to a folder, which appears when it is complete.

    Args:
        builder: The builder.
        folder: Where to write.
        file_format: ``arrow`` for `datasets.load_from_disk`, or ``parquet`` for ``load_dataset(folder)``: then the
            shards are ``data/<split>-00000-of-00001.parquet``, as on the Hub.
        split: The split to write; all of them by default.
        overwrite: Whether to replace a folder that exists.
        num_proc: How many processes build.

    Raises:
        OutputExistsError: The folder exists and `overwrite` is false, it holds other files, or it changed during the
            build.
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
        whole = staging.new / folder.name  # `datasets` puts its lock files beside it
        if file_format == "parquet":
            builder.download_and_prepare(str(whole), file_format="parquet", num_proc=num_proc)
            _name_as_on_the_hub(whole, split)
        else:
            builder.download_and_prepare(num_proc=num_proc)
            builder.as_dataset(split).save_to_disk(str(whole), num_proc=num_proc)
            problems = Path(builder.cache_dir, PROBLEMS_FILE)
            if problems.exists():
                copy_file(problems, whole / PROBLEMS_FILE)
        staging.publish({folder.name: expected})


def check_output(folder: Path, *, overwrite: bool) -> None:
    """Check that a folder may be written.

    Raises:
        OutputExistsError: It exists, and is not to be replaced, or is not a dataset that was built before: what else
            is in it must not be lost.
    """
    if not folder.exists():
        return
    if not overwrite:
        raise OutputExistsError(f"{folder} exists; choose another place, or pass {option('overwrite', True)}")
    is_dataset = folder.is_dir() and any((folder / name).is_file() for name in _MARKERS)
    if not is_dataset and not (folder.is_dir() and not any(folder.iterdir())):
        raise OutputExistsError(f"{folder} is not a dataset that was built before; choose another place")


def _name_as_on_the_hub(folder: Path, split: str | None) -> None:
    data = folder / "data"
    make_folder(data)
    for file in sorted(folder.glob("*.parquet")):
        name = file.stem.removeprefix(f"{NAME}-")
        if split is None or name.partition("-")[0] == split:
            rename(file, data / (f"{name}.parquet" if "-of-" in name else f"{name}-00000-of-00001.parquet"))
        else:
            remove_file(file)
