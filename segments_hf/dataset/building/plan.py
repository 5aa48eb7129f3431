"""Plan a build: assign samples to splits, and divide each split into shards."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.dataset.building.split_rule import assigned_splits
from segments_hf.dataset.open_releases import ReleaseKey  # noqa: TC001  (NamedTuple)
from segments_hf.dataset.splits import checked_name
from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.choices import unknown_choice
from segments_hf.io.number_text import counted
from segments_hf.io.redaction import own_logger
from segments_hf.option_names import option
from segments_hf.release import has_metadata, wanted_statuses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from logging import Logger

    from segments_hf.dataset.building.config import SegmentsReleaseConfig
    from segments_hf.release import Release

logger: Logger = own_logger(__name__)

_SMALL_SPLIT_SHARDS = 16  # the maximum number of shards for up to 16 * 64 samples of one split of a release
_SHARD_SAMPLES = 64  # the size of the shards for more samples, unless there would be more than `_MAX_SHARDS` shards
_MAX_SHARDS = 4096  # `datasets` needs time for each shard before the first row of a stream


class Shard(NamedTuple):
    """A set of samples of one release: the unit of work for processes, workers and nodes.

    Attributes:
        release: The key of the release.
        indices: The indices of the samples in the release.
    """

    release: ReleaseKey
    indices: Sequence[int]


def plan_splits(config: SegmentsReleaseConfig) -> dict[str, list[Shard]]:
    """Return the shards of each split. They are kept in the configuration, because planning may decode every sample.

    Raises:
        OptionError: An option does not fit a release, or a split has no samples.
        ReleaseError: A release cannot be read.
    """
    if config.plan is None:
        config.plan = _make_plan(config)
    return {name: list(shards) for name, shards in config.plan.items()}


def _make_plan(config: SegmentsReleaseConfig) -> dict[str, list[Shard]]:
    if config.splits is not None and len(config.release_keys) > 1:
        raise OptionError(
            "got this option and a dict with a release for each split; pass only one of them", option="splits"
        )
    plan: dict[str, list[Shard]] = {}
    if isinstance(config.splits, dict):
        plan = {name: [] for name in config.splits}
    for split, keys in config.release_keys.items():
        checked_name(split)
        for name, key, indices in _divided(config, split, keys):
            plan.setdefault(name, []).extend(Shard(key, part) for part in _cut_into_shards(indices))
    if not plan:
        raise OptionError(f"there are no samples: {_statuses_text(config)}")
    for name in _splits_without_sensor(config, plan):
        del plan[name]
    hint = _exact_hint(config) if any(plan.values()) else ""
    for name, shards in plan.items():
        if not shards:
            raise OptionError(f"there are no samples for split {name!r}: {_statuses_text(config)}{hint}")
    return plan


def _splits_without_sensor(config: SegmentsReleaseConfig, plan: Mapping[str, Sequence[Shard]]) -> list[str]:
    """Return the splits that have samples, but none of the sensor that match the filters; log a warning for each.

    Args:
        config: The options of the builder.
        plan: The shards of each split.
    """
    rule, releases = config.split_rule, [release for release, _ in config.releases]
    sensor = releases[0].sensor
    if rule is None or sensor is None or all(plan.values()) or not any(plan.values()):
        return []
    samples = ((release, index) for release in releases for index in range(len(release)))
    names = {*assigned_splits(rule, samples)}
    left_out = [name for name, shards in plan.items() if not shards and name in names]
    for name in left_out:
        logger.warning("split %r has no samples of the sensor %r to load; the split is left out", name, sensor.name)
    return left_out


def joined_by_release(shards: Iterable[Shard]) -> list[Shard]:
    """Join the shards of each release into one, so that prefetching does not stop at the end of a shard."""
    joined: dict[ReleaseKey, Sequence[int]] = {}
    for key, indices in shards:
        joined[key] = _joined(joined.get(key, range(0)), indices)
    return [Shard(key, indices) for key, indices in joined.items()]


def _joined(first: Sequence[int], second: Sequence[int]) -> Sequence[int]:
    """Return the joined indices: one longer range if possible, which takes no memory for its numbers, else an array.

    Args:
        first: A range, or an array that this function returned. The function appends to the array.
        second: The indices that follow.
    """
    if isinstance(first, range) and isinstance(second, range) and second.step == 1:
        if not first:
            return second
        if first.stop == second.start:
            return range(first.start, second.stop)
    joined = first if isinstance(first, array) else array("I", first)
    joined.extend(second)
    return joined


def split_sizes(plan: Mapping[str, Sequence[Shard]]) -> dict[str, int]:
    """Return the number of samples of each split of a plan."""
    return {name: sum(len(shard.indices) for shard in shards) for name, shards in plan.items()}


def num_samples(config: SegmentsReleaseConfig) -> int:
    """Return the number of samples in all splits.

    Raises:
        OptionError: An option does not fit a release, or a split has no samples.
        ReleaseError: A release cannot be read.
    """
    if config.filter_by or config.filter_by_metadata:
        return sum(split_sizes(plan_splits(config)).values())
    return sum(len(release.indices) for release, _ in config.releases)


def split_names(config: SegmentsReleaseConfig) -> Collection[str]:
    """Return the names of the splits, without fetching images.

    Raises:
        OptionError: An option does not fit a release.
        ReleaseError: A release cannot be read.
    """
    if isinstance(config.splits, Mapping) and config.sensor is None:
        return config.splits
    # The plan is needed if the metadata name the splits, or if a sensor may have samples in only some of the splits.
    return config.release_keys if config.splits is None else plan_splits(config)


def check_split(config: SegmentsReleaseConfig, split: str, names: Collection[str]) -> None:
    """Check that splits exist, before assets are fetched.

    Args:
        config: The options of the builder.
        split: The option as the user passed it, for the error.
        names: The names of the splits in `split`.

    Raises:
        OptionError: A split does not exist; the error lists the splits.
    """
    known = split_names(config)
    if unknown := [name for name in names if name not in known]:
        undivided = config.splits is None and len(known) == 1
        hint = f"; make splits with {option('splits', {'train': 0.8, 'test': 0.2})}" if undivided else ""
        raise unknown_choice("split", split if split in unknown else min(unknown), known, hint=hint)


def _divided(
    config: SegmentsReleaseConfig, split: str, keys: Sequence[ReleaseKey]
) -> Iterator[tuple[str, ReleaseKey, Sequence[int]]]:
    """For each release and split, yield the name of the split, the key of the release, and the indices of its samples.

    Args:
        config: The options of the builder.
        split: The name of the split if the releases are not divided.
        keys: The keys of the releases.
    """
    wanted = [(key, _matching_indices(config, config.reopen(key))) for key in keys]
    rule = config.split_rule
    if rule is None:
        yield from ((split, key, indices) for key, indices in wanted)
        return
    deciding = [(key, _deciding_indices(config, config.reopen(key), indices)) for key, indices in wanted]
    names = iter(assigned_splits(rule, _samples(config, deciding)))
    for (key, indices), (_, all_indices) in zip(wanted, deciding, strict=True):
        by_split: dict[str, array[int]] = {}  # an array needs a ninth of the memory of a list
        broken = array("I")
        is_wanted = None if all_indices is indices else {*indices}
        for index, name in zip(all_indices, names, strict=False):
            if is_wanted is not None and index not in is_wanted:
                continue
            (broken if name is None else by_split.setdefault(name, array("I"))).append(index)
        if broken:
            # A broken sample belongs to no split. It is added to the first split, so that its error is reported when
            # the split is read.
            first_split = next(iter(by_split or rule.fractions or {split: 1}))
            by_split.setdefault(first_split, array("I")).extend(broken)
        yield from ((name, key, indices) for name, indices in by_split.items())


def _samples(
    config: SegmentsReleaseConfig, wanted: Sequence[tuple[ReleaseKey, Sequence[int]]]
) -> Iterator[tuple[Release, int]]:
    for key, indices in wanted:
        release = config.reopen(key)
        for index in indices:
            yield release, index


def _deciding_indices(config: SegmentsReleaseConfig, release: Release, indices: Sequence[int]) -> Sequence[int]:
    """Return the indices of the samples that decide how a release is divided into splits.

    With `exact`, the split of a sample depends on all samples that are divided. In a release of several sensors, these
    are all samples that match `filter_by_metadata`, with any status and any sensors. A sample then gets the same split
    for each sensor. In all other cases, return `indices`.

    Args:
        config: The options of the builder.
        release: The release, or the part of it that belongs to one sensor.
        indices: The indices of the samples that match the filters.
    """
    if release.sensor is None or not config.exact:
        return indices
    metadata = config.filter_by_metadata or {}

    def is_divided(index: int) -> bool:
        try:
            return has_metadata(release[index], metadata)
        except ReleaseError:
            return True

    return array("I", filter(is_divided, range(len(release))))


def _matching_indices(config: SegmentsReleaseConfig, release: Release) -> Sequence[int]:
    """Return the indices of the samples that match the filters, and of broken samples, to report their errors."""
    if not config.filter_by and not config.filter_by_metadata:
        return release.indices
    labelset = release.resolve_labelset(config.labelset)
    statuses = wanted_statuses(config.filter_by, release, labelset) if config.filter_by else None
    metadata = config.filter_by_metadata or {}

    def is_wanted(index: int) -> bool:
        try:
            sample = release[index]
            return has_metadata(sample, metadata) and (statuses is None or sample.status(labelset) in statuses)
        except ReleaseError:
            return True

    return array("I", filter(is_wanted, release.indices))


def _cut_into_shards(indices: Sequence[int]) -> Iterator[Sequence[int]]:
    """Divide indices into shards: small enough for many workers, and large enough for a stream to prefetch images."""
    size = max(1, min(_SHARD_SAMPLES, -(-len(indices) // _SMALL_SPLIT_SHARDS)), -(-len(indices) // _MAX_SHARDS))
    return (indices[start : start + size] for start in range(0, len(indices), size))


def status_counts(config: SegmentsReleaseConfig, shards: Iterable[Shard]) -> Counter[str]:
    """Count the label statuses of samples; ``""`` stands for no status. Broken samples are not counted."""
    statuses: Counter[str] = Counter()
    for key, indices in shards:
        release = config.reopen(key)
        labelset = release.resolve_labelset(config.labelset)
        for index in indices:
            with suppress(ReleaseError):
                statuses[release[index].status(labelset) or ""] += 1
    return statuses


def _statuses_text(config: SegmentsReleaseConfig) -> str:
    statuses: Counter[str] = Counter()
    for release, labelset in config.releases:
        statuses.update(_status(release, index, labelset) for index in release.indices)
    counts = ", ".join(f"{count} {status}" for status, count in statuses.items())
    samples = f"{counted(statuses.total(), 'sample')}: {counts}" if counts else "no samples"
    options = {name: getattr(config, name) for name in ("filter_by", "filter_by_metadata", "splits")}
    given = [f"{option(name)} (got {value!r})" for name, value in options.items() if value]
    subject = "the release has" if len(config.releases) == 1 else "the releases have"
    return f"{subject} {samples}{'; change ' if given else ''}{' or '.join(given)}"


def _exact_hint(config: SegmentsReleaseConfig) -> str:
    rule = config.split_rule
    if rule is None or rule.fractions is None or rule.exact or not all(rule.fractions.values()):
        return ""
    return f", or give each split its share with {option('exact', True)}"


def _status(release: Release, index: int, labelset: str | None) -> str:
    try:
        return release[index].status(labelset) or "without a status"
    except ReleaseError:
        return "that cannot be read"
