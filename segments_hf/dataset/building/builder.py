"""The builder behind ``load_dataset("segments_release", ...)``."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import datasets
from datasets import DownloadMode

from segments_hf.assets import AssetCache, Traffic, default_cache_folder
from segments_hf.dataset.building.config import SegmentsReleaseConfig
from segments_hf.dataset.building.plan import check_split, joined_by_release, plan_splits, split_sizes
from segments_hf.dataset.building.progress import show_traffic
from segments_hf.dataset.building.split_summary import log_splits
from segments_hf.dataset.building.unused_folder import warn_if_segments_dir_is_unused
from segments_hf.dataset.building.worker_process import end_with_parent
from segments_hf.dataset.compat import (
    builds_folder,
    generation_error,
    info_file,
    output_folder,
    set_writer_batch,
    write_tables,
)
from segments_hf.dataset.origin import origin_sentence
from segments_hf.dataset.rows.problems import append_problem, read_problems, report
from segments_hf.dataset.rows.row_batches import make_batches
from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.dataset.splits import check_instruction, check_selects_rows, check_whole_splits, names_in
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.disk.atomic import remove_file, remove_folder
from segments_hf.io.disk.disk_errors import disk_error_in, storage_error, storage_errors_of_library
from segments_hf.io.number_options import check_num_proc
from segments_hf.io.redaction import text_without_secrets
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from segments_hf.dataset.building.plan import Shard
    from segments_hf.dataset.open_releases import ReleaseKey
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.dataset.rows.problems import Problem

PROBLEMS_FILE = "errors.jsonl"

# For streams, `datasets` replaces `open` and `Path` in the module of a builder, and imports scipy for that if scipy is
# installed. This module does not need the replacements, because it reads URLs itself. `datasets` makes no replacements
# in a module in which this name is true.
_patched_for_streaming = True

_IMAGE_BATCH_ROWS = 16  # the number of rows that are written together if they contain the bytes of their images
_CLOUD_BATCH_ROWS = 1  # the number for rows that contain the bytes of point clouds, or the labels of points


class SegmentsRelease(datasets.GeneratorBasedBuilder):
    """A builder of `datasets` that converts a Segments.ai release to a dataset in Arrow files, or to a stream.

    A stream yields the rows of `_generate_examples`. A build writes the tables of `_generate_tables`, because the build
    would take several times as long if `datasets` converted the rows to tables.
    """

    VERSION: ClassVar[datasets.Version] = datasets.Version(f"{ROW_FORMAT}.0.0")
    BUILDER_CONFIG_CLASS: ClassVar[type[SegmentsReleaseConfig]] = SegmentsReleaseConfig
    config: SegmentsReleaseConfig
    _job = 0  # the index of this process among the processes of the build
    _main_pid: int | None = None  # the id of the process that runs the build; the other processes are its workers

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("embed"):
            kwargs.setdefault("writer_batch_size", _IMAGE_BATCH_ROWS)
        if kwargs.get("storage_options"):
            # A copy, because `datasets` may change the dict.
            kwargs.setdefault("bucket_options", dict(kwargs["storage_options"]))
        with storage_errors_of_library(kwargs.get("cache_dir") or builds_folder()):
            super().__init__(*args, **kwargs)
        if self.config.kind.point_cloud and (self.config.embed or self.config.kind.point_labels):
            set_writer_batch(self, _CLOUD_BATCH_ROWS)

    def _info(self) -> datasets.DatasetInfo:
        release, _ = self.config.releases[0]
        origin = origin_sentence(self.config.releases)
        page = f"https://segments.ai/{quote(release.owner or '')}/{quote(release.dataset_name or '')}"
        description = text_without_secrets(release.dataset_description or release.description or "")
        return datasets.DatasetInfo(
            description="\n\n".join(filter(None, [description, origin])),
            homepage=page if release.owner and release.dataset_name else "",
            features=self.config.features,
        )

    def _split_generators(
        self,
        dl_manager: datasets.DownloadManager | datasets.StreamingDownloadManager,  # noqa: ARG002
    ) -> list[datasets.SplitGenerator]:
        generators = []
        plan = self._plan()
        for name, shards in plan.items():
            generator = datasets.SplitGenerator(name=name, gen_kwargs={"shards": shards})
            if not self.config.kind.sequence:
                generator.split_info.num_examples = sum(len(shard.indices) for shard in shards)  # for the progress bar
            generators.append(generator)
        return generators

    def _plan(self) -> dict[str, list[Shard]]:
        plan = plan_splits(self.config)
        log_splits(self.config.split_rule, split_sizes(plan))
        warn_if_segments_dir_is_unused(self.config, plan)
        return plan

    def _generate_examples(self, shards: list[Shard]) -> Iterator[tuple[str, dict[str, Any]]]:
        problems: list[Problem] = []
        for release_number, (key, indices) in enumerate(joined_by_release(shards)):
            for row_number, outcome in enumerate(self._outcomes(key, indices, Traffic(), streaming=True)):
                problems.extend(outcome.problems)
                if outcome.row is not None:
                    yield f"{release_number}-{indices[0]}-{row_number}", outcome.row
        report(problems)

    def _generate_tables(self, shards: list[Shard]) -> Iterator[tuple[int, pa.Table]]:
        features = self.config.features
        # A user can pass other features to `load_dataset`. `datasets` casts the tables to them.
        columns = [name for name in features if name in self.info.features]
        number = 0
        with show_traffic(self._job + 1) as traffic:
            for key, indices in joined_by_release(shards):
                outcomes = self._with_recorded_problems(self._outcomes(key, indices, traffic))
                for batch in make_batches(outcomes, features, None):
                    yield number, batch.table.select(columns)
                    number += 1

    def _with_recorded_problems(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes, and append their problems to the file of problems."""
        for outcome in outcomes:
            for problem in outcome.problems:
                append_problem(output_folder(self) / PROBLEMS_FILE, problem)
            yield outcome

    def outcomes(self, positions: Sequence[int] | None = None) -> Iterator[Outcome]:
        """Yield the outcome of each row, without building a dataset. Downloads are stored in the cache.

        In the rows, an image, bitmap or point cloud is ``{"bytes": …, "path": …}`` or None, and JSON is text.

        Args:
            positions: The positions of the samples to read, in ascending order. The samples of all splits are counted
                from 0, one split after the other. None for all samples.
        """
        plan = self._plan()
        end = 0
        with show_traffic(1) as traffic:
            for split, shards in plan.items():
                for key, indices in joined_by_release(shards):
                    begin, end = end, end + len(indices)
                    chosen = indices
                    if positions is not None:
                        inside = positions[bisect_left(positions, begin) : bisect_left(positions, end)]
                        if len(inside) < len(indices):
                            chosen = array("I", (indices[position - begin] for position in inside))
                    for outcome in self._outcomes(key, chosen, traffic):
                        outcome.split = split
                        yield outcome

    def _outcomes(
        self,
        key: ReleaseKey,
        indices: Sequence[int],
        traffic: Traffic,
        *,
        streaming: bool = False,
    ) -> Iterator[Outcome]:
        release = self.config.reopen(key)
        in_memory = streaming or self.config.embed
        maker = self.config.row_maker(release, is_stored=not streaming, in_memory=in_memory)
        return maker.outcomes(release.slice(indices), traffic=traffic)

    def download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        """Build the dataset unless it is in the cache, and log the problems of its samples.

        Raises:
            OptionError: `num_proc` is not a positive whole number, or `on_error` skipped all rows of a split.
            StorageError: The dataset cannot be written: the disk is full or read-only.
            SegmentsHFError: The release or its assets have an error.
        """
        check_num_proc(kwargs.get("num_proc"))
        if self._refers_to_removed_files():
            # The dataset in the cache may have paths of removed files. In this mode, `datasets` builds it again.
            kwargs["download_mode"] = DownloadMode.REUSE_CACHE_IF_EXISTS
        with storage_errors_of_library(args[0] if args else self.cache_dir):
            super().download_and_prepare(*args, **kwargs)
        problems_file = output_folder(self) / PROBLEMS_FILE
        report(read_problems(problems_file), str(problems_file))

    def as_dataset(self, split: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Return the built dataset, as `datasets` does.

        Raises:
            OptionError: There is no such split, or `split` cannot be read or selects no rows.
        """
        self._check_split(split)
        if self.info.splits:
            check_selects_rows(split, {name: part.num_examples for name, part in self.info.splits.items()})
        return super().as_dataset(split, *args, **kwargs)

    def as_streaming_dataset(self, split: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Return the release as a stream, as `datasets` does.

        Raises:
            OptionError: There is no such split; `split` cannot be read; it is a part of a split, such as
                ``train[:100]``; or it is several splits, such as ``train+test``, and this version of `datasets` cannot
                stream them together.
        """
        self._check_split(split)
        if split is not None:
            check_whole_splits(split)
        try:
            return super().as_streaming_dataset(split, *args, **kwargs)
        except ValueError as error:
            if not str(error).startswith("Bad split"):
                raise
            raise OptionError(
                f"got {str(split)!r}, but `datasets` {datasets.__version__} streams one split at a time; load each "
                "split separately",
                option="split",
            ) from None

    def _check_split(self, split: object) -> None:
        if isinstance(split, str):
            check_split(self.config, split, names_in(split) - {"all"})
            check_instruction(split)

    def _refers_to_removed_files(self) -> bool:
        built = info_file(self)
        if self.config.embed or not self.config.load_assets or not built.exists():
            return False
        return AssetCache(default_cache_folder()).was_cleared_after(built.stat().st_mtime)

    def _download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        AssetCache(default_cache_folder()).sweep()
        # This process holds the lock of the build, so files in its output folder are leftovers of a killed process.
        for leftover in output_folder(self).iterdir():
            remove_folder(leftover) if leftover.is_dir() else remove_file(leftover)
        self._main_pid = os.getpid()
        try:
            super()._download_and_prepare(*args, **kwargs)
        except OSError as error:
            # `datasets` reports any OSError as a missing data file.
            raise _own_error(error, output_folder(self)) from None
        for name, split in self.info.splits.items():
            if not split.num_examples:  # `datasets` cannot read a split without rows
                problems = read_problems(output_folder(self) / PROBLEMS_FILE)
                first_skipped = next(problem for problem in problems if problem.action == "skipped")
                raise OptionError(
                    f"{option('on_error', self.config.on_error)} skipped all rows of split {name!r}; "
                    f"the reason for the first row: {first_skipped.reason}"
                )

    def _prepare_split_single(self, **kwargs: Any) -> Iterator[Any]:
        self._job = kwargs["job_id"]
        if self._main_pid not in {None, os.getpid()}:
            end_with_parent(self._main_pid)
        try:
            yield from write_tables(self, **kwargs)
        except generation_error() as error:
            # This runs in the worker process, because the cause of an error is lost on its way to the main process.
            raise _own_error(error, output_folder(self)) from None


def _own_error(error: Exception, folder: Path) -> Exception:
    """Find the cause of an error of `datasets`.

    Returns:
        The SegmentsHFError that caused the error, or a StorageError if an error of the disk caused it; otherwise the
        error itself.
    """
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, SegmentsHFError):
            return inner
        inner = inner.__cause__ or inner.__context__
    disk_error = disk_error_in(error)
    return error if disk_error is None else storage_error(disk_error, folder)
