"""The private names of `datasets` that the builder uses exist and behave as the builder expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from filelock import FileLock, Timeout

from segments_hf.dataset.building import builder as builder_module
from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.compat import (
    build_lock,
    builds_folder,
    cast_table,
    generation_error,
    info_file,
    output_folder,
    progress_bar,
    set_writer_batch,
    write_tables,
)
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.rows.features import json_feature
from segments_hf.demo import demo_release


class Numbers(datasets.GeneratorBasedBuilder):
    """A builder of three numbers that records which of its methods `datasets` calls."""

    def __init__(self, record: Callable[..., None], **options: Any) -> None:
        self.record = record
        super().__init__(dataset_name="numbers", hash="h", **options)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(features=datasets.Features({"number": datasets.Value("int32")}))

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        return [datasets.SplitGenerator(name="train", gen_kwargs={"numbers": [1, 2, 3]})]

    def _generate_examples(self, numbers: list[int]) -> Iterator[tuple[int, dict[str, int]]]:
        self.record("folder", output_folder(self))
        self.record("is built", info_file(self).exists())
        for number in numbers:
            yield number, {"number": number}

    def _download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        self.record("build", None)
        super()._download_and_prepare(*args, **kwargs)

    def _prepare_split_single(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.record("job", kwargs["job_id"])
        yield from super()._prepare_split_single(*args, **kwargs)


def test_datasets_calls_the_overridden_methods(tmp_path: Path) -> None:
    recorded: dict[str, Any] = {}
    builder = Numbers(recorded.__setitem__, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert builder.as_dataset("train")["number"][:] == [1, 2, 3]
    assert list(recorded) == ["build", "job", "folder", "is built"]
    assert recorded["job"] == 0


class Tables(Numbers):
    """A builder that generates the three numbers as two tables, one of one row and one of two rows."""

    def _generate_tables(self, numbers: list[int]) -> Iterator[tuple[int, pa.Table]]:
        for number, part in enumerate([numbers[:1], numbers[1:]]):
            yield number, pa.table({"number": pa.array(part, pa.int32())})

    def _prepare_split_single(self, **kwargs: Any) -> Iterator[Any]:
        yield from write_tables(self, **kwargs)


def test_tables_are_written_in_their_order(tmp_path: Path) -> None:
    recorded: dict[str, Any] = {}
    builder = Tables(recorded.__setitem__, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert builder.as_dataset("train")["number"][:] == [1, 2, 3]
    assert list(recorded) == ["build"]
    stream = builder.as_streaming_dataset("train")
    assert [row["number"] for row in stream] == [1, 2, 3]


def test_writer_batch_is_the_number_of_rows_that_are_written_together(tmp_path: Path) -> None:
    builder = Numbers({}.__setitem__, cache_dir=str(tmp_path))
    set_writer_batch(builder, 2)
    builder.download_and_prepare()
    batches = builder.as_dataset("train").data.table.to_batches()
    assert [batch.num_rows for batch in batches] == [2, 1]


def test_unfinished_build_is_in_another_folder_than_the_finished_one(tmp_path: Path) -> None:
    recorded: dict[str, Any] = {}
    builder = Numbers(recorded.__setitem__, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert tmp_path in recorded["folder"].parents
    assert recorded["folder"] != Path(builder.cache_dir) == output_folder(builder)
    assert not recorded["is built"]
    assert info_file(builder).exists()


def test_build_holds_the_lock_beside_its_folder(tmp_path: Path) -> None:
    recorded: list[bool] = []

    def record(what: str, value: Any) -> None:
        if what == "folder":
            with pytest.raises(Timeout), FileLock(build_lock(value), timeout=0):
                pass
            recorded.append(value.name.endswith(".incomplete"))

    Numbers(record, cache_dir=str(tmp_path)).download_and_prepare()
    assert recorded == [True]


def test_datasets_are_built_in_the_folder_of_builds() -> None:
    assert builds_folder() in Path(release_builder(demo_release()).cache_dir).parents


def test_generation_error_has_the_error_of_the_row_as_its_cause(tmp_path: Path) -> None:
    def fail(what: str, value: Any) -> None:
        if what == "folder":
            raise ValueError(value)

    with pytest.raises(generation_error()) as raised:
        Numbers(fail, cache_dir=str(tmp_path)).download_and_prepare()
    assert isinstance(raised.value.__cause__ or raised.value.__context__, ValueError)


def test_load_dataset_builder_finds_the_registered_builder() -> None:
    builder = datasets.load_dataset_builder("segments_release", data_files=str(demo_release()))
    assert isinstance(builder, SegmentsRelease)
    assert Path(builder.cache_dir).name == "segments-hf"


def test_datasets_does_not_patch_the_module_of_the_builder_for_streams() -> None:
    next(iter(release_builder(demo_release(), load_assets=False).as_streaming_dataset("train")))
    assert "open" not in vars(builder_module)


def test_progress_bars_are_disabled_together_with_those_of_datasets() -> None:
    with progress_bar(total=2) as enabled_bar:
        assert not enabled_bar.disable
    datasets.disable_progress_bars()
    with progress_bar(total=2) as disabled_bar:
        assert disabled_bar.disable


def test_table_is_cast_to_the_types_of_features_inside_lists() -> None:
    item = {"attributes": json_feature(), "id": datasets.Value("int32")}
    features = datasets.Features({"items": [item]})
    table = pa.table({"items": [[{"attributes": '{"a":1}', "id": 5}], []]})
    cast = cast_table(table, features.arrow_schema)
    assert cast.schema.equals(features.arrow_schema)
    assert cast.to_pylist() == table.to_pylist()
