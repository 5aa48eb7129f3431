"""A dataset is complete when its folder appears, and replaces no files that another program wrote during the build."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import datasets
import pytest

from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.compat import output_folder
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.save import save_build
from segments_hf.demo import demo_release
from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.atomic import TEMPORARY_PREFIX


class InterruptedBuilder(SegmentsRelease):
    """A builder that calls the function `meanwhile` during the build."""

    meanwhile: Any = None

    def _generate_tables(self, *args: Any, **kwargs: Any) -> Any:
        self.meanwhile()
        yield from super()._generate_tables(*args, **kwargs)


@pytest.fixture
def builder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    builder = release_builder(demo_release(), cache_dir=tmp_path_factory.mktemp("cache"))
    builder.__class__ = InterruptedBuilder
    return builder


def file_contents(folder: Path) -> dict[str, bytes]:
    """Return the content of each file in a folder, by its path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def save_demo_release(folder: Path, **options: Any) -> dict[str, bytes]:
    """Build the demo release, save it to a folder, and return the content of each file."""
    save_build(release_builder(demo_release()), folder, **options)
    return file_contents(folder)


@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
def test_build_does_not_replace_folder_that_appeared_during_the_build(
    tmp_path: Path, builder: Any, file_format: Any
) -> None:
    out = tmp_path / "out"

    def meanwhile() -> None:
        out.mkdir()
        (out / "mine.txt").write_text("mine")

    builder.meanwhile = meanwhile
    with pytest.raises(OutputExistsError, match="out was .*by another program"):
        save_build(builder, out, file_format)
    assert file_contents(tmp_path) == {"out/mine.txt": b"mine"}


@pytest.mark.parametrize("name", ["mine.txt", "train/mine.txt", "dataset_dict.json"])
def test_overwrite_does_not_replace_files_added_during_build(tmp_path: Path, builder: Any, name: str) -> None:
    out = tmp_path / "out"
    before = save_demo_release(out)
    builder.meanwhile = lambda: (out / name).write_text("mine")
    with pytest.raises(OutputExistsError):
        save_build(builder, out, "parquet", overwrite=True)
    assert file_contents(out) == {**before, name: b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_overwrite_replaces_old_dataset_completely(tmp_path: Path) -> None:
    assert "dataset_dict.json" in save_demo_release(tmp_path / "out")
    assert "dataset_dict.json" not in save_demo_release(tmp_path / "out", file_format="parquet", overwrite=True)
    rows = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert len(rows) == 8


@pytest.mark.parametrize("overwrite", [False, True])
def test_one_of_two_builds_to_one_folder_raises_output_exists_error(tmp_path: Path, overwrite: bool) -> None:
    out = tmp_path / "out"
    if overwrite:
        save_demo_release(out)
    barrier = threading.Barrier(2, timeout=60)
    errors: list[Exception] = []

    def build(name: str) -> None:
        class WaitingBuilder(SegmentsRelease):
            def _generate_tables(self, *args: Any, **kwargs: Any) -> Any:
                barrier.wait()
                yield from super()._generate_tables(*args, **kwargs)

        builder = release_builder(demo_release(), cache_dir=tmp_path / name)
        builder.__class__ = WaitingBuilder
        try:
            save_build(builder, out, "parquet", overwrite=overwrite)
        except OutputExistsError as error:
            errors.append(error)

    threads = [threading.Thread(target=build, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "out"}
    assert len(datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "c"))) == 8


def test_build_removes_files_of_killed_build(tmp_path: Path) -> None:
    leftover = tmp_path / f"{TEMPORARY_PREFIX}killed"
    leftover.mkdir()
    (leftover / "lock").touch()
    (leftover / "shard").write_bytes(b"half")
    save_demo_release(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_build_does_not_reuse_rows_and_problems_of_killed_build(tmp_path: Path) -> None:
    builder = release_builder(demo_release(), cache_dir=tmp_path)
    unfinished_folder = Path(f"{output_folder(builder)}.incomplete")
    unfinished_folder.mkdir(parents=True)
    (unfinished_folder / "errors.jsonl").write_text('{"cut')
    (unfinished_folder / "segments_release-train-00007-of-00008.arrow").write_bytes(b"half")
    builder.download_and_prepare()
    assert len(builder.as_dataset("train")) == 8
    assert not {"errors.jsonl", "segments_release-train-00007-of-00008.arrow"} & {
        path.name for path in output_folder(builder).iterdir()
    }
