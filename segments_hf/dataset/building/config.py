"""The options of the builder, and the key of a built dataset in the cache."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.assets import FetchOptions, resolver
from segments_hf.dataset.building.resolve_identity import resolve_identity
from segments_hf.dataset.building.split_rule import SplitRule, split_rule
from segments_hf.dataset.open_releases import ReleaseKey, open_release, reopen_release
from segments_hf.dataset.rows.asset_options import AssetOptions
from segments_hf.dataset.rows.features import json_feature, row_features
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.dataset.rows.row_maker import RowMaker
from segments_hf.errors import OptionError
from segments_hf.io.choices import unknown_option
from segments_hf.io.redaction import unsigned_url
from segments_hf.labels.categories import merged_categories
from segments_hf.shown_text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

    from segments_hf.assets import Resolve
    from segments_hf.release import Category, Release, TaskKind

# The fields of `FetchOptions` as fields of a configuration, because `datasets` accepts only such fields as options.
_FetchingConfig: Any = dataclasses.make_dataclass(
    "_FetchingConfig",
    [(option.name, Any, field(default=option.default)) for option in dataclasses.fields(FetchOptions)],
    bases=(datasets.BuilderConfig,),
    namespace={"__module__": __name__},
)


@dataclass(repr=False)
class SegmentsReleaseConfig(_FetchingConfig):
    """The options of `SegmentsRelease`: those below, and the fields of `FetchOptions`.

    Attributes:
        labelset: The labelset whose labels are read; by default the ground truth, or the only labelset.
        sensor: The sensor whose rows are read from releases of several sensors; by default the sensor with point
            clouds; required if no sensor has point clouds, or several have.
        filter_by: The label status of the samples to load, or several statuses, in upper or lower case.
        filter_by_metadata: The metadata of the samples to load; a sample must have all of these keys and values.
        splits: The fraction of each split, or ``metadata:KEY``; by default, all samples of a data file belong to the
            split of this file.
        exact: Whether each split gets its fraction of the samples, rounded to a whole number; with `split_by`, the
            sizes are only near to these numbers.
        split_by: ``metadata:KEY``: all samples with the same value of this key get the same split.
        segments_dir: A folder in the layout of the official SDK's cache. Images and bitmaps in this folder are not
            fetched, except bitmaps with too few bits per pixel for the ids of the annotations. It is not used for
            sequences and point clouds.
        load_assets: Whether to fetch images, bitmaps and point clouds.
        cameras: Whether to fetch the camera images of point clouds.
        embed: Whether the Arrow file contains the bytes of the images and point clouds; if not, it contains the paths
            of their files, in the cache or on local disks.
        on_error: What to do with a faulty sample: ``raise``, ``skip`` or ``keep``.
        resolve: The new locations of moved assets: a function of a URL or path, or a dict from old to new prefixes.
        bucket_options: The options of the fsspec file systems that read buckets; the builder sets this option to its
            `storage_options`.
        sources: The releases of each split: paths, URLs, or keys of releases that this process has opened; by default
            `data_files`.
        plan: The shards of each split, if `plan_splits` has made them. Copies of the configuration, such as those for
            other processes, do not have them.
    """

    labelset: str | None = None
    sensor: str | None = None
    filter_by: str | Sequence[str] | None = None
    filter_by_metadata: Mapping[str, Any] | None = None
    splits: Mapping[str, float] | str | None = None
    exact: bool = False
    split_by: str | None = None
    segments_dir: str | os.PathLike[str] | None = None
    load_assets: bool = True
    cameras: bool = False
    embed: bool = False
    on_error: str = "raise"
    resolve: Resolve | None = field(default=None, repr=False)
    bucket_options: Mapping[str, Any] | None = field(default=None, repr=False)
    sources: Mapping[str, Sequence[str | ReleaseKey]] | None = None
    plan: dict[str, list[Any]] | None = field(default=None, init=False, repr=False, compare=False)
    _keys: dict[str, list[ReleaseKey]] | None = field(default=None, init=False, repr=False)

    def __new__(cls, *_: object, **options: object) -> Self:
        """Check the names of the options.

        Raises:
            TypeError: There is no such option.
        """
        known = {item.name for item in dataclasses.fields(cls) if item.init}
        if unknown := [name for name in options if name not in known]:
            raise TypeError(unknown_option(unknown[0], OPTIONS))
        made: Self = super().__new__(cls)
        return made

    def __post_init__(self) -> None:
        """Check all options that can be checked without opening the release.

        Raises:
            OptionError: An option has an invalid value.
        """
        super().__post_init__()
        checked_on_error(self.on_error)
        resolver(self.resolve)
        fetch_options = self.fetch_options
        self.max_bytes: int = fetch_options.max_bytes
        self.max_release_bytes: int = fetch_options.max_release_bytes
        self.split_rule  # noqa: B018  (checks the options)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "plan": None}

    def __repr__(self) -> str:
        options = [
            f"{option.name}={getattr(self, option.name)!r}" for option in dataclasses.fields(self) if option.repr
        ]
        return shown(f"{type(self).__name__}({', '.join(options)})")

    @property
    def fetch_options(self) -> FetchOptions:
        """The options of fetching, which are checked here.

        Raises:
            OptionError: An option has an invalid value.
        """
        return FetchOptions(**{field.name: getattr(self, field.name) for field in dataclasses.fields(FetchOptions)})

    @property
    def split_rule(self) -> SplitRule | None:
        """The rule that divides the releases into splits; None if they are not divided.

        Raises:
            OptionError: An option has an invalid value.
        """
        return split_rule(self.splits, exact=self.exact, split_by=self.split_by)

    @property
    def release_keys(self) -> dict[str, list[ReleaseKey]]:
        """The keys of the releases of each split; the releases are opened at the first use.

        Raises:
            OptionError: There is no release.
            ReleaseError: A file cannot be read, or is not a release.
        """
        if self._keys is None:
            by_split = self.sources or self.data_files
            if not by_split:
                raise OptionError("got no files, expected a release file", option="data_files")
            self._keys = {str(split): [self._open(source) for source in sources] for split, sources in by_split.items()}
        return self._keys

    def _open(self, source: str | ReleaseKey) -> ReleaseKey:
        if isinstance(source, ReleaseKey):
            return source
        return open_release(str(source), self.bucket_options, self.max_release_bytes)[0]

    def reopen(self, key: ReleaseKey) -> Release:
        """Return a release that was opened before, in this process or in another process.

        If the release has several sensors, return the part that belongs to the sensor of the option `sensor`.

        Raises:
            OptionError: The release has no such sensor; or `sensor` is None, and the release has several sensors, but
                not exactly one sensor of point clouds.
            ReleaseError: The file has changed.
        """
        return reopen_release(key, self.bucket_options, self.max_release_bytes).of_sensor(self.sensor)

    @property
    def releases(self) -> list[tuple[Release, str | None]]:
        """The releases, each with the labelset that is read from it.

        Raises:
            OptionError: A release has no such labelset.
        """
        opened = (self.reopen(key) for keys in self.release_keys.values() for key in keys)
        return [(release, release.resolve_labelset(self.labelset)) for release in opened]

    @property
    def categories(self) -> list[Category]:
        """The categories of all releases, in the order of their ids."""
        return merged_categories(self.releases)

    @property
    def kind(self) -> TaskKind:
        """The structure of the labels of all releases.

        Raises:
            OptionError: The releases have several task types, or only some of them have sensors.
        """
        kinds: dict[tuple[TaskKind, bool], str] = {}
        for release, labelset in self.releases:
            task_type = release.labelset_task_type(labelset)
            task_text = f"{task_type} (of a sensor)" if release.sensor else task_type
            kinds[release.kind(labelset), release.sensor is not None] = task_text
        if len(kinds) > 1:
            raise OptionError(
                f"got releases of task types {', '.join(sorted(kinds.values()))}, expected one task type; load each "
                "release as a separate dataset"
            )
        kind, _ = next(iter(kinds))
        return kind

    @property
    def features(self) -> datasets.Features:
        """The columns of the rows.

        Raises:
            OptionError: The releases have several task types, or only some of them have sensors.
        """
        release, _ = self.releases[0]
        return row_features(self.kind, self.categories, has_sensor=release.sensor is not None)

    def row_maker(self, release: Release, *, is_stored: bool, in_memory: bool) -> RowMaker:
        """Return the function that makes the rows of a release.

        Args:
            release: The release, one of `releases`.
            is_stored: Whether downloads are stored in the cache.
            in_memory: Whether a row contains the bytes of its assets; if not, it contains the paths of their files.

        Raises:
            OptionError: An option is invalid or does not fit the release.
        """
        assets = AssetOptions(
            self.fetch_options,
            self.segments_dir,
            self.resolve,
            self.bucket_options,
            is_stored=is_stored,
            in_memory=in_memory,
            cameras=self.cameras,
        )
        categories = self.categories
        return RowMaker(
            release.resolve_labelset(self.labelset),
            {category.id: index for index, category in enumerate(categories)},
            self.features,
            assets if self.load_assets else None,
            checked_on_error(self.on_error),
        )

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: datasets.Features | None = None) -> str:
        """Return the key of the dataset in the cache: a hash of the releases and of all options that change rows."""
        del config_kwargs  # not hashed, because the same options can be written in several ways
        identity = {
            "releases": {
                split: [(key.digest, unsigned_url(self.reopen(key).base)) for key in keys]
                for split, keys in self.release_keys.items()
            },
            "labelset": self.labelset,
            "sensors": [release.sensor and release.sensor.name for release, _ in self.releases],
            "filter_by": self.filter_by and sorted({str(status).upper() for status in _as_list(self.filter_by)}),
            "filter_by_metadata": self.filter_by_metadata and dict(self.filter_by_metadata),
            "splits": self.splits if isinstance(self.splits, str) else list((self.splits or {}).items()),
            "exact": self.exact,
            "split_by": self.split_by,
            "segments_dir": self.segments_dir and os.path.abspath(self.segments_dir),
            "load_assets": self.load_assets,
            "cameras": self.cameras,
            "embed": self.embed,
            "json": str(json_feature()),  # versions of `datasets` differ in how they store JSON
            "on_error": self.on_error,
            "resolve": resolve_identity(self.resolve),
            "accepted": (self.max_bytes, self.max_pixels, self.max_points, self.verify),
            "features": custom_features and custom_features.to_dict(),
        }
        text = json.dumps(identity, sort_keys=True, default=str)
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


# The options that users pass to the builder, except for those of all builders of `datasets`.
OPTIONS = sorted(
    {item.name for item in dataclasses.fields(SegmentsReleaseConfig) if item.init}
    - {"sources", "bucket_options", *(item.name for item in dataclasses.fields(datasets.BuilderConfig))}
)


def _as_list(filter_by: str | Sequence[str]) -> Sequence[str]:
    return [filter_by] if isinstance(filter_by, str) else filter_by
