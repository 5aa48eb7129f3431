"""What building takes from inside `datasets` is there, and does what is relied upon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from filelock import FileLock, Timeout

from segments_hf.dataset.building import builder as builder_module
from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.compat import (
    build_lock,
    builds_folder,
    generation_error,
    info_file,
    output_folder,
    progress_bar,
)
from segments_hf.dataset.load import release_builder
from segments_hf.demo import demo_release


class Numbers(datasets.GeneratorBasedBuilder):
    """A dataset of numbers; it notes what is done with it."""

    def __init__(self, note: Callable[..., None], **options: Any) -> None:
        self.note = note
        super().__init__(dataset_name="numbers", hash="h", **options)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(features=datasets.Features({"number": datasets.Value("int32")}))

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        return [datasets.SplitGenerator(name="train", gen_kwargs={"numbers": [1, 2, 3]})]

    def _generate_examples(self, numbers: list[int]) -> Iterator[tuple[int, dict[str, int]]]:
        self.note("folder", output_folder(self))
        self.note("is built", info_file(self).exists())
        for number in numbers:
            yield number, {"number": number}

    def _download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        self.note("build", None)
        super()._download_and_prepare(*args, **kwargs)

    def _prepare_split_single(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.note("job", kwargs["job_id"])
        yield from super()._prepare_split_single(*args, **kwargs)


def test_the_methods_that_are_overridden_are_called(tmp_path: Path) -> None:
    noted: dict[str, Any] = {}
    builder = Numbers(noted.__setitem__, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert builder.as_dataset("train")["number"][:] == [1, 2, 3]
    assert list(noted) == ["build", "job", "folder", "is built"]
    assert noted["job"] == 0


def test_a_build_that_is_not_whole_is_in_a_folder_of_its_own(tmp_path: Path) -> None:
    noted: dict[str, Any] = {}
    builder = Numbers(noted.__setitem__, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert tmp_path in noted["folder"].parents
    assert noted["folder"] != Path(builder.cache_dir) == output_folder(builder)
    assert not noted["is built"]
    assert info_file(builder).exists()


def test_a_build_holds_the_lock_beside_its_folder(tmp_path: Path) -> None:
    noted: list[bool] = []

    def note(what: str, value: Any) -> None:
        if what == "folder":
            with pytest.raises(Timeout), FileLock(build_lock(value), timeout=0):
                pass
            noted.append(value.name.endswith(".incomplete"))

    Numbers(note, cache_dir=str(tmp_path)).download_and_prepare()
    assert noted == [True]


def test_datasets_are_built_in_the_folder_of_builds() -> None:
    assert builds_folder() in Path(release_builder(demo_release()).cache_dir).parents


def test_an_error_of_a_row_is_inside_one_of_datasets(tmp_path: Path) -> None:
    def fail(what: str, value: Any) -> None:
        if what == "folder":
            raise ValueError(value)

    with pytest.raises(generation_error()) as raised:
        Numbers(fail, cache_dir=str(tmp_path)).download_and_prepare()
    assert isinstance(raised.value.__cause__ or raised.value.__context__, ValueError)


def test_datasets_takes_a_registered_builder_for_one_of_its_own() -> None:
    builder = datasets.load_dataset_builder("segments_release", data_files=str(demo_release()))
    assert isinstance(builder, SegmentsRelease)
    assert Path(builder.cache_dir).name == "segments-hf"


def test_the_module_of_the_builder_is_not_patched_for_streams() -> None:
    next(iter(release_builder(demo_release(), load_assets=False).as_streaming_dataset("train")))
    assert "open" not in vars(builder_module)


def test_bars_are_silenced_with_those_of_datasets() -> None:
    with progress_bar(total=2) as shown:
        assert not shown.disable
    datasets.disable_progress_bars()
    with progress_bar(total=2) as silent:
        assert silent.disable
