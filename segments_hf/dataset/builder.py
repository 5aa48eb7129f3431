"""The builder behind ``load_dataset("segments_release", ...)``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import datasets
from datasets.exceptions import DatasetGenerationError

from segments_hf.assets import AssetCache, Fetcher, SegmentsDir, default_cache_folder, shared_client
from segments_hf.dataset.config import SegmentsReleaseConfig
from segments_hf.dataset.features import row_features
from segments_hf.dataset.opened import reopen_release
from segments_hf.dataset.origin import origin_sentence
from segments_hf.dataset.plan import Shard, plan_splits
from segments_hf.dataset.problems import append_problem, checked_on_error, read_problems, report
from segments_hf.dataset.rows import Pictures, make_rows
from segments_hf.errors import OptionError, SegmentsHFError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.release import Release

PROBLEMS_FILE = "errors.jsonl"
CONNECTIONS = 32

_ROWS_IN_MEMORY = 16  # that wait to be written, when they hold their pictures


class SegmentsRelease(datasets.GeneratorBasedBuilder):
    """Turns a Segments.ai release into an Arrow-backed dataset, or a stream."""

    BUILDER_CONFIG_CLASS: ClassVar[type[SegmentsReleaseConfig]] = SegmentsReleaseConfig
    config: SegmentsReleaseConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("embed"):
            kwargs.setdefault("writer_batch_size", _ROWS_IN_MEMORY)
        super().__init__(*args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        release, _ = self.config.releases[0]
        origin = origin_sentence(self.config.releases)
        page = f"https://segments.ai/{release.owner}/{release.dataset_name}"
        return datasets.DatasetInfo(
            description="\n\n".join(filter(None, [release.dataset_description or release.description, origin])),
            homepage=page if release.owner and release.dataset_name else "",
            features=row_features(self.config.kind, self.config.categories),
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        generators = []
        for name, shards in plan_splits(self.config).items():
            kwargs = {"shards": shards, "streaming": dl_manager.is_streaming}
            generator = datasets.SplitGenerator(name=name, gen_kwargs=kwargs)
            if not self.config.kind.sequence:
                generator.split_info.num_examples = sum(len(shard.indices) for shard in shards)  # for the progress bar
            generators.append(generator)
        return generators

    def _generate_examples(self, shards: list[Shard], *, streaming: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        class_indices = {category.id: index for index, category in enumerate(self.config.categories)}
        problems = []
        for run, (key, indices) in enumerate(_runs(shards)):
            release = reopen_release(key)
            labelset = release.resolve_labelset(self.config.labelset)
            pictures = self._pictures(release, labelset, streaming=streaming) if self.config.load_assets else None
            policy = checked_on_error(self.config.on_error)
            outcomes = make_rows(release, indices, labelset, class_indices, pictures, policy)
            for number, outcome in enumerate(outcomes):
                for problem in outcome.problems:
                    if streaming:
                        problems.append(problem)
                    else:
                        append_problem(Path(self._output_dir, PROBLEMS_FILE), problem)
                if outcome.row is not None:
                    yield f"{run}-{indices[0]}-{number}", outcome.row
        if streaming:
            report(problems)

    def _pictures(self, release: Release, labelset: str | None, *, streaming: bool) -> Pictures:
        cache = AssetCache(default_cache_folder())
        fetcher = Fetcher(release.base, cache, store=not streaming, client=shared_client(CONNECTIONS, os.getpid()))
        # The SDK's folder has no place for the frames of a sequence: all would get the same picture.
        folder = None if release.kind(labelset).sequence else self.config.segments_dir
        segments_dir = folder and SegmentsDir(folder, release.owner, release.dataset_name, release.name)
        return Pictures(fetcher, segments_dir or None, labelset, in_memory=streaming or self.config.embed)

    def download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        """Builds the dataset, or finds it built; then reports what was skipped or kept.

        Raises:
            SegmentsHFError: Something is wrong with the release or its assets.
        """
        super().download_and_prepare(*args, **kwargs)
        problems_file = Path(self._output_dir, PROBLEMS_FILE)
        report(read_problems(problems_file), str(problems_file))

    def _download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        try:
            super()._download_and_prepare(*args, **kwargs)
        except OSError as error:
            # `datasets` takes any OSError for a missing data file and says so in an error of its own.
            raise _own_error(error) from None
        for name, split in self.info.splits.items():
            if not split.num_examples:  # `datasets` cannot read a split without rows
                first = read_problems(Path(self._output_dir, PROBLEMS_FILE))[0]
                raise OptionError(
                    f"on_error={self.config.on_error!r} left no row in split {name!r}; "
                    f"the first sample was left out because of: {first.reason}"
                )

    def _prepare_split_single(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            yield from super()._prepare_split_single(*args, **kwargs)
        except DatasetGenerationError as error:
            # Here, as the cause does not survive the way from another process.
            raise _own_error(error) from None


def _runs(shards: list[Shard]) -> Iterator[Shard]:
    """The shards, those of one release in one run, so that fetching ahead goes on from one to the next."""
    runs: dict[Any, list[int]] = {}
    for shard in shards:
        runs.setdefault(shard.release, []).extend(shard.indices)
    return (Shard(key, indices) for key, indices in runs.items())


def _own_error(error: Exception) -> Exception:
    """Our error inside one of `datasets`, or that one where it is not ours."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, SegmentsHFError):
            return inner
        inner = inner.__cause__ or inner.__context__
    return error
