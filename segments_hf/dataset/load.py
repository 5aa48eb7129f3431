"""Load a release as a dataset in one call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, overload

from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.building.config import OPTIONS
from segments_hf.dataset.building.plan import check_split
from segments_hf.dataset.registration import BUILDER_HASH, NAME
from segments_hf.dataset.release_inputs import describe_input, release_source, releases_by_split
from segments_hf.dataset.splits import check_instruction, names_in
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.choices import unknown_option
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.number_options import check_num_proc
from segments_hf.option_names import option
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import datasets
    from typing_extensions import Unpack

    from segments_hf.assets import FetchKeywords, Resolve
    from segments_hf.dataset.data_types import AnyDataset, LoadKeywords, Releases
    from segments_hf.dataset.open_releases import ReleaseKey
    from segments_hf.dataset.release_inputs import AnyRelease, StrPath

# The options of `load_release` that `OPTIONS` does not contain, except `task`, which is another name of `labelset`.
_CALL_OPTIONS = {"api_key", "cache_dir", "num_proc", "split", "storage_options", "streaming"}


@overload
def load_release(
    release: Releases, *, split: str, streaming: Literal[False] = False, **options: Unpack[LoadKeywords]
) -> datasets.Dataset: ...


@overload
def load_release(
    release: Releases, *, split: None = None, streaming: Literal[False] = False, **options: Unpack[LoadKeywords]
) -> datasets.DatasetDict: ...


@overload
def load_release(
    release: Releases, *, split: str, streaming: Literal[True], **options: Unpack[LoadKeywords]
) -> datasets.IterableDataset: ...


@overload
def load_release(
    release: Releases, *, split: None = None, streaming: Literal[True], **options: Unpack[LoadKeywords]
) -> datasets.IterableDatasetDict: ...


@overload
def load_release(
    release: Releases, *, split: str | None = None, streaming: bool = False, **options: Unpack[LoadKeywords]
) -> AnyDataset: ...


@short_traceback
def load_release(  # noqa: PLR0913  (the options of a load; all except the first are keyword-only)
    release: Releases,
    *,
    split: str | None = None,
    streaming: bool = False,
    labelset: str | None = None,
    sensor: str | None = None,
    task: str | None = None,
    filter_by: str | Sequence[str] | None = None,
    filter_by_metadata: Mapping[str, Any] | None = None,
    splits: Mapping[str, float] | str | None = None,
    exact: bool = False,
    split_by: str | None = None,
    segments_dir: StrPath | None = None,
    load_assets: bool = True,
    cameras: bool = False,
    embed: bool = False,
    on_error: str = "raise",
    resolve: Resolve | None = None,
    storage_options: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    num_proc: int | None = None,
    cache_dir: StrPath | None = None,
    **fetching: Unpack[FetchKeywords],
) -> AnyDataset:
    """Load a Segments.ai release as a Hugging Face dataset.

    Args:
        release: A release file: a path, an http(s) URL, or any URL that fsspec reads; a release on the Segments.ai
            platform, such as ``jane/flowers@v1.0`` or ``jane/flowers@latest``; a `Release`; the release object of the
            official SDK; or a dict of split name to release.
        split: The split to return, such as ``"train"``, or a part of a split, such as ``"train[:100]"``, which a stream
            does not support. By default, a dict of all splits is returned. A release is one split, ``train``, unless it
            is divided with `splits` or passed in a dict.
        streaming: Whether to return a stream, which fetches images while it is read, and does not store them on disk.
        labelset: The labelset whose labels are read; by default the ground truth, or the only labelset.
        sensor: For a release of several sensors, the sensor whose rows are loaded, such as ``"Lidar"``; by default the
            sensor with point clouds; required if no sensor has point clouds, or several have. `sensors` lists the
            sensors.
        task: The name of `labelset` in the official SDK; pass only one of them.
        filter_by: The label status of the samples to load, or several statuses, in upper or lower case, such as
            ``"reviewed"``. The status of a null label is ``UNLABELED``.
        filter_by_metadata: The metadata of the samples to load; a sample must have all of these keys and values.
        splits: The fraction of each split, such as ``{"train": 0.8, "test": 0.2}``. A sample is assigned to a split by
            a hash of its uuid, so that it stays in this split when samples are added. Or ``"metadata:KEY"``: the split
            is the value of this key in the sample's metadata.
        exact: Whether each split gets its fraction of the samples that pass the filters, rounded to a whole number;
            with `split_by`, the sizes are only near to these numbers. New samples can then move other samples to
            another split. For a release of several sensors, all samples that pass `filter_by_metadata` are divided,
            with any status and any sensors.
        split_by: ``"metadata:KEY"``: all samples with the same value of this key in their metadata, such as the images
            of one scene, get the same split, which is decided by a hash of the value. Only with fractions in `splits`.
        segments_dir: A folder in the layout of the official SDK's cache. Images and bitmaps in this folder are not
            fetched, except bitmaps with too few bits per pixel for the ids of the annotations. It is not used for
            sequences and point clouds.
        load_assets: Whether to fetch images, bitmaps and point clouds; if not, their columns are null.
        cameras: Whether to fetch the camera images of point clouds; if not, they are null. The calibration of the
            cameras is loaded in both cases.
        embed: Whether the Arrow file contains the bytes of the images and point clouds. If not, it contains the paths
            of their files, in the cache or on local disks, and each file is stored on disk only once.
        on_error: What to do with a faulty sample: ``"raise"`` an error, ``"skip"`` its row, or ``"keep"`` the row
            with null in the affected columns; ``"keep"`` also skips a sample of which nothing can be read. Skipped and
            kept samples are logged, and listed in ``errors.jsonl`` in the cache; a stream only logs them. For each
            value of `on_error`, the row of an image with malformed EXIF data has a repaired copy of the image, and the
            sample is logged and listed in the same way.
        resolve: The new locations of moved assets: a dict from old to new prefixes of URLs, such as
            ``{"https://old-host/": "s3://mirror/"}``; or a function that takes the URL of an asset, or the absolute
            path of a local file, and returns the new URL or path.
        storage_options: The options of the fsspec file system that reads a private bucket; for several buckets, a
            dict by scheme, such as ``{"s3": {"profile": "work"}, "gs": {"token": "cloud"}}``. By default, the file
            systems use the same credentials as the command-line tools of these clouds.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        num_proc: The number of processes that build the dataset.
        cache_dir: The folder for the Arrow files; by default the cache of `datasets`.
        **fetching: The fields of `FetchOptions`: the options of fetching and the limits of images and point clouds
            (`connections`, `in_flight`, `timeout`, `max_bytes`, `max_pixels`, `max_points`, `verify`) and of the
            release file (`max_release_bytes`). Sizes are numbers of bytes, or text such as ``"10MB"``.

    Returns:
        A `Dataset` for one split, a `DatasetDict` for all splits; an `IterableDataset` or `IterableDatasetDict` if
        `streaming` is true.

    Raises:
        ReleaseError: The file is not a release, or a part of it is invalid.
        OptionError: An option is invalid or does not fit the release.
        AssetError: An image, a bitmap or a point cloud cannot be fetched or read, and `on_error` is ``"raise"``.
        PlatformError: There is no API key, or the platform does not provide the release.
        StorageError: The disk is full or read-only.

    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", filter_by=["labeled", "reviewed"], streaming=True)
    >>> row = next(iter(flowers))
    >>> row["name"], row["status"], row["image"].size
    ('meadow_01.jpg', 'LABELED', (480, 360))
    """
    check_num_proc(num_proc)
    builder = release_builder(
        release,
        cache_dir=cache_dir,
        labelset=_one_labelset(labelset, task),
        sensor=sensor,
        filter_by=filter_by,
        filter_by_metadata=filter_by_metadata,
        splits=splits,
        exact=exact,
        split_by=split_by,
        segments_dir=segments_dir,
        load_assets=load_assets,
        cameras=cameras,
        embed=embed,
        on_error=on_error,
        resolve=resolve,
        storage_options=storage_options,
        api_key=api_key,
        **fetching,
    )
    if isinstance(split, str):
        check_split(builder.config, split, names_in(split) - {"all"})
        check_instruction(split)
    if streaming:
        return builder.as_streaming_dataset(split=split)
    builder.download_and_prepare(num_proc=num_proc)
    return builder.as_dataset(split=split)


def _one_labelset(labelset: str | None, task: str | None) -> str | None:
    if task is not None and labelset not in {None, task}:
        raise OptionError(
            f"got {option('labelset', labelset)} and {option('task', task)}, which are two names of the same "
            "option; pass only labelset"
        )
    return labelset or task


def release_builder(release: Releases, **options: Unpack[LoadKeywords]) -> SegmentsRelease:
    """Return the builder of a release's dataset.

    Args:
        release: A release in any form, or a dict of split name to release.
        **options: The options of `load_release`, except `split`, `streaming`, `num_proc` and `task`. The builder does
            not get the API key of the platform, because it reads a pinned release.

    Raises:
        TypeError: There is no such option.
        OptionError: An option is invalid, or there is no release.
        SegmentsHFError: The value is not a release.
    """
    cache_dir, api_key = options.pop("cache_dir", None), options.pop("api_key", None)
    storage_options = options.pop("storage_options", None)
    if unknown := sorted(options.keys() - {*OPTIONS}):
        raise TypeError(unknown_option(unknown[0], sorted({*OPTIONS, *_CALL_OPTIONS})))
    max_bytes = bytes_of(options.get("max_release_bytes", MAX_RELEASE_BYTES), "max_release_bytes")
    return SegmentsRelease(
        cache_dir=None if cache_dir is None else os.fspath(cache_dir),
        dataset_name=NAME,
        hash=BUILDER_HASH,
        storage_options=storage_options,
        # `sources` is used, because `datasets` reads brackets and `?` in `data_files` as wildcards.
        sources={split: [source] for split, source in release_sources(release, api_key, max_bytes).items()},
        **options,
    )


def release_sources(release: Releases, api_key: str | None, max_bytes: float) -> dict[str, str | ReleaseKey]:
    """Return the path, URL or key of the release of each split.

    Args:
        release: A release in any form, or a dict of split name to release.
        api_key: The API key of the platform.
        max_bytes: The maximum size in bytes of the release file, for a release on the platform.

    Raises:
        OptionError: There is no release.
        SegmentsHFError: The value is not a release.
    """
    return {split: release_source(part, api_key, max_bytes) for split, part in named_releases(release).items()}


def named_releases(release: Releases) -> dict[str, AnyRelease]:
    """Return the release of each split, unchanged.

    Args:
        release: A release in any form, or a dict of split name to release.

    Raises:
        OptionError: There is no release.
        SegmentsHFError: The value is not a release.
    """
    by_split = releases_by_split(release)
    if by_split is None:
        if release == {}:
            raise OptionError("got an empty dict, expected at least one release")
        raise SegmentsHFError(
            f"got {describe_input(release)}, expected a release: a path, a URL, owner/dataset@name on Segments.ai, a "
            "Release, the official SDK's release object, or a dict of these by split name"
        )
    return by_split
